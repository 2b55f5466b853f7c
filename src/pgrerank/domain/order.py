"""The final order of candidates. Raw scores on different scales are never compared."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from pgrerank.domain.candidate import Candidate, Hit, PairScore
from pgrerank.domain.hit_scores import NO_SCORES, HitScores, ScoreParts

_UNSCORED = PairScore(value=None)

Value = TypeVar("Value")


def final_order(
    candidates: Sequence[Candidate],
    scores: Sequence[PairScore],
    cascade_scores: Sequence[PairScore] = (),
    parts: Sequence[ScoreParts | None] = (),
    boosts: Sequence[float] = (),
) -> tuple[Hit, ...]:
    """Order candidates: those the reranker scored, those the cascade's first step scored, the rest.

    The first group is ordered by log-odds of relevance, the second by raw score; the rest keep
    their fused order. Ties are broken by the fused rank, which is unique, so the order is total.

    Args:
        candidates: The fused list, best first.
        scores: Scores of the head of the list, in the same order; may be shorter than the list.
            Empty: the search was not reranked, and the list keeps its order.
        cascade_scores: Scores of the first step of a cascade; empty: there was no cascade. May be
            shorter than the list, like the next two.
        parts: Parts of the log-odds of the head; empty: the raw scores are used.
        boosts: Added to the log-odds by terms and fields of the collection; empty: none.
    """
    scored = max(map(len, (scores, cascade_scores, parts, boosts)))
    hit_scores = [
        HitScores(
            rerank=score.value,
            truncated=score.truncated,
            cascade=cascade_score.value,
            parts=each,
            boost=boost,
        )
        for score, cascade_score, each, boost in zip(
            _pad(scores, scored, _UNSCORED),
            _pad(cascade_scores, scored, _UNSCORED),
            _pad(parts, scored, None),
            _pad(boosts, scored, 0.0),
            strict=True,
        )
    ]
    rows = sorted(
        zip(candidates, _pad(hit_scores, len(candidates), NO_SCORES), strict=True), key=_sort_key
    )
    return tuple(
        Hit(candidate=candidate, rank=rank, scores=each)
        for rank, (candidate, each) in enumerate(rows, start=1)
    )


def by_scores(hits: Sequence[Hit]) -> list[Hit]:
    """Hits in the order of their scores, whatever their rank: see final_order."""
    return sorted(hits, key=lambda hit: _sort_key((hit.candidate, hit.scores)))


def without_part(hits: Sequence[Hit], part: str) -> list[Hit]:
    """Hits in the order that they would have without one part of the log-odds.

    Args:
        hits: In their final order; those without log-odds stay behind.
        part: A field of ScoreParts, or `boost`.
    """
    return sorted(hits, key=lambda hit: _key_without(hit, part))


def _key_without(hit: Hit, part: str) -> tuple[bool, float, int]:
    scores = hit.scores
    if scores.parts is None:
        return (True, hit.rank, 0)
    # The other parts are added up: the difference to the whole would be rounded, and break ties.
    rest = scores.parts if part == "boost" else replace(scores.parts, **{part: 0.0})
    boost = 0.0 if part == "boost" else scores.boost
    return (False, -(rest.total + boost), hit.candidate.fused_rank)


def _pad(values: Sequence[Value], count: int, filler: Value) -> list[Value]:
    return [*values, *[filler] * (count - len(values))]


def _sort_key(row: tuple[Candidate, HitScores]) -> tuple[int, float, int]:
    candidate, scores = row
    if scores.deciding is not None:
        return (0, -scores.deciding, candidate.fused_rank)
    if scores.cascade is not None:
        return (1, -scores.cascade, candidate.fused_rank)
    return (2, 0.0, candidate.fused_rank)
