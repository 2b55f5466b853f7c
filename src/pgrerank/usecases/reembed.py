"""Embed a collection again with another embedder, while searches use the current vectors."""

import asyncio
from collections.abc import Awaitable, Callable

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.ports.embedder import Embedder
from pgrerank.ports.services import AdminServices
from pgrerank.usecases.pace import Pace

#: chunks that are read, embedded and committed together
BATCH_CHUNKS = 256


async def reembed(
    services: AdminServices,
    embedder: Embedder,
    tenant_id: TenantId,
    collection_name: str,
    *,
    chunks_per_second: float | None = None,
    progress: Callable[[int, int], None] = lambda _done, _chunks: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Fill the set of vectors of an embedder until no chunk lacks one.

    Each batch is one transaction, and chunks that have a vector are skipped, so another run
    completes an interrupted one. Chunks that are added in the meantime are embedded too. With the
    collection's own embedder, this fills vectors that are missing after a rollback.

    Args:
        services: The ports.
        embedder: The embedder.
        tenant_id: The owner of the collection.
        collection_name: The collection.
        chunks_per_second: Maximum rate, on average over the run; None: unlimited.
        progress: Called with the number of chunks done in this run, and of the collection.
        sleep: Waits for a number of seconds.

    Returns:
        Number of chunks that got a vector.

    Raises:
        NotFoundError: No such collection.
        ConflictError: It has a second set of vectors by another model.
        InvalidRequestError: The embedder's vectors have too many dimensions.
        OverloadedError, UnavailableError: Committed batches stay.
    """
    embedder.model.require_storable()
    collection = await services.collections.by_name(tenant_id, collection_name)
    await services.embeddings.begin(tenant_id, collection, embedder.model)
    run = _Run(Pace(services.clock, chunks_per_second, sleep))
    run.report = lambda done: progress(done, collection.chunk_count)
    await _pass(services, embedder, tenant_id, collection, run)
    while await services.embeddings.finish(tenant_id, collection, embedder.model):
        await _pass(services, embedder, tenant_id, collection, run)
    return run.done


class _Run:
    """Progress of a run, and its rate limit."""

    def __init__(self, pace: Pace) -> None:
        self.done = 0
        self.report: Callable[[int], None] = lambda _: None
        self._pace = pace

    async def count_stored(self, more: int) -> None:
        """Count stored chunks, and wait if the run is ahead of its rate."""
        self.done += more
        self.report(self.done)
        await self._pace.keep(self.done)


async def _pass(
    services: AdminServices,
    embedder: Embedder,
    tenant_id: TenantId,
    collection: Collection,
    run: _Run,
) -> None:
    """Embed missing chunks, in one pass through the collection."""
    after: ChunkId | None = None
    while chunks := await services.embeddings.missing(
        tenant_id, collection, embedder.model, after=after, limit=BATCH_CHUNKS
    ):
        texts = [passage(chunk.title, chunk.content) for chunk in chunks]
        vectors = await embedder.passages(texts, tenant_id=tenant_id)
        by_chunk = {chunk.chunk_id: each for chunk, each in zip(chunks, vectors, strict=True)}
        await run.count_stored(
            await services.embeddings.add(tenant_id, collection, embedder.model, by_chunk)
        )
        after = chunks[-1].chunk_id
