"""The final order of candidates. Scores of different scales never meet in one comparison."""

from collections.abc import Sequence

from pgrerank.domain.candidate import Candidate, Hit, PairScore


def reranked(candidates: Sequence[Candidate], scores: Sequence[PairScore]) -> tuple[Hit, ...]:
    """Scored candidates first, by raw score; the rest behind them in fused order.

    Args:
        candidates: The fused list, best first.
        scores: Scores of its head, in the same order; may be shorter than the list. None at all
            leave the list as it is, for a search that was not reranked.

    Ties fall back to the fused rank, which is unique, so the order is total.
    """
    padded = [*scores, *[PairScore(value=None)] * (len(candidates) - len(scores))]
    pairs = sorted(zip(candidates, padded, strict=True), key=_place)
    return tuple(
        Hit(candidate=candidate, rank=rank, rerank_score=score.value, truncated=score.truncated)
        for rank, (candidate, score) in enumerate(pairs, start=1)
    )


def _place(pair: tuple[Candidate, PairScore]) -> tuple[bool, float, int]:
    candidate, score = pair
    return (score.value is None, -(score.value or 0.0), candidate.fused_rank)
