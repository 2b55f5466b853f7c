"""The final order of candidates. Scores of different scales never meet in one comparison."""

from collections.abc import Sequence

from pgrerank.domain.candidate import Candidate, Hit, PairScore

_UNSCORED = PairScore(value=None)


def reranked(
    candidates: Sequence[Candidate],
    scores: Sequence[PairScore],
    cascade_scores: Sequence[PairScore] = (),
) -> tuple[Hit, ...]:
    """What the reranker scored first, then what the first step of a cascade did, then the rest.

    Each of the three by raw score, the rest in fused order.

    Args:
        candidates: The fused list, best first.
        scores: Scores of its head, in the same order; may be shorter than the list. None at all
            leave the list as it is, for a search that was not reranked.
        cascade_scores: Likewise, of the first step of a cascade; none without a cascade.

    Ties fall back to the fused rank, which is unique, so the order is total.
    """
    second, first = _padded(scores, candidates), _padded(cascade_scores, candidates)
    rows = sorted(zip(candidates, second, first, strict=True), key=_place)
    return tuple(
        Hit(
            candidate=candidate,
            rank=rank,
            rerank_score=score.value,
            truncated=score.truncated,
            cascade_score=cascade_score.value,
        )
        for rank, (candidate, score, cascade_score) in enumerate(rows, start=1)
    )


def _padded(scores: Sequence[PairScore], candidates: Sequence[Candidate]) -> Sequence[PairScore]:
    return [*scores, *[_UNSCORED] * (len(candidates) - len(scores))]


def _place(row: tuple[Candidate, PairScore, PairScore]) -> tuple[int, float, int]:
    candidate, *scores = row
    for step, score in enumerate(scores):
        if score.value is not None:
            return (step, -score.value, candidate.fused_rank)
    return (len(scores), 0.0, candidate.fused_rank)
