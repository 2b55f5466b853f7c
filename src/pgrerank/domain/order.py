"""The final order of candidates. Raw scores on different scales are never compared."""

from collections.abc import Sequence

from pgrerank.domain.candidate import Candidate, Hit
from pgrerank.domain.hit_scores import NO_SCORES, HitScores


def final_order(candidates: Sequence[Candidate], scores: Sequence[HitScores]) -> tuple[Hit, ...]:
    """Order candidates: those the reranker scored, those the cascade's first step scored, the rest.

    The first group is ordered by the combined score if there is one, else by the raw score, plus
    the boost; the second by raw score; the rest keep their fused order. Ties are broken by the
    fused rank, which is unique, so the order is total.

    Args:
        candidates: The fused list, best first.
        scores: Scores of the head of the list, in the same order; may be shorter than the list.
            Empty: the search was not reranked, and the list keeps its order.
    """
    unscored = [NO_SCORES] * (len(candidates) - len(scores))
    rows = sorted(zip(candidates, [*scores, *unscored], strict=True), key=_sort_key)
    return tuple(
        Hit(candidate=candidate, rank=rank, scores=scored)
        for rank, (candidate, scored) in enumerate(rows, start=1)
    )


def _sort_key(row: tuple[Candidate, HitScores]) -> tuple[int, float, int]:
    candidate, scores = row
    if scores.deciding is not None:
        return (0, -scores.deciding, candidate.fused_rank)
    if scores.cascade is not None:
        return (1, -scores.cascade, candidate.fused_rank)
    return (2, 0.0, candidate.fused_rank)
