"""pgrerank calibrate."""

from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output, progress
from pgrerank.cli.command import Command, examples, read_settings, run
from pgrerank.domain.calibration import Fitted, IntervalEstimate, Method, Unjudged
from pgrerank.domain.judgment import HIGHEST_GRADE, RELEVANT
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan

_SHOWN_POINTS = 12


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank calibrate -t acme -c docs",
        "pgrerank calibrate -t acme -c docs --unjudged irrelevant --depth 100",
        "pgrerank calibrate -t acme  # one calibration for all collections of the tenant",
        "pgrerank calibrate -t acme -c docs --source log",
    ),
)
@option.tenant
@click.option("--collection", "-c", "collection_name", metavar="NAME", help="Default: all.")
@option.strategy
@option.candidates
@option.depth
@option.cascade
@click.option(
    "--unjudged",
    type=click.Choice([str(each) for each in Unjudged]),
    default=str(Unjudged.SKIP),
    show_default=True,
    help="`skip` unjudged pairs, or count them as `irrelevant`, which is right where all relevant "
    "documents were judged, as in test collections.",
)
@click.option(
    "--source",
    type=click.Choice(["search", "log"]),
    default="search",
    show_default=True,
    help="Search for each judged query now, or use the scores in the log.",
)
@click.option(
    "--method",
    type=click.Choice([str(each) for each in Method]),
    help="Default: the method with the lowest log loss on held-out queries.",
)
@click.option(
    "--relevant-from",
    type=click.IntRange(RELEVANT, HIGHEST_GRADE),
    default=RELEVANT,
    show_default=True,
    help="The lowest grade that counts as relevant.",
)
@option.as_json
@click.pass_context
def calibrate(
    context: click.Context,
    *,
    tenant_name: str,
    collection_name: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Fit probabilities of relevance to judged queries. The order of results stays the same.

    Later searches with the same reranker return `scores.relevance`. Set strategy, candidates and
    depth to those of the searches it is for. The searches made here are not logged.
    """
    fitted = run(
        _calibrate(read_settings(context), tenant_name, collection_name, options),
        interrupt_note="No calibration was stored; run the same command to start over.",
    )
    if as_json:
        from pgrerank.api.v1.schema.calibrations import CalibrationResponse

        output.as_json(CalibrationResponse.of(fitted, whole=True))
    else:
        _show(fitted)


async def _calibrate(
    settings: Settings, tenant_name: str, collection_name: str | None, options: dict[str, Any]
) -> Fitted:
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.calibration.calibrate import calibrate as fit

    async with wiring.all_services(
        settings, check=lookup.exist(tenant_name, collection_name)
    ) as services:
        tenant = await services.tenants.by_name(tenant_name)
        with progress.bar("judged queries", None) as advance:
            return await fit(
                services,
                tenant.id,
                collection_name,
                _plan(options),
                progress=lambda done, whole: advance(done, f"{done} of {whole}"),
            )


def _plan(options: dict[str, Any]) -> "CalibrationPlan":
    from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan, ScoreSource

    return CalibrationPlan(
        request=SearchRequest(
            query="",
            strategy=Strategy(options["strategy"]),
            candidates=options["candidates"],
            depth=options["depth"],
            cascade=options["cascade"],
            rerank=RerankMode.ALWAYS,
        ),
        unjudged=Unjudged(options["unjudged"]),
        source=ScoreSource(options["source"]),
        method=options["method"] and Method(options["method"]),
        relevant_from=options["relevant_from"],
    )


def _show(fitted: Fitted) -> None:
    quality = fitted.quality
    where = fitted.collection or "all collections"
    output.table(
        ["figure", "value"],
        [
            ("queries", fitted.queries),
            ("pairs", f"{fitted.pairs}, {fitted.positives} of them relevant"),
            ("method", f"{fitted.curve.method} (log loss held out: {_losses(fitted)})"),
            (
                "calibration error",
                f"{_interval(quality.ece)}; uncalibrated {_interval(quality.ece_uncalibrated)}",
            ),
            ("Brier score", _interval(quality.brier)),
            ("log loss", _interval(quality.log_loss)),
            ("for searches", fitted.pool),
        ],
        title=f"{fitted.reranker} on {where}: calibration {fitted.id}",
    )
    every = max(len(fitted.points) // _SHOWN_POINTS, 1)
    output.table(
        ["log-odds from", "relevance", "pairs", "precision", "recall"],
        [
            (
                f"{point.cutoff:.4g}",
                f"{point.relevance:.3f}",
                point.pairs,
                _interval(point.precision),
                _interval(point.recall),
            )
            for point in fitted.points[::every]
        ],
    )
    for warning in fitted.warnings:
        click.echo(f"Warning: {warning}.")
    click.echo("Next: pgrerank threshold set NAME --precision 0.9")


def _losses(fitted: Fitted) -> str:
    return ", ".join(f"{name} {loss:.4f}" for name, loss in fitted.quality.tried.items())


def _interval(estimate: IntervalEstimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
