"""Whether a collection is crowded: whether many of its chunks are nearly alike."""

from collections import Counter

from pgrerank.domain.crowding import ALIKE, OTHERS, SAMPLE, Crowding
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.ports.services import Services


async def crowding(
    services: Services, tenant_id: TenantId, collection_name: str, *, sample: int = SAMPLE
) -> Crowding:
    """Look for the nearest chunks of a sample of a collection's chunks, with its dense leg.

    It reads the ids of all chunks once, and costs a retrieval for each chunk of the sample. No
    model runs, and nothing is logged.

    Raises:
        NotFoundError: The tenant has no such collection.
    """
    collection = await services.collections.by_name(tenant_id, collection_name)
    vectors = await services.embeddings.sample(tenant_id, collection, sample)
    request = SearchRequest(
        query="",
        strategy=Strategy.DENSE,
        candidates=OTHERS + 1,
        limit=1,
        depth=1,
        rerank=RerankMode.NEVER,
        min_similarity=ALIKE,
    )
    crowded = within = 0
    for chunk_id, vector in vectors.items():
        found = await services.candidates.retrieve(tenant_id, collection, request, vector)
        if len(found.candidates) <= OTHERS:
            continue
        crowded += 1
        documents = Counter(each.document_id for each in found.candidates)
        own = next((c.document_id for c in found.candidates if c.chunk_id == chunk_id), None)
        within += own is not None and documents[own] - 1 > OTHERS / 2
    return Crowding(sampled=len(vectors), crowded=crowded, within_documents=within)
