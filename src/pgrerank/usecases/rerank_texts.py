"""Score and order supplied texts with only a reranker."""

from collections.abc import Sequence

from pgrerank.domain.ids import TenantId
from pgrerank.domain.rerank import (
    RankedDocument,
    SuppliedDocument,
    order_documents,
    with_display_scores,
)
from pgrerank.ports.scorer import Scorer


async def rerank_texts(
    scorer: Scorer,
    query: str,
    texts: Sequence[str],
    *,
    deadline: float | None = None,
    tenant_id: TenantId | None = None,
) -> Sequence[RankedDocument]:
    """All texts, best first; those without a score last, in the caller's order.

    Raises:
        OverloadedError: The reranker's queue is full.
        ScoringError: The model failed.
    """
    documents = [SuppliedDocument(text) for text in texts]
    passages = [document.passage for document in documents]
    scores = await scorer.score(query, passages, deadline=deadline, tenant_id=tenant_id)
    return with_display_scores(order_documents(documents, scores), scorer.model.score_kind)
