"""The final order of candidates. Raw scores of different scales never meet in one comparison."""

from collections.abc import Sequence
from typing import TypeVar

from pgrerank.domain.candidate import Candidate, Hit, PairScore

_UNSCORED = PairScore(value=None)

Value = TypeVar("Value")


def final_order(
    candidates: Sequence[Candidate],
    scores: Sequence[PairScore],
    cascade_scores: Sequence[PairScore] = (),
    evidence: Sequence[float | None] = (),
    boosts: Sequence[float] = (),
) -> tuple[Hit, ...]:
    """What the reranker scored first, then what the first step of a cascade did, then the rest.

    The first by evidence where there is some, else by raw score, each with its boost; the second by
    raw score; the rest in fused order.

    Args:
        candidates: The fused list, best first.
        scores: Scores of its head, in the same order; may be shorter than the list. None at all
            leave the list as it is, for a search that was not reranked.
        cascade_scores: Likewise, of the first step of a cascade; none without a cascade.
        evidence: Likewise, what `evidence.combined` made of the scores; none: the scores decide.
        boosts: Likewise, what terms of the collection add; none: nothing.

    Ties fall back to the fused rank, which is unique, so the order is total.
    """
    rows = sorted(
        zip(
            candidates,
            _pad(scores, candidates, _UNSCORED),
            _pad(cascade_scores, candidates, _UNSCORED),
            _pad(evidence, candidates, None),
            _pad(boosts, candidates, 0.0),
            strict=True,
        ),
        key=_place,
    )
    return tuple(
        Hit(
            candidate=candidate,
            rank=rank,
            rerank_score=score.value,
            truncated=score.truncated,
            cascade_score=cascade_score.value,
            evidence=total,
            boost=boost,
        )
        for rank, (candidate, score, cascade_score, total, boost) in enumerate(rows, start=1)
    )


def _pad(values: Sequence[Value], candidates: Sequence[Candidate], filler: Value) -> list[Value]:
    return [*values, *[filler] * (len(candidates) - len(values))]


def _place(
    row: tuple[Candidate, PairScore, PairScore, float | None, float],
) -> tuple[int, float, int]:
    candidate, score, cascade_score, total, boost = row
    if score.value is not None:
        return (0, -(score.value if total is None else total) - boost, candidate.fused_rank)
    if cascade_score.value is not None:
        return (1, -cascade_score.value, candidate.fused_rank)
    return (2, 0.0, candidate.fused_rank)
