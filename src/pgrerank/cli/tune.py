"""pgrerank tune."""

from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import judged, option, output, progress
from pgrerank.cli.command import Command, examples, read_settings, refuse_unused, run
from pgrerank.cli.gain import plain, sentence
from pgrerank.domain.count import counted
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.usecases.evaluation.tune import Tuning, TuningPlan


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank tune -t acme -c docs",
        "pgrerank tune -t acme -c docs --apply",
        "pgrerank tune -t bench -c cranfield-english --data data/cranfield --no-rerank",
    ),
)
@option.tenant
@option.collection
@judged.options
@option.strategy
@click.option("--rerank/--no-rerank", default=True, show_default=True, help="Whether to rerank.")
@option.candidates
@option.depth
@option.cascade
@option.measure
@click.option(
    "--apply", "write", is_flag=True, help="Store the settings if their gain is significant."
)
@option.as_json
@click.pass_context
def tune(
    context: click.Context,
    *,
    measure: str,
    write: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Fit BM25, fusion, boosts by fields, candidates and depth to judged queries.

    Tells whether it helps.
    Set --candidates and --depth to what searches use now. The gain is measured on queries not used
    in the fit (five-fold cross-validation). Without --apply nothing is stored, and nothing is
    logged. Candidates and depth are never stored; each search sets its own.
    """
    if not options["rerank"]:
        refuse_unused(context, {"depth", "cascade"}, "is for reranking, without --no-rerank")
    plan = _plan(options, measure=measure, write=write)
    tuning, applied = run(
        _tune(read_settings(context), plan),
        interrupt_note="Nothing was changed; run the same command to start over.",
    )
    if as_json:
        output.as_json(_summary(tuning, applied=applied))
    else:
        _show(tuning, applied=applied)


def _plan(options: dict[str, Any], *, measure: str, write: bool) -> "TuningPlan":
    from pgrerank.usecases.evaluation.tune import TuningPlan

    names = ("rerank", "strategy", "candidates", "depth", "cascade")
    request = option.request(**{name: options.pop(name) for name in names})
    judged_collection = judged.pop_options(options, request)
    return TuningPlan(judged=judged_collection, measure=measure, write=write)


async def _tune(settings: Settings, plan: "TuningPlan") -> "tuple[Tuning, bool]":
    from pgrerank import wiring
    from pgrerank.usecases.evaluation.judged_collection import judged_queries_exist
    from pgrerank.usecases.evaluation.tune import tune_collection

    async with wiring.all_services(settings, check=judged_queries_exist(plan.judged)) as services:
        with progress.bar("measuring on judged queries", None) as advance:
            return await tune_collection(
                services, plan, progress=lambda done: advance(done, f"{done} settings measured")
            )


def _summary(tuning: "Tuning", *, applied: bool) -> dict[str, Any]:
    from pgrerank.usecases.evaluation.tune import plain as values

    return {
        "measure": tuning.measure,
        "queries": tuning.gain.queries,
        "settings_tried": tuning.tried,
        "before": values(tuning.before),
        "after": values(tuning.after),
        "gain": plain(tuning.gain),
        "agreement": tuning.agreement,
        "folds": tuning.folds,
        "applied": applied,
    }


def _show(tuning: "Tuning", *, applied: bool) -> None:
    if tuning.changes:
        rows = [
            (name, before, after, f"{tuning.agreement[name]} of {tuning.folds}")
            for name, (before, after) in tuning.changes.items()
        ]
        output.table(["setting", "now", "fitted", "folds that agree"], rows)
    click.echo(f"{counted(tuning.tried, 'setting')} tried. {sentence(tuning.measure, tuning.gain)}")
    click.echo(_advice(tuning, applied=applied))


def _advice(tuning: "Tuning", *, applied: bool) -> str:
    if not tuning.changes:
        return "The present settings are the best of those that were tried."
    if applied:
        return "The collection now has the fitted weights. Set candidates and depth in searches."
    if tuning.gain.is_gain:
        return "To store the weights, run it again with --apply."
    return "These queries show no change worth making. More queries could show smaller gains."
