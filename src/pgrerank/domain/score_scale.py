"""Scales: what the scores of one reranker mean as log-odds of relevance, as a calibration fits it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from pgrerank.domain.hit_scores import PARTS_OF_SCORES, HitScores, ScoreParts


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchScale:
    """Log-odds of a search's candidates from the parts of the model that ships.

    It gives the parts their size, and a search its level: the better its best raw score, the higher
    the base of all its candidates. So it changes no order.
    """

    #: log-odds of an average candidate of a search whose best raw score is `center`
    base: float
    #: what the parts and boosts are multiplied by, above 0
    factor: float
    #: log-odds for each unit of the best raw score, 0 or more
    level: float
    #: raw score from which `level` counts
    center: float

    def apply(self, scores: Sequence[HitScores]) -> list[HitScores]:
        """The scores of all candidates of a search, with scaled parts; those without keep theirs.

        Args:
            scores: With the parts of the model that ships, in any order.
        """
        raw = [each.rerank for each in scores if each.parts is not None and each.rerank is not None]
        if not raw:
            return list(scores)
        base = self.base + self.level * (max(raw) - self.center)
        return [each if each.parts is None else self._scaled(each, base) for each in scores]

    def _scaled(self, scores: HitScores, base: float) -> HitScores:
        parts = {name: self.factor * getattr(scores.parts, name) for name in PARTS_OF_SCORES}
        return replace(
            scores, parts=ScoreParts(base=base, **parts), boost=self.factor * scores.boost
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentScale:
    """Log-odds of supplied documents, which have only a raw score: base plus slope times score."""

    base: float
    #: log-odds for each unit of the raw score, above 0
    slope: float

    def apply(self, scores: Sequence[HitScores]) -> list[HitScores]:
        """The scores of documents with their parts; unscored ones keep theirs."""
        return [
            each
            if each.rerank is None
            else replace(
                each,
                parts=ScoreParts(base=self.base, reranker=self.slope * each.rerank),
                boost=self.slope * each.boost,
            )
            for each in scores
        ]


Scale: TypeAlias = SearchScale | DocumentScale
