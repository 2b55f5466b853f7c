"""Ingest at a running service (`pgrerank ingest --url`)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pgrerank.cli.command import Failed
from pgrerank.cli.ingest_progress import Meter
from pgrerank.cli.remote import CommandPlace
from pgrerank.client import AsyncClient, ClientError
from pgrerank.client.knobs import Document as Sent
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import IngestReport, Rejection
from pgrerank.usecases.ingest import BATCH_CHARACTERS, BATCH_DOCUMENTS

if TYPE_CHECKING:
    from pgrerank.client.answers import Ingested
    from pgrerank.formats.row import Row
    from pgrerank.formats.source import FileSource

#: seconds to wait for a batch, which the service embeds
_TIMEOUT_S = 600.0


async def send(
    place: CommandPlace,
    collection_name: str,
    sources: "Sequence[FileSource]",
    meter: Meter,
    *,
    atomic: bool,
) -> None:
    """Send the documents of the files to the service, and note what it stored in the meter.

    Raises:
        Failed: The service refused, with its message. Documents it stored before stay.
    """
    from pgrerank.formats.rows import rows

    assert place.service is not None  # noqa: S101 - the caller asked
    most = place.settings.max_document_characters
    read = meter.track(rows(sources, max_characters=most))
    try:
        async with AsyncClient(
            place.service.url, place.service.key, timeout_s=_TIMEOUT_S
        ) as client:
            sender = _Sender(client, collection_name, meter, names_files=len(sources) > 1)
            await (sender.send_at_once(read) if atomic else sender.send_in_batches(read))
    except ClientError as error:
        raise Failed(str(error)) from error


class _Sender:
    def __init__(
        self, client: AsyncClient, collection_name: str, meter: Meter, *, names_files: bool
    ) -> None:
        self._client = client
        self._collection_name = collection_name
        self._meter = meter
        self._names_files = names_files

    async def send_in_batches(self, rows: "Iterator[Row]") -> None:
        batch: list[Row] = []
        characters = 0
        for row in rows:
            batch.append(row)
            characters += len(row.item.text) if isinstance(row.item, Document) else 0
            if len(batch) >= BATCH_DOCUMENTS or characters >= BATCH_CHARACTERS:
                await self._send(batch, atomic=False)
                batch, characters = [], 0
        await self._send(batch, atomic=False)

    async def send_at_once(self, rows: "Iterator[Row]") -> None:
        batch = list(rows)
        if any(isinstance(row.item, Rejection) for row in batch):
            batch = [row for row in batch if isinstance(row.item, Rejection)]
        await self._send(batch, atomic=True)

    async def _send(self, batch: "Sequence[Row]", *, atomic: bool) -> None:
        sent = [row for row in batch if isinstance(row.item, Document)]
        report = self._meter.report
        if sent:
            documents = [_sent(row.item) for row in sent if isinstance(row.item, Document)]
            done = await self._client.ingest(self._collection_name, documents, atomic=atomic)
            report = _added(report, done)
            refused = [
                self._named(sent[each.line - 1], each.reason, each.id) for each in done.rejected
            ]
            report = replace(report, rejected=(*report.rejected, *refused))
        own = [
            self._named(row, row.item.reason, row.item.external_id)
            for row in batch
            if isinstance(row.item, Rejection)
        ]
        self._meter.note_stored(replace(report, rejected=(*report.rejected, *own)))

    def _named(self, row: "Row", reason: str, external_id: str | None) -> Rejection:
        """A rejection with its line in its file, and the name of the file."""
        if self._names_files and external_id != row.source:
            reason = f"{row.source}: {reason}"
        return Rejection(line=row.line, reason=reason, external_id=external_id)


def _sent(document: Document) -> Sent:
    return Sent(
        id=document.external_id,
        text=document.text,
        title=document.title,
        uri=document.uri,
        metadata=document.metadata,
        sparse=document.sparse,
    )


def _added(report: IngestReport, done: "Ingested") -> IngestReport:
    return replace(
        report,
        created=report.created + done.created,
        updated=report.updated + done.updated,
        unchanged=report.unchanged + done.unchanged,
        chunks=report.chunks + done.chunks,
    )
