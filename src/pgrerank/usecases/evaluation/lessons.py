"""Make lessons from a tenant's judgments and rerank log."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.ids import TenantId
from pgrerank.domain.judgment import RELEVANT, JudgedPassage, SeenPassage
from pgrerank.domain.lesson import Lesson
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.services import Services

DEPTH = 50

Row = TypeVar("Row", JudgedPassage, SeenPassage)


async def judged_lessons(
    services: Services, tenant_id: TenantId, collection_name: str, *, depth: int = DEPTH
) -> list[Lesson]:
    """A lesson for each query with a relevant document.

    Positives are documents that all their judges call relevant. Negatives are documents that all
    their judges call irrelevant, then unjudged ones that searches ranked within `depth`: logged
    searches or, if the log has none for the query, a search made now. Documents on which judges
    disagree are left out.

    Raises:
        NotFoundError: The tenant has no such collection.
        ConflictError: A search is needed, and the collection was embedded by another model.
    """
    collection = await services.collections.by_name(tenant_id, collection_name)
    judged = _by_query(await services.judgments.judged_passages(tenant_id, collection))
    seen_passages = _by_query(
        await services.judgments.seen_passages(tenant_id, collection, depth=depth)
    )
    return [
        _lesson(
            collection.name,
            passages,
            seen_passages.get(query)
            or await _retrieve(services, tenant_id, collection, query, depth),
        )
        for query, passages in judged.items()
        if any((each.agreed_grade or 0) >= RELEVANT for each in passages)
    ]


def _lesson(
    dataset: str, judged: Sequence[JudgedPassage], passages: Sequence[SeenPassage]
) -> Lesson:
    judged_ids = {each.external_id for each in judged}
    positives = [each.passage for each in judged if (each.agreed_grade or 0) >= RELEVANT]
    refused = [each.passage for each in judged if each.agreed_grade == 0]
    unjudged = [each.passage for each in passages if each.external_id not in judged_ids]
    negatives = dict.fromkeys([*refused, *unjudged])
    return Lesson(
        dataset=dataset,
        query=judged[0].query,
        positives=tuple(dict.fromkeys(positives)),
        negatives=tuple(text for text in negatives if text not in positives),
    )


async def _retrieve(
    services: Services, tenant_id: TenantId, collection: Collection, query: str, depth: int
) -> list[SeenPassage]:
    services = services.for_collection(collection)
    collection = collection.under(services.embedder.model)
    request = SearchRequest(query=query, candidates=depth, depth=depth)
    vector = await services.embedder.query(query)
    retrieved = await services.candidates.retrieve(tenant_id, collection, request, vector)
    return [
        SeenPassage(
            query=query,
            external_id=each.external_id,
            passage=passage(each.title, each.content),
            rank=each.fused_rank,
        )
        for each in retrieved.candidates
        if each.content is not None
    ]


def _by_query(rows: Iterable[Row]) -> dict[str, list[Row]]:
    by_query: dict[str, list[Row]] = {}
    for row in rows:
        by_query.setdefault(row.query, []).append(row)
    return by_query
