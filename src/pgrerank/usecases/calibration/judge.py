"""Store judgments, and user feedback on results."""

from collections.abc import Sequence
from dataclasses import dataclass

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ChunkId, RankingId, TenantId
from pgrerank.domain.judgment import Feedback, Judgment
from pgrerank.ports.services import AdminServices


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJudgments:
    """Report of stored judgments."""

    #: number of judgments that were not stored before
    added: int
    #: judged documents that are not in the collection
    unknown: tuple[str, ...]


async def judge(
    admin_services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    judgments: Sequence[Judgment],
) -> StoredJudgments:
    """Store judgments. Contradicting ones are all kept.

    Raises:
        NotFoundError: No such collection.
    """
    collection = await admin_services.collections.by_name(tenant_id, collection_name)
    added = await admin_services.judgments.add(tenant_id, collection, judgments)
    documents = sorted({each.external_id for each in judgments})
    unknown = await admin_services.judgments.unknown(tenant_id, collection, documents)
    return StoredJudgments(added=added, unknown=tuple(unknown))


async def feedback(
    admin_services: AdminServices,
    tenant_id: TenantId,
    ranking_id: RankingId,
    chunk_id: ChunkId,
    what: Feedback,
    *,
    by: str | None = None,
) -> Judgment:
    """Store user feedback on a result of a search as a judgment, with a source of its own.

    Raises:
        NotFoundError: The search does not exist, or the chunk or the collection was deleted.
        InvalidRequestError: The search did not retrieve that chunk.
    """
    logged = await admin_services.rankings.get(tenant_id, ranking_id)
    if chunk_id not in {each.chunk_id for each in logged.candidates}:
        raise InvalidRequestError("chunk_id", "is not a candidate of this search")
    collection = await admin_services.collections.by_name(tenant_id, logged.searched)
    judgment = Judgment(
        query=logged.query,
        external_id=await admin_services.judgments.document_of(tenant_id, chunk_id),
        chunk_id=chunk_id,
        grade=what.grade,
        source=what.source,
        judged_by=by,
    )
    await admin_services.judgments.add(tenant_id, collection, [judgment])
    return judgment
