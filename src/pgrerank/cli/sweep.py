"""pgrerank sweep."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pgrerank.cli import judged, option, output, progress
from pgrerank.cli.command import Command, Misused, examples, read_settings, run
from pgrerank.cli.gain import plain, queries, sample_size_advice
from pgrerank.domain.request import MAX_CANDIDATES, MAX_DEPTH, SearchRequest, Strategy
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.ports.services import Services
    from pgrerank.usecases.evaluation.sweep import SweepPlan, SweepPoint, SweepVerdict

_SUFFIXES = (".svg", ".png", ".pdf")
_QUERIES = 50


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank sweep -t acme -c docs --plot sweep.svg",
        "pgrerank sweep -t acme -c docs --candidates 100 --depth 20 --depth 50 --depth 200",
        "pgrerank sweep -t acme -c docs --reranker late-interaction --reranker ./my-model",
    ),
)
@option.tenant
@option.collection
@judged.options
@option.strategy
@click.option(
    "--candidates",
    type=click.IntRange(1, MAX_CANDIDATES),
    multiple=True,
    callback=option.distinct(),
    default=(50, 100),
    show_default=True,
    help="Number of candidates each leg returns; may be repeated.",
)
@click.option(
    "--depth",
    "depths",
    type=click.IntRange(1, MAX_DEPTH),
    multiple=True,
    callback=option.distinct(),
    default=(10, 20, 30, 50, 100),
    show_default=True,
    help="Number of candidates to rerank; may be repeated. No reranking is always measured too.",
)
@click.option(
    "--reranker",
    "rerankers",
    metavar="NAME",
    multiple=True,
    callback=option.distinct(),
    help="Reranker; may be repeated. Default: PGRERANK_RERANKER.",
)
@option.measure
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=option.require_writable,
    help="Plot quality against latency into this .svg, .png or .pdf file.",
)
@option.as_json
@click.pass_context
def sweep(context: click.Context, *, plot: Path | None, as_json: bool, **options: Any) -> None:
    """Measure quality and latency across candidates, depths and rerankers.

    Searches each judged query (50 unless --max-queries is set) with every combination, without
    caching scores between searches and without writing to the rerank log.
    """
    if plot is not None and plot.suffix not in _SUFFIXES:
        raise Misused(f"--plot takes a file that ends in {', '.join(_SUFFIXES)}")
    settings = read_settings(context)
    plan = _plan(settings, options)
    points = run(
        _sweep(settings, plan),
        interrupt_note="Nothing was stored; run the same command to start over.",
    )
    if plot is not None:
        from pgrerank.cli.sweep_plot import draw

        draw(points, plan.measure, plot)
    _print(points, plan.measure, as_json=as_json)


def _plan(settings: Settings, options: dict[str, Any]) -> "SweepPlan":
    from pgrerank.usecases.evaluation.sweep import SweepPlan

    request = SearchRequest(query="", strategy=Strategy(options.pop("strategy")))
    judged_collection = judged.pop_options(options, request, most=_QUERIES)
    rerankers = options.pop("rerankers") or (settings.reranker,)
    return SweepPlan(judged=judged_collection, rerankers=rerankers, **options)


async def _sweep(settings: Settings, plan: "SweepPlan") -> "list[SweepPoint]":
    from pgrerank import wiring
    from pgrerank.usecases.evaluation.judged_collection import judged_queries_exist
    from pgrerank.usecases.evaluation.sweep import sweep_rerankers

    def open_services(reranker: str) -> "AbstractAsyncContextManager[Services]":
        # Without a score cache, so that each setting scores its own pairs.
        changed = msgspec.structs.replace(settings, reranker=reranker, score_cache=0)
        return wiring.all_services(changed, check=judged_queries_exist(plan.judged))

    return await sweep_rerankers(open_services, plan, counter=progress.count)


def _print(points: "Sequence[SweepPoint]", measure: str, *, as_json: bool) -> None:
    from pgrerank.usecases.evaluation.sweep import verdicts

    rows = verdicts(points)
    if as_json:
        output.as_json(_summary(points, measure, rows))
        return
    output.table(
        ["reranker", "candidates", "depth", measure, "p50 ms", "p95 ms"],
        [tuple(_row(point).values()) for point in points],
        title=f"{len(points[0].values)} queries",
    )
    for verdict in rows:
        click.echo("\n".join(advice(verdict, measure)))


def _row(point: "SweepPoint") -> dict[str, Any]:
    return {
        "reranker": point.knobs.reranker,
        "candidates": point.knobs.candidates,
        "depth": point.knobs.depth,
        "value": f"{point.mean:.4f}",
        "p50_ms": f"{point.p50_ms:.1f}",
        "p95_ms": f"{point.p95_ms:.1f}",
    }


def _summary(
    points: "Sequence[SweepPoint]", measure: str, verdicts_by_point: "Sequence[SweepVerdict]"
) -> dict[str, Any]:
    return {
        "measure": measure,
        "queries": len(points[0].values),
        "points": [
            {
                **_row(point),
                "value": point.mean,
                "p50_ms": point.p50_ms,
                "p95_ms": point.p95_ms,
            }
            for point in points
        ],
        "verdicts": [
            {
                "reranker": verdict.reranker,
                "gain": plain(verdict.gain),
                "best": _knobs(verdict.best),
                "enough": _knobs(verdict.enough),
                "kept": verdict.gain_share,
                "time_share": verdict.time_share,
                "advice": advice(verdict, measure),
            }
            for verdict in verdicts_by_point
        ],
    }


def _knobs(point: "SweepPoint") -> dict[str, Any]:
    return {"candidates": point.knobs.candidates, "depth": point.knobs.depth}


def advice(verdict: "SweepVerdict", measure: str) -> list[str]:
    """Verdict and recommendation, as lines of text."""
    gain = verdict.gain
    unit = 100 / gain.before if gain.before else 100
    change = (
        f"{gain.mean * unit:+.1f} % of {measure}, interval {gain.low * unit:+.1f} to "
        f"{gain.high * unit:+.1f} %, p = {gain.p_value:.3f}, {queries(gain.queries)}"
    )
    name = verdict.reranker
    if gain.is_loss:
        return [f"Reranking with {name} loses on this collection, beyond chance: {change}."]
    if not gain.is_gain:
        undecided = (
            f"{queries(gain.queries)} cannot tell whether reranking with {name} pays on this"
        )
        return [f"{undecided} collection: {change}; {sample_size_advice(gain)}."]
    lines = [f"Reranking with {name} pays on this collection, beyond chance: {change}."]
    enough, best = verdict.enough.knobs, verdict.best.knobs
    if enough == best:
        lines.append(
            f"Depth {best.depth} of {best.candidates} candidates is best, and nothing quicker "
            "keeps 99 % of its gain."
        )
    else:
        lines.append(
            f"Depth {enough.depth} of {enough.candidates} candidates keeps {verdict.gain_share * 100:.0f} % of "
            f"the gain of depth {best.depth} of {best.candidates}, at {verdict.time_share:.2f} of "
            "the time."
        )
    return lines
