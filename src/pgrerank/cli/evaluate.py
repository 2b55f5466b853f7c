"""pgrerank evaluate."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click
from rich_click import RichCommand

from pgrerank.cli import beir, ingest, option, output, progress
from pgrerank.cli.command import Failed, examples, settings
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.tenant import Tenant
    from pgrerank.ports import House
    from pgrerank.usecases.evaluate import Answered, Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    data: beir.Dataset
    qrels: Mapping[str, Mapping[str, int]]
    text_search: str
    #: keep the tenant of this name; None: a scratch tenant, deleted at the end
    keep: str | None
    #: give the chunks token vectors; None: as the collection has it
    store_tokens: bool | None
    #: the search, its query aside
    request: SearchRequest

    def queries(self) -> dict[str, str]:
        """The judged queries."""
        found = {name: text for name, text in self.data.queries().items() if name in self.qrels}
        if not found:
            raise Failed(f"{self.data.folder}: no query has a judgment")
        return found


@click.command(
    cls=RichCommand,
    epilog=examples(
        "pgrerank evaluate data/cranfield",
        "pgrerank evaluate data/cranfield --strategy keyword --no-rerank --json",
        "pgrerank evaluate data/cranfield --qrels data/cranfield/qrels/test-graded.tsv",
        "pgrerank evaluate data/npl --keep eval --depth 100    (the next run need not embed)",
    ),
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@option.strategy
@click.option(
    "--rerank/--no-rerank", default=True, show_default=True, help="With or without second stage."
)
@option.candidates
@option.depth
@option.cascade
@option.store_tokens
@click.option(
    "--qrels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of judgments. Default: qrels/test.tsv of the folder.",
)
@click.option(
    "--text-search",
    default="english",
    show_default=True,
    help="Text search configuration of Postgres for the keyword leg.",
)
@click.option(
    "--keep",
    metavar="TENANT",
    help="Use this tenant and keep it, so that the next run finds its documents embedded.",
)
@option.as_json
@click.pass_context
def evaluate(
    context: click.Context,
    *,
    folder: Path,
    rerank: bool,
    qrels: Path | None,
    text_search: str,
    keep: str | None,
    store_tokens: bool | None,
    as_json: bool,
    **knobs: Any,
) -> None:
    """Measure the ranking on a labelled folder, through the pipeline that serves searches.

    FOLDER is in BEIR form: corpus.jsonl, queries.jsonl, qrels/test.tsv. It is ingested into a
    scratch tenant, its judged queries are searched one by one, and the tenant is deleted.
    Measures are ir-measures' means over the queries, a grade of 1 or more being relevant.
    """
    data = beir.Dataset(folder=folder)
    work = _Work(
        data=data,
        qrels=beir.qrels(qrels or data.qrels_file()),
        text_search=text_search,
        keep=keep,
        store_tokens=store_tokens,
        request=_request(rerank=rerank, **knobs),
    )
    summary = _summary(work, asyncio.run(_evaluated(settings(context), work)))
    if as_json:
        output.as_json(summary)
    else:
        _show(summary)


def _request(
    *, rerank: bool, strategy: str, candidates: int, depth: int | None, cascade: int | None
) -> SearchRequest:
    return SearchRequest(
        query="",
        strategy=Strategy(strategy),
        candidates=candidates,
        depth=depth,
        cascade=cascade,
        rerank=RerankMode.ALWAYS if rerank else RerankMode.NEVER,
    )


async def _evaluated(found: Settings, work: _Work) -> "Evaluation":
    from pgrerank import wiring
    from pgrerank.usecases.evaluate import evaluation

    queries = work.queries()
    async with wiring.house(found) as house:
        tenant = await _tenant(house, work.keep)
        try:
            place = await _filled(house, tenant, work, found.max_document_characters)
            answered = await _answered(place, work, queries)
        finally:
            if work.keep is None:
                await house.tenants.delete(tenant.name)
    return evaluation(answered, work.qrels)


async def _tenant(house: "House", keep: str | None) -> "Tenant":
    try:
        return await house.tenants.create(keep or f"scratch-{uuid4().hex[:12]}")
    except ConflictError:
        if keep is None:
            raise
        return await house.tenants.named(keep)


async def _filled(
    house: "House", tenant: "Tenant", work: _Work, max_characters: int
) -> ingest.Place:
    from pgrerank.cli.reading.source import Format, sources
    from pgrerank.usecases.collections import create

    name = _collection_name(work)
    await create(
        house,
        tenant.id,
        name,
        text_search=work.text_search,
        store_tokens=work.store_tokens,
    )
    place = ingest.Place(house=house, tenant_id=tenant.id, collection=name)
    corpus = sources([str(work.data.folder / "corpus.jsonl")], Format.JSONL)
    report = await ingest.into(place, corpus, max_characters)
    if report.rejected:
        first = report.rejected[0]
        output.messages().print(
            f"{len(report.rejected)} documents were left out, "
            f"the first on line {first.line}: {first.reason}"
        )
    return place


def _collection_name(work: _Work) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{work.data.name}-{work.text_search}".lower()).strip("-")


async def _answered(
    place: ingest.Place, work: _Work, queries: Mapping[str, str]
) -> "list[Answered]":
    from pgrerank.usecases.evaluate import answers

    found: list[Answered] = []
    with progress.count("searching", len(queries)) as step:
        asked = answers(
            place.house,
            place.tenant_id,
            place.collection,
            queries,
            lambda query: replace(work.request, query=query),
        )
        async for answer in asked:
            found.append(answer)
            step()
    return found


def _summary(work: _Work, found: "Evaluation") -> dict[str, Any]:
    return {
        "dataset": work.data.name,
        "strategy": work.request.strategy,
        "rerank": work.request.rerank is RerankMode.ALWAYS,
        "candidates": work.request.candidates,
        "depth": work.request.effective_depth,
        "cascade": work.request.cascade,
        "queries": found.queries,
        "metrics": found.metrics,
        "latency_ms": found.latency_ms,
        "statuses": found.statuses,
    }


def _show(summary: Mapping[str, Any]) -> None:
    rerank = f"reranked to depth {summary['depth']}" if summary["rerank"] else "not reranked"
    title = f"{summary['dataset']}: {summary['queries']} queries, {summary['strategy']}, {rerank}"
    metrics, latency = summary["metrics"], summary["latency_ms"]
    columns = [*metrics, *(f"{name} ms" for name in latency)]
    figures = [f"{value:.4f}" for value in metrics.values()]
    output.table(
        columns, [[*figures, *(f"{value:.1f}" for value in latency.values())]], title=title
    )
    odd = {name: count for name, count in summary["statuses"].items() if name != "full"}
    if summary["rerank"] and odd:
        click.echo(
            "rerank status of some queries: " + ", ".join(f"{n} {c}" for n, c in odd.items())
        )
