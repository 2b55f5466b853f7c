"""Split, embed and store documents. Unchanged texts are not embedded again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import Chunk, Document, passage
from pgrerank.domain.errors import CollectionChangedError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument, IngestReport, Rejection
from pgrerank.ports.embedder import Embedder
from pgrerank.ports.scorer import LateInteraction
from pgrerank.ports.services import Services

#: documents that are looked up, embedded and committed together
BATCH_DOCUMENTS = 64
#: characters after which a batch is closed early, to bound memory
BATCH_CHARACTERS = 500_000
_PASSAGES = 256  # embedded between two calls of `embedding`


async def ingest(
    services: Services,
    tenant_id: TenantId,
    collection_name: str,
    rows: AsyncIterable[Document | Rejection],
    *,
    atomic: bool = False,
    overlap: bool = True,
    progress: Callable[[IngestReport], None] = lambda _: None,
    embedding: Callable[[int, int], None] = lambda _, __: None,
) -> IngestReport:
    """Store documents in a collection, replacing those whose content changed.

    Each batch is one transaction of whole documents, so an interruption leaves no partial document
    and a second run completes the first. A batch is stored while the next one is read and embedded. Of documents with equal ids in a batch, the last counts.
    A batch whose collection went over to another embedder, or to other token vectors, while it was
    embedded is embedded again.

    Args:
        services: The ports.
        tenant_id: The owner of the collection.
        collection_name: The collection.
        rows: Documents, and rows that could not be read as documents.
        atomic: Store everything or, if any row was rejected, nothing.
        overlap: Store a batch while the next one is read and embedded. False: before that, for rows
            that block the event loop until they come, such as lines typed at a terminal.
        progress: Called with the running totals after each batch.
        embedding: Called with the number of embedded chunks of a batch, and of all its chunks.

    Raises:
        NotFoundError: No such collection.
        ConflictError: The collection was embedded by another model, or was changed twice meanwhile.
        OverloadedError, UnavailableError: Committed batches stay; a retry is safe.
    """
    batches = _everything(rows) if atomic else _batches(rows)
    work = _Ingest(services, tenant_id, collection_name, progress, embedding)
    try:
        async for documents, rejected in batches:
            await work.add([] if atomic and rejected else documents, rejected)
            if not overlap:
                await work.end()
    except BaseException as error:
        await work.leave(finish=isinstance(error, Exception))
        raise
    return await work.end()


@dataclass(frozen=True, slots=True)
class _Target:
    """A collection as it was read, and the services with its models."""

    services: Services
    collection: Collection

    @property
    def late(self) -> LateInteraction | None:
        """The model of the collection's token vectors; None: it stores none."""
        return self.services.late if self.collection.stores_tokens else None


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents of different ids, of which those with a new text are embedded."""

    target: _Target
    documents: Sequence[Document]
    embedded: Sequence[EmbeddedDocument]
    #: those that are stored with the same text, but with another URI or other metadata
    same_text: Sequence[Document]


class _Ingest:
    """An ingest that embeds a batch while the one before it is stored."""

    def __init__(
        self,
        services: Services,
        tenant_id: TenantId,
        collection_name: str,
        progress: Callable[[IngestReport], None],
        embedding: Callable[[int, int], None],
    ) -> None:
        self._services = services
        self._tenant_id = tenant_id
        self._collection_name = collection_name
        self._progress = progress
        self._embedding = embedding
        self._report = IngestReport()
        self._target: _Target | None = None
        self._storing: asyncio.Task[None] | None = None
        self._storing_ids: AbstractSet[str] = frozenset()

    async def add(self, documents: Sequence[Document], rejected: Sequence[Rejection]) -> None:
        """Embed a batch, wait for the one before it, and begin to store it."""
        latest = {document.external_id: document for document in documents}
        if not self._storing_ids.isdisjoint(latest):
            await self.end()
        batch = await self._embed([*latest.values()]) if latest else None
        await self.end()
        self._storing_ids = latest.keys()
        self._storing = asyncio.create_task(self._finish(batch, rejected))

    async def end(self) -> IngestReport:
        """Wait until all batches are stored."""
        if self._target is None:
            await self._find_target()
        if self._storing is not None:
            storing, self._storing = self._storing, None
            await storing
        return self._report

    async def leave(self, *, finish: bool) -> None:
        """End after an error: store what is embedded, or abandon it."""
        if self._storing is not None:
            if not finish:
                self._storing.cancel()
            await asyncio.gather(self._storing, return_exceptions=True)

    async def _find_target(self) -> _Target:
        collection = await self._services.collections.by_name(
            self._tenant_id, self._collection_name
        )
        services = self._services.for_ingest(collection)
        collection.require_embedder(services.embedder.model)
        self._target = _Target(services, collection)
        return self._target

    async def _embed(self, documents: Sequence[Document]) -> _Batch:
        """Embed those of the documents that are not stored with the same text."""
        target = self._target or await self._find_target()
        stored = await target.services.documents.hashes(
            self._tenant_id, target.collection, [d.external_id for d in documents]
        )
        new_text: list[Document] = []
        same_text: list[Document] = []
        for document in documents:
            hashes = stored.get(document.external_id)
            if hashes is None or hashes.text != document.text_hash:
                new_text.append(document)
            elif hashes.content != document.content_hash:
                same_text.append(document)
        embedded = await _embed_documents(
            target.services.embedder, target.late, self._tenant_id, new_text, self._embedding
        )
        return _Batch(target, documents, embedded, same_text)

    async def _finish(self, batch: _Batch | None, rejected: Sequence[Rejection]) -> None:
        """Store a batch and count it."""
        report = replace(self._report, rejected=(*self._report.rejected, *rejected))
        if batch is not None:
            try:
                changes = await self._store(batch)
            except CollectionChangedError:
                await self._find_target()
                batch = await self._embed(batch.documents)
                changes = await self._store(batch)
            report = replace(
                report,
                created=report.created + changes[DocumentChange.CREATED],
                updated=report.updated + changes[DocumentChange.UPDATED],
                unchanged=report.unchanged + len(batch.documents) - changes.total(),
                chunks=report.chunks + sum(len(each.chunks) for each in batch.embedded),
            )
        self._report = report
        self._progress(report)

    async def _store(self, batch: _Batch) -> Counter[DocumentChange]:
        target = batch.target
        if not (batch.embedded or batch.same_text):
            return Counter()
        changes = await target.services.documents.store(
            self._tenant_id,
            target.collection,
            batch.embedded,
            same_text=batch.same_text,
            token_model=None if target.late is None else target.late.model,
        )
        return Counter([*changes, *[DocumentChange.UPDATED] * len(batch.same_text)])


async def _embed_documents(
    embedder: Embedder,
    late: LateInteraction | None,
    tenant_id: TenantId,
    documents: Sequence[Document],
    embedding: Callable[[int, int], None],
) -> Sequence[EmbeddedDocument]:
    cut = await asyncio.to_thread(_cut_into_chunks, embedder, documents)
    texts = [
        passage(document.title, chunk.content)
        for document, chunks in zip(documents, cut, strict=True)
        for chunk in chunks
    ]
    vectors: list[Any] = []
    tokens: list[bytes | None] = []
    for start in range(0, len(texts), _PASSAGES):
        part = texts[start : start + _PASSAGES]
        embedding(start, len(texts))
        if late is None:
            vectors += await embedder.passages(part, tenant_id=tenant_id)
        else:
            read = await late.embed_passages(part, embedder, tenant_id=tenant_id)
            vectors += [each.vector for each in read]
            tokens += [each.tokens for each in read]
    return _with_chunks(documents, cut, iter(vectors), iter(tokens))


def _with_chunks(
    documents: Sequence[Document],
    cut: Sequence[Sequence[Chunk]],
    vectors: Iterator[Any],
    tokens: Iterator[bytes | None],
) -> Sequence[EmbeddedDocument]:
    return [
        EmbeddedDocument(
            document=document,
            chunks=chunks,
            vectors=[*islice(vectors, len(chunks))],
            tokens=[*islice(tokens, len(chunks))],
        )
        for document, chunks in zip(documents, cut, strict=True)
    ]


def _cut_into_chunks(embedder: Embedder, documents: Sequence[Document]) -> list[Sequence[Chunk]]:
    return [embedder.chunks(document.title, document.text) for document in documents]


async def _batches(
    rows: AsyncIterable[Document | Rejection],
) -> AsyncIterator[tuple[list[Document], list[Rejection]]]:
    documents: list[Document] = []
    rejected: list[Rejection] = []
    characters = 0
    async for row in rows:
        if isinstance(row, Rejection):
            rejected.append(row)
            continue
        documents.append(row)
        characters += len(row.text)
        if len(documents) >= BATCH_DOCUMENTS or characters >= BATCH_CHARACTERS:
            yield documents, rejected
            documents, rejected, characters = [], [], 0
    if documents or rejected:
        yield documents, rejected


async def _everything(
    rows: AsyncIterable[Document | Rejection],
) -> AsyncIterator[tuple[list[Document], list[Rejection]]]:
    all_rows = [row async for row in rows]
    yield (
        [row for row in all_rows if isinstance(row, Document)],
        [row for row in all_rows if isinstance(row, Rejection)],
    )
