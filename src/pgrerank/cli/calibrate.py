"""pgrerank calibrate."""

from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import calibration, option, output, progress, remote
from pgrerank.cli.command import Command, examples, interruptible
from pgrerank.domain.calibration import Method, Unjudged
from pgrerank.domain.judgment import HIGHEST_GRADE, RELEVANT
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, HereWithModels
    from pgrerank.client.calibration import CalibrationResponse
    from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank calibrate -t acme -c docs",
        "pgrerank calibrate -t acme -c docs --unjudged irrelevant --depth 100",
        "pgrerank calibrate -t acme  # one calibration for all collections of the tenant",
        "pgrerank calibrate -t acme -c docs --source log",
    ),
)
@remote.place
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
def calibrate(
    place: "CommandPlace", *, collection_name: str | None, as_json: bool, **options: Any
) -> None:
    """Fit probabilities of relevance to judged queries. The order of results stays the same.

    Later searches with the same reranker return `scores.relevance`. Set strategy, candidates and
    depth to those of the searches it is for. The searches made here are not logged. With --url, the
    service makes them, and --depth is 50 by default. `pgrerank calibration` lists, shows and
    deletes what was fitted.
    """
    from pgrerank.usecases import lookup

    sent: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    with interruptible("No calibration was stored here; run the same command to start over."):
        fitted = place.ask_models(
            lambda client: client.calibrate(collection=collection_name, **sent),
            lambda here: _fitted(here, collection_name, options),
            check=lookup.exist(place.tenant_name, collection_name),
        )
    if as_json:
        output.as_json(fitted)
        return
    calibration.show_whole(fitted)
    click.echo("Next: pgrerank threshold set NAME --precision 0.9")


async def _fitted(
    here: "HereWithModels", collection_name: str | None, options: dict[str, Any]
) -> "CalibrationResponse":
    from pgrerank.api.v1.schema.calibrations import CalibrationResponse as Served
    from pgrerank.client.calibration import CalibrationResponse
    from pgrerank.usecases.calibration.calibrate import calibrate as fit

    with progress.bar("judged queries", None) as advance:
        fitted = await fit(
            here.services,
            here.tenant_id,
            collection_name,
            _plan(options),
            progress=lambda done, whole: advance(done, f"{done} of {whole}"),
        )
    return remote.as_client(Served.of(fitted, whole=True), CalibrationResponse)


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
