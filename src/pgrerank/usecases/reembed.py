"""Give the chunks of a collection vectors by another embedder, while searches go on by the first."""

import asyncio
from collections.abc import Awaitable, Callable

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.ports import Embedder, Office

#: chunks that are read, embedded and committed together
BATCH_CHUNKS = 256


async def reembed(
    house: Office,
    embedder: Embedder,
    tenant_id: TenantId,
    collection_name: str,
    *,
    chunks_per_second: float | None = None,
    progress: Callable[[int, int], None] = lambda _done, _chunks: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Fill the set of vectors of an embedder until no chunk lacks one.

    Each batch is one transaction, and chunks that have a vector are passed over, so a run that was
    cut off is completed by another one. Chunks that arrive meanwhile are embedded too. Where the
    embedder is the collection's own, what it lacks since a roll back is made up.

    Args:
        house: The ports.
        embedder: By which.
        tenant_id: Who owns the collection.
        collection_name: Which.
        chunks_per_second: At most, on average over the run; None: as fast as it goes.
        progress: Called with the chunks done in this run, and those of the collection.
        sleep: Waits some seconds.

    Returns:
        How many chunks got a vector.

    Raises:
        NotFoundError: No such collection.
        ConflictError: It has a second set of vectors by another model.
        InvalidRequestError: The embedder's vectors have too many dimensions.
        OverloadedError, UnavailableError: What was committed stays; a retry is safe.
    """
    embedder.model.require_storable()
    collection = await house.documents.collection(tenant_id, collection_name)
    await house.embeddings.begin(tenant_id, collection, embedder.model)
    begun, stored = house.clock.elapsed(), 0

    async def paced(more: int) -> None:
        nonlocal stored
        stored += more
        progress(stored, collection.chunk_count)
        ahead = stored / (chunks_per_second or float("inf")) - (house.clock.elapsed() - begun)
        if ahead > 0:
            await sleep(ahead)

    while True:
        await _pass(house, embedder, tenant_id, collection, paced)
        if await house.embeddings.finish(tenant_id, collection, embedder.model) == 0:
            return stored


async def _pass(
    house: Office,
    embedder: Embedder,
    tenant_id: TenantId,
    collection: Collection,
    paced: Callable[[int], Awaitable[None]],
) -> None:
    """Embed what is missing, once through the collection."""
    after: ChunkId | None = None
    while chunks := await house.embeddings.missing(
        tenant_id, collection, embedder.model, after=after, limit=BATCH_CHUNKS
    ):
        texts = [passage(chunk.title, chunk.content) for chunk in chunks]
        vectors = await embedder.passages(texts, tenant_id=tenant_id)
        found = {chunk.chunk_id: each for chunk, each in zip(chunks, vectors, strict=True)}
        await paced(await house.embeddings.add(tenant_id, embedder.model, found))
        after = chunks[-1].chunk_id
