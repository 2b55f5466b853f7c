"""pgrerank replay."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from pgrerank.cli import option, output, progress
from pgrerank.cli.command import (
    Command,
    Misused,
    examples,
    read_settings,
    refuse_unused,
    run,
)
from pgrerank.cli.gain import plain, sentence
from pgrerank.domain.log import RankingFilter, RankingSource
from pgrerank.domain.request import MAX_DEPTH
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.ports.services import AdminServices
    from pgrerank.usecases.evaluation.replay import Replay
    from pgrerank.usecases.evaluation.replay_run import ReplayRun, ReplaySelection, ReplaySettings
    from pgrerank.usecases.evaluation.replay_thresholds import ThresholdEffect, ThresholdOverrides


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank replay --tenant acme --collection docs --depth 20",
        "pgrerank replay 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b --tenant acme --fusion weighted --dense-weight 0.5",
        "PGRERANK_RERANKER=models/mine pgrerank replay --tenant acme --last 500",
        "pgrerank replay --tenant acme --collection docs --threshold support-bot",
        "pgrerank replay --tenant acme --collection docs --diversity 0.3",
        "PGRERANK_PRECISION=int8 pgrerank replay --tenant acme --last 500",
    ),
)
@click.argument("ranking_ids", nargs=-1, type=click.UUID, callback=option.distinct())
@option.tenant
@click.option("--collection", "-c", metavar="NAME", help="Only searches of this collection.")
@click.option(
    "--last", type=click.IntRange(min=1), default=100, show_default=True, help="Latest searches."
)
@click.option("--since", type=click.DateTime(), help="Only searches from this time on (UTC).")
@click.option("--until", type=click.DateTime(), help="Only searches before this time (UTC).")
@click.option("--depth", type=click.IntRange(1, MAX_DEPTH), help="Rerank to this depth.")
@option.cascade
@click.option(
    "--diversity",
    type=click.FloatRange(0, 1),
    help="Weight of novelty against relevance. Default: as logged.",
)
@click.option(
    "--fusion",
    type=click.Choice([str(name) for name in Fusion]),
    help="Fuse the logged legs again with this method.",
)
@click.option("--rrf-k", type=int, help="Constant added to each rank in `rrf`.")
@click.option("--dense-weight", type=float, help="Weight of the dense leg.")
@click.option("--keyword-weight", type=float, help="Weight of the keyword leg.")
@click.option("--min-score", type=float, help="Cut results below this raw score.")
@click.option(
    "--min-relevance", type=click.FloatRange(0, 1), help="Cut results below this probability."
)
@click.option(
    "--threshold", type=option.NAME, metavar="NAME", help="Cut results by this stored threshold."
)
@click.option(
    "--save",
    "label",
    type=option.LABEL,
    metavar="LABEL",
    help="Store the result as an evaluation for `compare`. Needs --collection and judgments.",
)
@option.as_json
@click.pass_context
def replay(
    context: click.Context, *, ranking_ids: Sequence[UUID], tenant_name: str, **options: Any
) -> None:
    """Replay logged searches with other settings, and compare the rankings.

    Without ids, replays the --last searches. Reranker and precision are those of the settings.
    Shows how far rankings changed, the cost, and the measures for judged queries; with a threshold
    also how many results are left, before and after. Candidates come from the log, not from a new
    retrieval, and the log is not changed.
    """
    if ranking_ids:
        refuse_unused(context, {"last", "since", "until"}, "is for searches that no id names")
    if options["fusion"] == Fusion.WEIGHTED:
        refuse_unused(context, {"rrf_k"}, "is for --fusion rrf")
    as_json = options.pop("as_json")
    selection, changes = _selection(ranking_ids, options), _changes(options)
    replayed = run(
        _replay(read_settings(context), tenant_name, selection, changes),
        interrupt_note="Nothing was stored; run the same command to start over.",
    )
    if as_json:
        output.as_json(_summary(replayed) | {"searches": [_row(r) for r in replayed.replays]})
    else:
        _show(replayed)


def _selection(ranking_ids: Sequence[UUID], options: Mapping[str, Any]) -> "ReplaySelection":
    from pgrerank.usecases.evaluation.replay_run import ReplaySelection

    return ReplaySelection(
        ranking_ids=ranking_ids,
        filter=RankingFilter(
            collection=options["collection"],
            source=RankingSource.SEARCH,
            since=_utc(options["since"]),
            until=_utc(options["until"]),
        ),
        last=options["last"],
    )


def _changes(options: Mapping[str, Any]) -> "ReplaySettings":
    from pgrerank.usecases.evaluation.replay import ReplayPlan
    from pgrerank.usecases.evaluation.replay_run import ReplaySettings

    if options["label"] and not options["collection"]:
        raise Misused("--save needs a --collection")
    names = ("fusion", "rrf_k", "dense_weight", "keyword_weight")
    changes = {name: options[name] for name in names if options[name] is not None}
    if "fusion" in changes:
        changes["fusion"] = Fusion(changes["fusion"])
    fusion = Retrieval(**changes) if changes else None
    return ReplaySettings(
        plan=ReplayPlan(
            depth=options["depth"],
            cascade=options["cascade"],
            fusion=fusion,
            diversity=options["diversity"],
        ),
        cuts=_cuts(options),
        label=options["label"],
    )


def _cuts(options: Mapping[str, Any]) -> "ThresholdOverrides | None":
    from pgrerank.usecases.evaluation.replay_thresholds import ThresholdOverrides

    bounds = {name: options[name] for name in ("min_score", "min_relevance", "threshold")}
    return None if set(bounds.values()) == {None} else ThresholdOverrides(**bounds)


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)


async def _replay(
    settings: Settings, tenant_name: str, selection: "ReplaySelection", changes: "ReplaySettings"
) -> "ReplayRun":
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.evaluation import replay_run

    async def check(admin_services: "AdminServices") -> None:
        await lookup.exist(tenant_name, selection.filter.collection)(admin_services)
        tenant = await admin_services.tenants.by_name(tenant_name)
        await replay_run.selected(admin_services, tenant.id, selection)

    async with wiring.all_services(settings, check=check) as services:
        tenant = await services.tenants.by_name(tenant_name)
        with progress.bar("replaying", None) as advance:
            return await replay_run.replay_all(
                services,
                tenant.id,
                selection,
                changes,
                progress=lambda done, whole: advance(done, f"{done} of {whole} searches"),
            )


def _summary(done: "ReplayRun") -> dict[str, Any]:
    return {
        "replayed": len(done.replays),
        "inexact": done.inexact,
        "statuses": done.statuses,
        "reranker": done.reranker,
        "tau": _rounded(done.tau, 4),
        "top10_kept": _rounded(done.top10_kept, 4),
        "pairs": done.pairs,
        "rerank_ms_p50": _rounded(done.rerank_ms_p50, 1),
        "judged": done.measured.queries,
        "before": {name: round(value, 4) for name, value in done.measured.before.items()},
        "after": {name: round(value, 4) for name, value in done.measured.after.items()},
        "differences": {name: plain(each) for name, each in done.measured.differences.items()},
        "left": None
        if done.left is None
        else dict(zip(("before", "after"), map(asdict, done.left), strict=True)),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _row(each: "Replay") -> dict[str, Any]:
    return {
        "id": each.ranking.id,
        "query": each.ranking.query,
        "status": each.rerank.status,
        "gone": len(each.gone),
        "tau": each.tau,
        "top10_kept": each.top10_kept,
        "rerank_ms": each.rerank_ms,
        "logged_rerank_ms": each.ranking.timings_ms.get("rerank"),
        "before": [each.documents[chunk] for chunk in each.before],
        "after": [each.documents[chunk] for chunk in each.after],
    }


def _show(done: "ReplayRun") -> None:
    summary = _summary(done)
    moved = sorted(
        done.replays, key=lambda each: 1 if each.top10_kept is None else each.top10_kept
    )[:10]
    output.table(
        ("search", "query", "top 10 kept", "tau", "gone", "ms"),
        [
            (
                each.ranking.id,
                " ".join(each.ranking.query.split())[:60],
                output.number(each.top10_kept, 2),
                output.number(each.tau, 2),
                len(each.gone),
                output.number(each.rerank_ms, 1),
            )
            for each in moved
        ],
        title="The searches whose top ten changed most",
    )
    console = output.console()
    console.print()
    for name in ("replayed", "inexact", "reranker", "tau", "top10_kept", "pairs", "rerank_ms_p50"):
        console.print(f"{name.replace('_', ' '):<16}{summary[name]}")
    for name, difference in done.measured.differences.items():
        console.print(sentence(name, difference))
    _show_threshold_effect(done.left)
    if summary["inexact"]:
        console.print("inexact: documents were changed or deleted since, and are left out")


def _show_threshold_effect(left: "tuple[ThresholdEffect, ThresholdEffect] | None") -> None:
    if left is None:
        return
    before, after = left
    for name, was, now in (
        ("results a search", output.number(before.results, 2), output.number(after.results, 2)),
        ("empty searches", before.empty, after.empty),
        ("precision", output.number(before.precision, 4), output.number(after.precision, 4)),
        ("relevant left", output.number(before.relevant, 4), output.number(after.relevant, 4)),
    ):
        output.console().print(f"{name:<18}{was} -> {now}")
