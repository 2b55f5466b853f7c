"""Time the stages of one search, without logging it."""

from dataclasses import dataclass

from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.services import Services
from pgrerank.usecases.rerank_texts import rerank_texts

QUERY = "how to change a setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTimes:
    """Seconds that each stage took."""

    embed: float
    retrieve: float
    rerank: float

    def __str__(self) -> str:
        stages = {"embed": self.embed, "retrieve": self.retrieve, "rerank": self.rerank}
        return ", ".join(f"{stage} {span * 1000:.1f} ms" for stage, span in stages.items())


async def probe(services: Services, tenant_id: TenantId, collection_name: str) -> ProbeTimes:
    """Embed a query, retrieve candidates from a collection and rerank them, by its models.

    Raises:
        NotFoundError: No such collection.
        ConflictError: It was embedded by another model, or names a reranker that is not there.
        OverloadedError, UnavailableError: As a search.
    """
    collection = await services.collections.by_name(tenant_id, collection_name)
    services = services.for_collection(collection)
    collection = collection.under(services.embedder.model)
    request, seconds = SearchRequest(query=QUERY), services.clock.monotonic
    start = seconds()
    vector = await services.embedder.query(QUERY)
    embedded = seconds()
    retrieved = await services.candidates.retrieve(tenant_id, collection, request, vector)
    found = seconds()
    head = retrieved.candidates[: request.effective_depth]
    await rerank_texts(services.scorer, QUERY, [each.content or "" for each in head])
    return ProbeTimes(embed=embedded - start, retrieve=found - embedded, rerank=seconds() - found)
