"""Split, embed and store documents. Unchanged documents are not embedded again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
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
    progress: Callable[[IngestReport], None] = lambda _: None,
    embedding: Callable[[int, int], None] = lambda _, __: None,
) -> IngestReport:
    """Store documents in a collection, replacing those whose content changed.

    Each batch is one transaction of whole documents, so an interruption leaves no partial document
    and a second run completes the first. Of documents with equal ids in a batch, the last counts.
    A batch whose collection went over to another embedder, or to other token vectors, while it was
    embedded is embedded again.

    Args:
        services: The ports.
        tenant_id: The owner of the collection.
        collection_name: The collection.
        rows: Documents, and rows that could not be read as documents.
        atomic: Store everything or, if any row was rejected, nothing.
        progress: Called with the running totals after each batch.
        embedding: Called with the number of embedded chunks of a batch, and of all its chunks.

    Raises:
        NotFoundError: No such collection.
        ConflictError: The collection was embedded by another model, or was changed twice meanwhile.
        OverloadedError, UnavailableError: Committed batches stay; a retry is safe.
    """
    target = await _find_target(services, tenant_id, collection_name)
    report = IngestReport()
    batches = _everything(rows) if atomic else _batches(rows)
    async for documents, rejected in batches:
        report = replace(report, rejected=report.rejected + tuple(rejected))
        if documents and not (atomic and rejected):
            try:
                report = await _ingest_batch(target, documents, report, embedding)
            except CollectionChangedError:
                target = await _find_target(services, tenant_id, collection_name)
                report = await _ingest_batch(target, documents, report, embedding)
        progress(report)
    return report


@dataclass(frozen=True, slots=True)
class _Target:
    """A collection as it was read, and the services with its models."""

    services: Services
    tenant_id: TenantId
    collection: Collection


async def _find_target(services: Services, tenant_id: TenantId, name: str) -> _Target:
    collection = await services.collections.by_name(tenant_id, name)
    services = services.for_ingest(collection)
    collection.require_embedder(services.embedder.model)
    return _Target(services, tenant_id, collection)


async def _ingest_batch(
    target: _Target,
    documents: Sequence[Document],
    report: IngestReport,
    embedding: Callable[[int, int], None],
) -> IngestReport:
    services, tenant_id, collection = target.services, target.tenant_id, target.collection
    latest = list({document.external_id: document for document in documents}.values())
    stored_hashes = await services.documents.hashes(
        tenant_id, collection, [d.external_id for d in latest]
    )
    changed = [d for d in latest if stored_hashes.get(d.external_id) != d.content_hash]
    late = services.late if collection.stores_tokens else None
    embedded = await _embed_documents(services.embedder, late, tenant_id, changed, embedding)
    stored = await services.documents.store(
        tenant_id, collection, embedded, token_model=None if late is None else late.model
    )
    changes = Counter(stored)
    return replace(
        report,
        created=report.created + changes[DocumentChange.CREATED],
        updated=report.updated + changes[DocumentChange.UPDATED],
        unchanged=report.unchanged + len(latest) - len(changed),
        chunks=report.chunks + sum(len(document.chunks) for document in embedded),
    )


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
