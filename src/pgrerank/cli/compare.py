"""pgrerank compare."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import listing, option, output
from pgrerank.cli.command import Command, Misused, examples, read_settings, refuse_unused
from pgrerank.cli.gain import plain, sentence
from pgrerank.domain.count import counted
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.evaluation import EvaluatedQuery, Evaluation
    from pgrerank.usecases.evaluation.compare import QueryChange, RunComparison

_EXAMPLES = 5
_SHOWN_DOCUMENTS = 3
_PAIR = 2


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank evaluate -t acme -c docs --save before",
        "pgrerank evaluate -t acme -c docs --depth 100 --save after",
        "pgrerank compare before after -t acme",
        "pgrerank compare -t acme  # list the stored evaluations",
    ),
)
@click.argument("runs", nargs=-1, metavar="[BEFORE AFTER]", callback=option.distinct())
@option.tenant
@option.measure
@click.option(
    "--examples",
    "example_count",
    type=click.IntRange(0),
    default=_EXAMPLES,
    show_default=True,
    help="Number of wins and of losses to show.",
)
@option.as_json
@click.pass_context
def compare(
    context: click.Context,
    *,
    runs: Sequence[str],
    tenant_name: str,
    measure: str,
    example_count: int,
    as_json: bool,
) -> None:
    """Compare two stored evaluations, and tell whether the difference is significant.

    BEFORE and AFTER are ids or labels; a label means its newest run. Only queries that both runs
    have with the same judgments are compared. Intervals are bootstrapped over queries; p is from a
    paired permutation test. Without BEFORE and AFTER, lists the stored runs.
    """
    if not runs:
        refuse_unused(context, {"measure", "example_count"}, "is for two evaluations to compare")
        _list(asyncio.run(_stored_runs(read_settings(context), tenant_name)), as_json=as_json)
        return
    if len(runs) != _PAIR:
        raise Misused("name two evaluations, or none to list them")
    comparison = asyncio.run(_compare(read_settings(context), tenant_name, runs, measure))
    if as_json:
        output.as_json(_summary(comparison, measure, example_count))
    else:
        _show(comparison, measure, example_count)


async def _stored_runs(settings: Settings, tenant_name: str) -> "list[Evaluation]":
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await listing.everything(
            lambda cursor: admin_services.evaluations.page(
                tenant.id, collection=None, limit=listing.PAGE, cursor=cursor
            )
        )


async def _compare(
    settings: Settings, tenant_name: str, runs: Sequence[str], measure: str
) -> "RunComparison":
    from pgrerank import wiring
    from pgrerank.usecases.evaluation.compare import compare as use_case

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await use_case(admin_services, tenant.id, runs[0], runs[1], measure=measure)


def _list(stored: "Sequence[Evaluation]", *, as_json: bool) -> None:
    if as_json:
        output.as_json(stored)
        return
    output.table(
        ["id", "label", "collection", "queries", "strategy", "reranker", "nDCG@10", "p95 ms"],
        [
            (
                *(run.id, run.label, run.collection, run.queries, run.strategy, run.reranker),
                f"{run.metrics['nDCG@10']:.4f}",
                run.p95_ms,
            )
            for run in stored
        ],
    )


def _summary(comparison: "RunComparison", measure: str, examples: int) -> dict[str, Any]:
    return {
        "before": _run_summary(comparison.before),
        "after": _run_summary(comparison.after),
        "queries": comparison.differences[measure].queries,
        "left_out": comparison.left_out,
        "differences": {name: plain(each) for name, each in comparison.differences.items()},
        "measure": measure,
        "wins": [_example(each, measure) for each in comparison.wins[:examples]],
        "losses": [_example(each, measure) for each in comparison.losses[:examples]],
    }


def _run_summary(run: "Evaluation") -> dict[str, Any]:
    return {
        "id": run.id,
        "label": run.label,
        "collection": run.collection,
        "reranker": run.reranker,
        "strategy": run.strategy,
        "knobs": run.knobs,
        "p95_ms": run.p95_ms,
    }


def _example(change: "QueryChange", measure: str) -> dict[str, Any]:
    return {
        "query": change.query,
        "before": change.before.metrics[measure],
        "after": change.after.metrics[measure],
        "first_before": _first(change.before),
        "first_after": _first(change.after),
    }


def _first(answer: "EvaluatedQuery") -> list[dict[str, Any]]:
    """Top documents with their grades."""
    return [
        {"id": name, "grade": grade}
        for name, grade in zip(answer.external_ids, answer.grades, strict=False)
    ][:_SHOWN_DOCUMENTS]


def _show(comparison: "RunComparison", measure: str, examples: int) -> None:
    output.table(
        ["measure", "before", "after", "change", "95 % interval", "p", "better", "worse"],
        [
            (
                name,
                f"{each.before:.4f}",
                f"{each.after:.4f}",
                f"{each.mean:+.4f}",
                f"{each.low:+.4f} to {each.high:+.4f}",
                f"{each.p_value:.3f}",
                each.wins,
                each.losses,
            )
            for name, each in comparison.differences.items()
        ],
    )
    click.echo(f"\n{sentence(measure, comparison.differences[measure])}")
    if comparison.left_out:
        queries = counted(comparison.left_out, "query", "queries")
        click.echo(f"Left out: {queries} not in both runs with the same judgments.")
    for title, changes in (("Better", comparison.wins), ("Worse", comparison.losses)):
        if changes[:examples]:
            output.table(
                [title, "before", "after", "first before", "first after"],
                [_row(each, measure) for each in changes[:examples]],
            )


def _row(change: "QueryChange", measure: str) -> tuple[str, ...]:
    return (
        change.query,
        f"{change.before.metrics[measure]:.3f}",
        f"{change.after.metrics[measure]:.3f}",
        _tops(change.before),
        _tops(change.after),
    )


def _tops(answer: "EvaluatedQuery") -> str:
    """Ids of the top documents with their grades, `?` if unjudged."""
    shown = [
        f"{each['id']} ({'?' if each['grade'] is None else each['grade']})"
        for each in _first(answer)
    ]
    return ", ".join(shown)
