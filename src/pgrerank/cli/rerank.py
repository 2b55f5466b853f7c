"""pgrerank rerank."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

import click
import msgspec

from pgrerank.cli import hits, option, output, remote
from pgrerank.cli.command import Command, Failed, examples, read_settings
from pgrerank.domain import unknown_query
from pgrerank.domain.rerank import RankedDocument, RerankRequest
from pgrerank.domain.spans import SpanReport
from pgrerank.formats.row import UnreadableRowError, decode
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.client import AsyncClient
    from pgrerank.client.answers import RerankedDocument
    from pgrerank.client.spans import SpansFound
    from pgrerank.ports.spans import SpanScorer


@click.command(
    cls=Command,
    epilog=examples(
        'pgrerank rerank "parse a date" candidates.txt',
        'cat candidates.jsonl | pgrerank rerank "parse a date" - --json',
    ),
)
@click.argument("query")
@click.argument("file", type=click.File("rb"))
@click.option("--limit", type=click.IntRange(1), help="Print only this many of the best.")
@option.compress
@remote.options
@option.as_json
@click.pass_context
def rerank(
    context: click.Context,
    *,
    query: str,
    file: BinaryIO,
    limit: int | None,
    compress: bool,
    url: str | None,
    key: str | None,
    as_json: bool,
) -> None:
    """Order texts by relevance to a query. Needs no database, and with --url no model.

    FILE has one document per line: plain text, JSON objects with `text` (and `title`), or JSON
    strings; `-` reads standard input. With `--compress`, of each text only the sentences that answer
    the query are printed. Prints the best first, with the reranker's raw score.
    """
    texts = _texts(file.read())
    settings = read_settings(context)
    service = remote.service(settings, url, key)
    if service is None:
        answer = asyncio.run(_rerank(settings, query, list(texts.values()), compress=compress))
    else:
        answer = remote.ask(service, _call(query, list(texts.values()), compress=compress))
    _print(query, list(texts.items()), answer, limit, as_json=as_json)


def _print(
    query: str,
    texts: Sequence[tuple[int, str]],
    answer: "_Answer",
    limit: int | None,
    *,
    as_json: bool,
) -> None:
    """Print the best texts; `texts` are those that were ranked, with their lines."""
    ranked = [(each, *texts[each.index]) for each in answer.results[:limit]]
    if as_json:
        results = [
            {"line": line, **_scores(document), "text": text} for document, line, text in ranked
        ]
        output.as_json({"query": query, "warnings": answer.warnings, "results": results})
        return
    has_relevance = any(each.relevance is not None for each in answer.results)
    columns = ["relevance"] if has_relevance else []
    rows = [
        (
            output.number(document.rerank_score, 4),
            *([output.number(document.relevance)] if has_relevance else []),
            line,
            text if document.extract is None else document.extract,
        )
        for document, line, text in ranked
    ]
    output.table(["rerank score", *columns, "line", "text"], rows)
    for warning in [*map("warning: {}".format, answer.warnings), *hits.spans(answer.spans)]:
        output.messages().print(warning, soft_wrap=True)


def _scores(document: "RerankedDocument") -> dict[str, object]:
    """The fields of the service's response, without the index, which the line replaces."""
    fields: dict[str, object] = msgspec.structs.asdict(document)
    del fields["index"]
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """All texts, best first, and warnings about the order."""

    results: Sequence["RerankedDocument"]
    warnings: Sequence[str]
    #: how the extracts were found; None: none were requested
    spans: "SpansFound | None"


async def _rerank(
    settings: Settings, query: str, texts: Sequence[str], *, compress: bool
) -> _Answer:
    from pgrerank import wiring
    from pgrerank.api.v1.schema.rerank import RerankedDocument as Served
    from pgrerank.client.answers import RerankedDocument
    from pgrerank.client.spans import SpansFound
    from pgrerank.usecases.rerank_texts import rerank_texts

    async with wiring.load_models(settings) as models:
        ranked = await rerank_texts(models.scorer, query, texts)
        report = None
        if compress:
            ranked, report = await _compressed(models.spans, query, ranked)
        unknown = {models.scorer.model.name: models.scorer.unknown_share(query)}
    return _Answer(
        results=[
            msgspec.convert(Served.of(each), RerankedDocument, from_attributes=True)
            for each in ranked
        ],
        warnings=unknown_query.warnings(unknown),
        spans=report and msgspec.convert(report, SpansFound, from_attributes=True),
    )


async def _compressed(
    scorer: "SpanScorer | None", query: str, ranked: Sequence[RankedDocument]
) -> tuple[Sequence[RankedDocument], SpanReport]:
    from pgrerank.usecases import spans

    documents = tuple(each.document for each in ranked)
    request = RerankRequest(query=query, documents=documents, compress=True)
    texts = [("", each.text) for each in documents]
    found = await spans.find(scorer, request, texts, deadline=None, tenant_id=None)
    return spans.attach(ranked, found), found.report


def _call(
    query: str, texts: Sequence[str], *, compress: bool
) -> "Callable[[AsyncClient], Awaitable[_Answer]]":
    async def call(client: "AsyncClient") -> _Answer:
        answer = await client.rank(query, texts, compress=compress)
        return _Answer(results=answer.results, warnings=answer.warnings, spans=answer.spans)

    return call


def _texts(data: bytes) -> dict[int, str]:
    """Texts by line number from 1, without blank lines."""
    try:
        lines = decode(data).split("\n")
    except UnreadableRowError as error:
        raise Failed(error.reason) from error
    return {place: _text(line, place) for place, line in enumerate(lines, start=1) if line.strip()}


def _text(line: str, place: int) -> str:
    if line.lstrip()[0] not in '{"':
        return line
    try:
        value: object = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return line  # prose may begin with a quotation mark
    if isinstance(value, str):
        return value
    fields = cast("dict[str, object]", value)
    parts = [fields.get("title"), fields.get("text")]
    if not isinstance(fields.get("text"), str):
        raise Failed(f"line {place}: has no `text`")
    return "\n".join(part for part in parts if isinstance(part, str) and part)
