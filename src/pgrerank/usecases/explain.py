"""Explain why a document is, or is not, among the results of a logged search."""

from pgrerank.domain.explanation import Explanation, verdict
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.ports.services import Services
from pgrerank.usecases import again


async def why(
    services: Services, tenant_id: TenantId, ranking_id: RankingId, external_id: str
) -> Explanation:
    """How a document fared in a search, by the log and by its current ranks.

    Raises:
        NotFoundError: There is no such ranking, or its collection was deleted.
        ConflictError: The search had a dense leg, and the collection's embedder is not running.
    """
    ranking = await services.rankings.get(tenant_id, ranking_id)
    collection = await services.collections.by_name(tenant_id, ranking.searched)
    request = again.request(ranking)
    collection, vector = await again.embed_again(services, collection, request)
    chunks = await services.history.leg_positions(
        tenant_id, collection, request, external_id, vector
    )
    return verdict(ranking, external_id, chunks)
