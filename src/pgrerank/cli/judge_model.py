"""pgrerank judgment ask, sample and check: grades of a language model, and how far to trust them."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click
import msgspec

from pgrerank.cli import given_queries, option, output, progress
from pgrerank.cli.command import (
    Command,
    Failed,
    examples,
    read_settings,
    run,
)
from pgrerank.domain.count import counted
from pgrerank.domain.errors import RemoteError
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.correction import CorrectedEstimate, Estimate
    from pgrerank.domain.request import SearchRequest
    from pgrerank.ports.services import AdminServices
    from pgrerank.usecases.calibration.model_grading import ModelGraded
    from pgrerank.usecases.evaluation.model_agreement import Agreement, MeasuredQuery

_judge_argument = click.argument("judge_name", metavar="JUDGE")
_NOT_MEASURED = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a language model graded, and what it cost."""

    judge: str
    queries: int
    graded: int
    #: results for which its answer stated no grade
    unreadable: int
    tokens: int
    #: in the operator's currency
    cost: float

    @classmethod
    def of(cls, judge: str, done: "Sequence[ModelGraded]") -> Self:
        """The sum over queries."""
        return cls(
            judge=judge,
            queries=len(done),
            graded=sum(each.graded for each in done),
            unreadable=sum(each.unreadable for each in done),
            tokens=sum(each.tokens for each in done),
            cost=sum(each.cost for each in done),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Which queries to ask about."""

    #: empty: those of the log
    given: Sequence[str]
    logged: int
    judged: bool


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank judgment ask qwen -t acme -c docs --judged",
        "pgrerank judgment ask qwen -t acme -c docs --most 500 --top 20",
        'pgrerank judgment ask qwen -t acme -c docs --query "rotate a key"',
    ),
)
@_judge_argument
@option.tenant
@option.collection
@given_queries.options
@click.option("--judged", is_flag=True, help="Begin with the queries that people judged.")
@click.option(
    "--most",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="Number of queries to take from the log, latest first.",
)
@click.option(
    "--top",
    type=click.IntRange(1, 100),
    default=10,
    show_default=True,
    help="Number of results of each query to ask about.",
)
@option.as_json
@click.pass_context
def ask(
    context: click.Context,
    *,
    judge_name: str,
    tenant_name: str,
    collection_name: str,
    texts: Sequence[str],
    query_file: Path | None,
    judged: bool,
    most: int,
    top: int,
    as_json: bool,
) -> None:
    """Let a language model grade the results of queries, 0 to 3.

    JUDGE is a [judge.NAME] of PGRERANK_BACKENDS. Its grades are stored with the source `llm`, after
    each query. They count in no measure, calibration or training; `judgment check` compares them
    with people's. What it graded before is left out, so that you can stop and resume at any time.
    """
    given = given_queries.chosen(context, texts, query_file, of_log={"judged", "most"})
    source = _Source(given=given, logged=most, judged=judged)
    asked = run(
        _ask(read_settings(context), judge_name, (tenant_name, collection_name), source, top),
        interrupt_note="The grades given so far are stored; run the same command to go on.",
    )
    if as_json:
        output.as_json(asked)
        return
    cost = f", cost {asked.cost:.4f}" if asked.cost else ""
    click.echo(
        f"{counted(asked.graded, 'result')} of {counted(asked.queries, 'query', 'queries')} graded "
        f"by `{asked.judge}`: {asked.tokens} tokens{cost}."
    )
    if asked.unreadable:
        answers = counted(asked.unreadable, "answer")
        click.echo(f"{answers} stated no grade; run the same command to ask again.")
    click.echo(f"Next: pgrerank judgment check {judge_name} -t {tenant_name} -c {collection_name}")


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank judgment sample qwen -t acme -c docs --queries 40 > sample.jsonl",
        "pgrerank judge -t acme -c docs --queries sample.jsonl",
    ),
)
@_judge_argument
@option.tenant
@option.collection
@click.option(
    "--queries",
    "count",
    type=click.IntRange(1, 10_000),
    default=40,
    show_default=True,
    help="Number of queries.",
)
@click.pass_context
def sample(
    context: click.Context, *, judge_name: str, tenant_name: str, collection_name: str, count: int
) -> None:
    """Print a random sample of the queries that a language model graded, for people to judge.

    The sample is by a hash of the queries: it is the same each time, and a larger one contains the
    smaller.
    """
    for line in run(
        _sample(read_settings(context), judge_name, (tenant_name, collection_name), count),
        interrupt_note="",
    ):
        click.echo(line)


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank judgment check qwen -t acme -c docs",
        "pgrerank judgment check qwen -t acme -c docs --depth 20 --json",
    ),
)
@_judge_argument
@option.tenant
@option.collection
@option.strategy
@option.candidates
@option.depth
@option.cascade
@option.as_json
@click.pass_context
def check(
    context: click.Context,
    *,
    judge_name: str,
    tenant_name: str,
    collection_name: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Compare a language model's grades with people's, and estimate quality from both.

    Prints how often they agree, and nDCG@10 of the first stage, of the answer, and the gain of
    reranking: by people's grades, by the model's, and by the model's corrected by people's
    (prediction-powered inference). The correction holds if the queries that people judged are a
    random sample: `judgment sample` draws one. The searches made here are not logged.
    """
    found, measured = run(
        _check(
            read_settings(context),
            judge_name,
            (tenant_name, collection_name),
            option.request(rerank=True, **options),
        ),
        interrupt_note="Nothing was changed.",
    )
    if as_json:
        output.as_json(_summary(found, measured))
    else:
        _show(found, measured)


async def _ask(
    settings: Settings, judge_name: str, where: tuple[str, str], source: _Source, top: int
) -> Asked:
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.calibration.model_grading import (
        ModelGradingPlan,
        grade_by_model,
        queries_for_model,
    )

    judged_by = wiring.judge_name(settings, judge_name)
    done: list[ModelGraded] = []
    async with wiring.all_services(settings, check=lookup.exist(*where)) as services:
        tenant_id, collection = await lookup.place(services, *where)
        queries = source.given or await queries_for_model(
            services, tenant_id, collection, logged=source.logged, judged=source.judged
        )
        plan = ModelGradingPlan(
            tenant_id=tenant_id, collection=collection, queries=queries, top=top
        )
        with progress.count("queries", len(queries)) as advance, _what_is_stored(done):
            async for graded in grade_by_model(services, services.judges[judge_name], plan):
                done.append(graded)
                advance()
    return Asked.of(judged_by, done)


@contextmanager
def _what_is_stored(done: "Sequence[ModelGraded]") -> Generator[None]:
    """Say what is stored when the judge's server fails. Raises Failed."""
    try:
        yield
    except RemoteError as error:
        stored = counted(sum(each.graded for each in done), "grade")
        raise Failed(
            f"the judge `{error.backend}` {error.problem}. {stored} of earlier queries stored; run "
            "the same command to go on"
        ) from error


async def _sample(
    settings: Settings, judge_name: str, where: tuple[str, str], count: int
) -> list[str]:
    from pgrerank import wiring
    from pgrerank.domain.evaluation import questions
    from pgrerank.usecases import lookup
    from pgrerank.usecases.evaluation.model_agreement import graded_queries

    judged_by = wiring.judge_name(settings, judge_name)
    async with wiring.admin_services(settings) as admin_services:
        tenant_id, collection = await lookup.place(admin_services, *where)
        graded = await graded_queries(admin_services, tenant_id, collection, judged_by)
    drawn = questions(graded.by_model, at_most=count)
    return [
        msgspec.json.encode({"_id": str(number), "text": each.query}).decode()
        for number, each in enumerate(drawn, start=1)
    ]


async def _check(
    settings: Settings, judge_name: str, where: tuple[str, str], request: "SearchRequest"
) -> "tuple[Agreement, dict[str, CorrectedEstimate]]":
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.evaluation.model_agreement import (
        agreement,
        estimates,
        graded_queries,
        measured_queries,
    )

    judged_by = wiring.judge_name(settings, judge_name)

    async def exists(admin_services: "AdminServices") -> None:
        place = await lookup.place(admin_services, *where)
        await graded_queries(admin_services, *place, judged_by)

    measured: list[MeasuredQuery] = []
    async with wiring.all_services(settings, check=exists) as services:
        place = await lookup.place(services, *where)
        graded = await graded_queries(services, *place, judged_by)
        with progress.count("queries", len(graded.by_model)) as advance:
            async for each in measured_queries(services, *place, graded, request):
                measured.append(each)
                advance()
    return agreement(graded), estimates(measured)


def _summary(found: "Agreement", measured: "Mapping[str, CorrectedEstimate]") -> dict[str, Any]:
    return {
        "documents": found.documents,
        "relevant_alike": found.relevant_alike,
        "kappa": found.kappa,
        "counts": found.counts,
        "ndcg@10": {name: asdict(each) for name, each in measured.items()},
    }


def _show(found: "Agreement", measured: "Mapping[str, CorrectedEstimate]") -> None:
    if found.relevant_alike is not None:
        output.table(
            ["grade by people", *(f"model: {grade}" for grade in range(len(found.counts)))],
            [(grade, *counts) for grade, counts in enumerate(found.counts)],
            title=f"{counted(found.documents, 'document')} graded by both",
        )
        click.echo(
            f"Both call {found.relevant_alike:.0%} of them relevant, or both not; weighted kappa "
            f"{output.number(found.kappa)}.\n"
        )
    any_measure = next(iter(measured.values()))
    output.table(
        ["nDCG@10", "by people", "by the model", "corrected"],
        [
            (name, *map(_interval, (each.by_people, each.by_model, each.corrected)))
            for name, each in measured.items()
        ],
        title=f"{counted(any_measure.judged, 'query', 'queries')} judged by both, "
        f"{any_measure.unjudged} by the model alone; 95 % intervals",
    )
    click.echo(_advice(measured))


def _interval(estimate: "Estimate | None") -> str:
    if estimate is None:
        return _NOT_MEASURED
    return f"{estimate.mean:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _advice(measured: "Mapping[str, CorrectedEstimate]") -> str:
    answer = measured["answer"]
    if answer.corrected is None or answer.by_people is None:
        return (
            f"Only {counted(answer.judged, 'query', 'queries')} of these were judged by people, and "
            "10 are the fewest: judge more, from `pgrerank judgment sample`."
        )
    people, both = answer.by_people, answer.corrected
    share = (both.high - both.low) / (people.high - people.low or 1)
    return (
        f"The model's grades make the interval of the answer {share:.0%} as wide as people's alone. "
        "That holds if the queries that people judged are a random sample: `pgrerank judgment "
        "sample`."
    )
