"""pgrerank tune."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import judged, option, output, progress
from pgrerank.cli.command import Command, examples, read_settings, refuse_unused, run
from pgrerank.cli.gain import plain, sentence
from pgrerank.domain.count import counted
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.usecases.evaluation.trial import Setting, TrialSetup
    from pgrerank.usecases.evaluation.tune import Tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    tenant_name: str
    collection_name: str
    chosen: judged.JudgedQueries
    measure: str
    write: bool
    #: the current search, without a query
    request: SearchRequest


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
    tenant_name: str,
    collection_name: str,
    measure: str,
    write: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Fit BM25, fusion, candidates and depth to judged queries, and tell whether it helps.

    Set --candidates and --depth to what searches use now. The gain is measured on queries not used
    in the fit (five-fold cross-validation). Without --apply nothing is stored, and nothing is
    logged. Candidates and depth are never stored; each search sets its own.
    """
    if not options["rerank"]:
        refuse_unused(context, {"depth", "cascade"}, "is for reranking, without --no-rerank")
    work = _Work(
        tenant_name=tenant_name,
        collection_name=collection_name,
        chosen=judged.pop_options(options),
        measure=measure,
        write=write,
        request=option.request(**options),
    )
    tuning, applied = run(
        _tune(read_settings(context), work),
        interrupt_note="Nothing was changed; run the same command to start over.",
    )
    if as_json:
        output.as_json(_summary(tuning, applied=applied))
    else:
        _show(tuning, applied=applied)


async def _tune(settings: Settings, work: _Work) -> "tuple[Tuning, bool]":
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.evaluation import trial, tune

    check = lookup.exist(work.tenant_name, work.collection_name)
    async with wiring.all_services(settings, check=check) as services:
        tenant = await services.tenants.by_name(work.tenant_name)
        collection = await services.collections.by_name(tenant.id, work.collection_name)
        ground = trial.TrialSetup(
            services=services.for_collection(collection),
            tenant_id=tenant.id,
            collection=collection,
            questions=await work.chosen.questions(services, tenant, collection),
            request=work.request,
            measure=work.measure,
        )
        reranks = work.request.rerank is RerankMode.ALWAYS
        start = trial.Setting(
            retrieval=collection.retrieval,
            candidates=work.request.candidates,
            depth=work.request.effective_depth if reranks else None,
        )
        tuning = await _fit(ground, start)
        return tuning, work.write and await tune.apply(services, ground, tuning)


async def _fit(ground: "TrialSetup", start: "Setting") -> "Tuning":
    from pgrerank.usecases.evaluation.tune import tune

    with progress.bar(f"measuring on {len(ground.questions)} queries", None) as advance:
        return await tune(
            ground, start, progress=lambda done: advance(done, f"{done} settings measured")
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
