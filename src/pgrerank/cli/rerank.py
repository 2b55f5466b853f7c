"""pgrerank rerank."""

import asyncio
from collections.abc import Sequence
from typing import BinaryIO, cast

import click
import msgspec
from rich_click import RichCommand

from pgrerank.cli import option, output
from pgrerank.cli.command import Failed, examples, settings
from pgrerank.cli.reading.row import UnreadableError, decoded
from pgrerank.domain.rank import RankedDocument
from pgrerank.settings import Settings


@click.command(
    cls=RichCommand,
    epilog=examples(
        'pgrerank rerank "parse a date" candidates.txt',
        'cat candidates.jsonl | pgrerank rerank "parse a date" - --json',
    ),
)
@click.argument("query")
@click.argument("file", type=click.File("rb"))
@click.option("--limit", type=click.IntRange(1), help="Print only the best so many.")
@option.as_json
@click.pass_context
def rerank(
    context: click.Context,
    *,
    query: str,
    file: BinaryIO,
    limit: int | None,
    as_json: bool,
) -> None:
    """Order texts by relevance to a query. Needs no database.

    FILE holds one document a line: plain text, or JSON objects with `text` (and `title`), or JSON
    strings; `-` reads standard input. Prints the best first with the raw score of the reranker.
    """
    texts = _texts(file.read())
    ranked = asyncio.run(_reranked(settings(context), query, list(texts.values())))[:limit]
    lines = list(texts)
    if as_json:
        results = [_result(lines[each.index], each) for each in ranked]
        output.as_json({"query": query, "results": results})
    else:
        rows = [
            (output.number(each.rerank_score, 4), lines[each.index], each.document.text)
            for each in ranked
        ]
        output.table(["score", "line", "text"], rows)


async def _reranked(found: Settings, query: str, texts: Sequence[str]) -> Sequence[RankedDocument]:
    from pgrerank import wiring
    from pgrerank.usecases.rerank import rerank as reranked

    async with wiring.chosen(found) as models:
        return await reranked(models.scorer, query, texts)


def _texts(data: bytes) -> dict[int, str]:
    """Texts by line, from 1; blank lines are none."""
    try:
        lines = decoded(data).split("\n")
    except UnreadableError as error:
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


def _result(line: int, ranked: RankedDocument) -> dict[str, object]:
    return {
        "line": line,
        "score": ranked.rerank_score,
        "truncated": ranked.truncated,
        "text": ranked.document.text,
    }
