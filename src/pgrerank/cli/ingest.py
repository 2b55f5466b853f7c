"""pgrerank ingest."""

import asyncio
import signal
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click
from rich_click import RichCommand

from pgrerank.cli import option, output, progress
from pgrerank.cli.command import Failed, Misused, examples, settings
from pgrerank.domain.document import Document
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import IngestReport, Rejection
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.cli.reading.row import Row
    from pgrerank.cli.reading.source import Source
    from pgrerank.ports import House

_FORMATS = ["auto", "jsonl", "markdown", "text", "html"]
_SHOWN_REJECTIONS = 20


@click.command(
    cls=RichCommand,
    epilog=examples(
        "pgrerank ingest handbook/ -t acme -c docs",
        "pgrerank ingest corpus.jsonl -t acme -c docs --atomic",
        "export-articles | pgrerank ingest - -t acme -c docs --json",
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@option.tenant
@option.collection
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="auto",
    show_default=True,
    help="How files are read; `auto` goes by the suffix, and takes standard input for JSONL.",
)
@click.option("--atomic", is_flag=True, help="Store everything or, if any row is bad, nothing.")
@option.as_json
@click.pass_context
def ingest(
    context: click.Context,
    *,
    paths: Sequence[str],
    tenant_name: str,
    collection_name: str,
    form: str,
    atomic: bool,
    as_json: bool,
) -> None:
    r"""Bring documents into a collection, replacing those whose content changed.

    PATH is a file, a folder (followed to its ends; hidden files and other suffixes are left out)
    or `-` for standard input. JSONL holds one object a line: `_id` (or `id`), `text`, and if you
    like `title`, `url` and `metadata`; other fields are refused. A Markdown, text or HTML file is
    one document whose id is its path inside the folder; front matter becomes metadata.

    Unchanged documents are not embedded again, so a run that was cut off is completed by running
    it again. Bad rows are listed with their line and reason, and the others are stored; the exit
    code is 1 if nothing was.
    """
    sources = _sources(paths, form)
    found = settings(context)
    report = asyncio.run(_ingested(found, tenant_name, collection_name, sources, atomic=atomic))
    _print(report, as_json=as_json)
    if report.rejected and (atomic or not report.accepted):
        raise Failed("nothing was stored, see the rejected rows")


async def _ingested(
    found: Settings,
    tenant_name: str,
    collection_name: str,
    sources: "Sequence[Source]",
    *,
    atomic: bool,
) -> IngestReport:
    from pgrerank import wiring

    async with wiring.house(found) as house:
        tenant = await house.tenants.named(tenant_name)
        place = Place(house=house, tenant_id=tenant.id, collection=collection_name)
        return await into(place, sources, found.max_document_characters, atomic=atomic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where documents go."""

    house: "House"
    tenant_id: TenantId
    collection: str


async def into(
    place: Place, sources: "Sequence[Source]", max_characters: int, *, atomic: bool = False
) -> IngestReport:
    """Ingest sources under a progress bar. Raises what the use case raises."""
    from pgrerank.cli.reading.rows import rows
    from pgrerank.usecases.ingest import ingest as stored

    total = sum(source.size for source in sources)
    with progress.bar("ingesting", total or None) as advance, _interruptible():
        meter = Meter(advance)
        read = meter.watched(rows(sources, max_characters=max_characters))
        return await stored(
            place.house,
            place.tenant_id,
            place.collection,
            _fed(read, named=len(sources) > 1),
            atomic=atomic,
            progress=meter.stored,
        )


@contextmanager
def _interruptible() -> Generator[None]:
    """Let Ctrl-C end a read that waits: asyncio's own handler is heard at the next await only."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Meter:
    """How far an ingest has come, in bytes of its sources."""

    def __init__(self, advance: progress.Advance) -> None:
        self._advance = advance
        self._finished = 0
        self._source = ""
        self._position = 0

    def watched(self, rows: "Iterable[Row]") -> "Iterator[Row]":
        """The rows, remembering where the reader stands."""
        for row in rows:
            if row.source != self._source:
                self._finished += self._position
                self._source = row.source
            self._position = row.position
            yield row

    def stored(self, report: IngestReport) -> None:
        """What was read so far is stored or rejected."""
        note = f"{report.accepted} documents, {report.chunks} chunks embedded"
        self._advance(self._finished + self._position, note)


async def _fed(rows: "Iterable[Row]", *, named: bool) -> AsyncIterator[Document | Rejection]:
    for row in rows:
        item = row.item
        if named and isinstance(item, Rejection):
            item = replace(item, reason=f"{row.source}: {item.reason}")
        yield item


def _sources(paths: Sequence[str], form: str) -> "list[Source]":
    from pgrerank.cli.reading.source import Format, UnknownFormatError, sources

    try:
        found = sources(paths, Format(form))
    except UnknownFormatError as error:
        raise Misused(str(error)) from error
    except OSError as error:
        raise Misused(f"{error.filename}: {error.strerror}") from error
    if not found:
        raise Failed("there is no file of a known suffix in the folder")
    return found


def _print(report: IngestReport, *, as_json: bool) -> None:
    if as_json:
        output.as_json(report)
        return
    output.table(
        ["created", "updated", "unchanged", "rejected", "chunks embedded"],
        [
            (
                report.created,
                report.updated,
                report.unchanged,
                len(report.rejected),
                report.chunks,
            )
        ],
    )
    if report.rejected:
        _print_rejections(report.rejected)


def _print_rejections(rejected: Sequence[Rejection]) -> None:
    shown = rejected[:_SHOWN_REJECTIONS]
    rows = [(row.line, row.external_id, row.reason) for row in shown]
    output.table(["line", "id", "reason"], rows, title="\nRejected rows")
    if len(rejected) > len(shown):
        click.echo(f"... and {len(rejected) - len(shown)} more; --json lists them all")
