"""Score and order texts that the caller brings."""

from collections.abc import Sequence
from dataclasses import dataclass

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.document import passage_hash
from pgrerank.domain.ids import TenantId
from pgrerank.ports import Scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedText:
    """A text in its new place. `index` is where the caller had it, from 0."""

    index: int
    text: str
    score: float | None
    truncated: bool


async def rerank(
    scorer: Scorer,
    query: str,
    texts: Sequence[str],
    *,
    deadline: float | None = None,
    tenant_id: TenantId | None = None,
) -> list[RankedText]:
    """All texts, best first; those without a score last, in the caller's order.

    Raises:
        OverloadedError: The reranker's waiting line is full.
        ScoringError: The model failed.
    """
    passages = [Passage(text=text, content_hash=passage_hash("", text)) for text in texts]
    scores = await scorer.score(query, passages, deadline=deadline, tenant_id=tenant_id)
    ranked = [_ranked(index, *pair) for index, pair in enumerate(zip(texts, scores, strict=True))]
    return sorted(ranked, key=_place)


def _ranked(index: int, text: str, score: PairScore) -> RankedText:
    return RankedText(index=index, text=text, score=score.value, truncated=score.truncated)


def _place(ranked: RankedText) -> tuple[bool, float, int]:
    return (ranked.score is None, -(ranked.score or 0.0), ranked.index)
