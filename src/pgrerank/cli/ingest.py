"""pgrerank ingest."""

import asyncio
import codecs
import signal
from collections.abc import AsyncIterator, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output, pruning, remote
from pgrerank.cli.command import Command, Failed, Interrupted, Misused, examples, refuse_unused
from pgrerank.cli.ingest_progress import Meter, progress_display
from pgrerank.domain.count import counted
from pgrerank.domain.document import Document
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import IngestReport, Rejection
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.formats.row import Row
    from pgrerank.formats.source import FileSource
    from pgrerank.ports.services import AdminServices, Services


class Encoding(click.ParamType[str]):
    """A text encoding that Python knows."""

    name = "encoding"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name. Fails if there is no such encoding of text."""
        try:
            "a".encode(str(value))
            return codecs.lookup(str(value)).name
        except (LookupError, ValueError):
            self.fail(f"there is no text encoding `{value}`, such as cp1252", param, ctx)


_FORMATS = ["auto", "jsonl", "markdown", "text", "html", "pdf", "docx"]
_SHOWN_REJECTIONS = 20


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank ingest handbook/ -t acme -c docs",
        "pgrerank ingest corpus.jsonl -t acme -c docs --atomic",
        "pgrerank ingest handbook/ -t acme -c docs --prune"
        "  # also remove documents whose files are gone",
        "pgrerank ingest old/ -t acme -c docs --encoding cp1252",
        "export-articles | pgrerank ingest - -t acme -c docs --json",
    ),
)
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", shell_complete=option.complete_files
)
@remote.place
@option.collection
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="auto",
    show_default=True,
    help="File format; `auto` decides by suffix, and reads standard input as JSONL.",
)
@click.option(
    "--encoding",
    type=Encoding(),
    metavar="NAME",
    help="Encoding of files without a byte order mark, such as cp1252 or shift_jis. Default: "
    "UTF-8, or what an HTML file declares.",
)
@click.option("--atomic", is_flag=True, help="Store nothing if any row is rejected.")
@click.option(
    "--prune",
    is_flag=True,
    help="Afterwards remove documents of the collection that are not in the files. Says which, and "
    "asks. Removes none if a row was rejected.",
)
@click.option(
    "--prune-everything",
    is_flag=True,
    help="Let --prune remove every document that the collection had before.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask before --prune removes documents.")
@option.as_json
@click.pass_context
def ingest(
    context: click.Context,
    place: "remote.CommandPlace",
    *,
    paths: Sequence[str],
    collection_name: str,
    form: str,
    encoding: str | None,
    atomic: bool,
    prune: bool,
    prune_everything: bool,
    yes: bool,
    as_json: bool,
) -> None:
    r"""Ingest documents into a collection, replacing those whose content changed.

    PATH is a file, a folder (read recursively, without hidden files, unknown suffixes and links
    to folders) or `-` for standard input. JSONL has one object per line: `_id` (or `id`), `text`,
    and optionally `title`, `url` and `metadata`; other fields are rejected. A Markdown, text, HTML,
    PDF or Word (.docx) file is one document whose id is its path inside the folder; front matter
    and properties of the file become metadata. PDF and Word need pgrerank[documents].

    Documents are stored in batches, and unchanged ones are not embedded again, so an interrupted
    run is resumed by running it again. Rejected rows and files are listed with the reason; all
    others are stored. With --url, the service reads, embeds and stores them.

    Exit code: 0 all stored, 3 some rejected, 1 nothing stored, 2 usage error, 130 interrupted.
    """
    if not prune:
        refuse_unused(context, {"prune_everything", "yes"}, "is for --prune")
    sources = [replace(each, encoding=encoding) for each in _sources(paths, form)]
    _check_encoding(sources, encoding)
    with progress_display() as show:
        meter = Meter(show, sum(source.size for source in sources), keeps_ids=prune)
        try:
            asyncio.run(_ingest(place, collection_name, sources, meter, atomic=atomic))
        except KeyboardInterrupt:
            raise Interrupted(_interruption_note(meter.report, atomic=atomic)) from None
    removed = None
    if prune and not meter.report.rejected:
        removed = pruning.prune(
            place, collection_name, meter, may_empty=prune_everything, asks=not yes
        )
    _print(meter, as_json=as_json, removed=removed)
    _judge(meter.report, atomic=atomic, prune=prune)


class _Partly(Failed):
    exit_code = 3


def _judge(report: IngestReport, *, atomic: bool, prune: bool = False) -> None:
    if report.rejected and (atomic or not report.accepted):
        raise Failed("nothing was stored, see the rejected rows")
    if report.rejected:
        rows = counted(len(report.rejected), "row")
        pruned = ". Nothing was removed, since the files were not read completely" if prune else ""
        raise _Partly(f"{rows} rejected; the other documents are stored{pruned}")


def _interruption_note(report: IngestReport, *, atomic: bool) -> str:
    again = "Run the same command again to complete it"
    if atomic or not report.accepted:
        return f"interrupted. Nothing is stored. {again}."
    return (
        f"interrupted. {counted(report.accepted, 'document')} stored, each whole. {again}; "
        "stored documents are not embedded again."
    )


async def _ingest(
    place: "remote.CommandPlace",
    collection_name: str,
    sources: "Sequence[FileSource]",
    meter: Meter,
    *,
    atomic: bool,
) -> None:
    if place.service is not None:
        from pgrerank.cli.ingest_remote import send

        with _interruptible():
            await send(place, collection_name, sources, meter, atomic=atomic)
        return
    await _ingest_here(
        place.settings, place.tenant_name or "", collection_name, sources, meter, atomic=atomic
    )


async def _ingest_here(
    settings: Settings,
    tenant_name: str,
    collection_name: str,
    sources: "Sequence[FileSource]",
    meter: Meter,
    *,
    atomic: bool,
) -> None:
    from pgrerank import wiring

    async def check(admin_services: "AdminServices") -> None:
        tenant = await admin_services.tenants.by_name(tenant_name)
        await admin_services.collections.by_name(tenant.id, collection_name)
        meter.loading()

    with _interruptible():
        async with wiring.all_services(settings, check=check) as services:
            tenant = await services.tenants.by_name(tenant_name)
            place = Place(services=services, tenant_id=tenant.id, collection=collection_name)
            await _store(place, sources, settings.max_document_characters, meter, atomic=atomic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Tenant and collection to ingest into."""

    services: "Services"
    tenant_id: TenantId
    collection: str


async def into(place: Place, sources: "Sequence[FileSource]", max_characters: int) -> IngestReport:
    """Ingest sources with a progress bar. Raises the errors of the use case."""
    with progress_display() as show, _interruptible():
        meter = Meter(show, sum(source.size for source in sources))
        return await _store(place, sources, max_characters, meter, atomic=False)


async def _store(
    place: Place,
    sources: "Sequence[FileSource]",
    max_characters: int,
    meter: Meter,
    *,
    atomic: bool,
) -> IngestReport:
    from pgrerank.formats.rows import rows
    from pgrerank.usecases.ingest import ingest as stored

    report = await stored(
        place.services,
        place.tenant_id,
        place.collection,
        feed(
            meter.track(rows(sources, max_characters=max_characters)), names_files=len(sources) > 1
        ),
        atomic=atomic,
        overlap=all(source.path is not None for source in sources),
        progress=meter.note_stored,
        embedding=meter.embedding,
    )
    meter.report = report
    return report


@contextmanager
def _interruptible() -> Generator[None]:
    """Let Ctrl-C interrupt a blocking read; asyncio's handler acts only at the next await.

    SIGTERM does the same.
    """
    before = {
        each: signal.signal(each, signal.default_int_handler)
        for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


async def feed(rows: "Iterable[Row]", *, names_files: bool) -> AsyncIterator[Document | Rejection]:
    """Documents and rejections of the rows; with `names_files`, rejections name their file."""
    for row in rows:
        item = row.item
        if names_files and isinstance(item, Rejection) and item.external_id != row.source:
            item = replace(item, reason=f"{row.source}: {item.reason}")
        yield item


def _check_encoding(sources: "Sequence[FileSource]", encoding: str | None) -> None:
    from pgrerank.formats.source import Format

    if encoding is None or "\n".encode(encoding) == b"\n":
        return
    lines = next((each.name for each in sources if each.format is Format.JSONL), None)
    if lines is not None:
        raise Misused(
            f"--encoding {encoding}: {lines} has one object a line, which needs an encoding whose "
            "line break is one byte. Convert it to UTF-8"
        )


def _sources(paths: Sequence[str], form: str) -> "list[FileSource]":
    from pgrerank.formats.source import Format, UnknownFormatError, sources

    try:
        paths_found = sources(paths, Format(form))
    except UnknownFormatError as error:
        raise Misused(str(error)) from error
    except OSError as error:
        raise Misused(f"{error.filename}: {error.strerror}") from error
    if not paths_found:
        raise Failed("the folder has no file with a known suffix")
    return paths_found


def _print(meter: Meter, *, as_json: bool, removed: int | None) -> None:
    report, repeated = meter.report, meter.boilerplate.repeated_paragraphs()
    pruned = {} if removed is None else {"removed": removed}
    if as_json:
        output.as_json(
            {**asdict(report), **pruned, "repeated": [asdict(each) for each in repeated]}
        )
        return
    counts = {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
        **pruned,
        "chunks embedded": report.chunks,
    }
    output.table(list(counts), [list(counts.values())])
    if report.rejected:
        _print_rejections(report.rejected)
    for each in repeated:
        click.echo(
            f"\nThe same text stands in {each.documents} documents, which makes them look alike: "
            f"{each.text[:100]!r}"
        )


def _print_rejections(rejected: Sequence[Rejection]) -> None:
    shown = rejected[:_SHOWN_REJECTIONS]
    rows = [(row.line, row.external_id, row.reason) for row in shown]
    output.table(["line", "id", "reason"], rows, title="\nRejected rows")
    if len(rejected) > len(shown):
        click.echo(f"... and {len(rejected) - len(shown)} more; --json lists them all")
