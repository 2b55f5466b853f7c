"""The log-odds that a candidate is relevant, as a sum of parts that each read one score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pgrerank.domain.agreement import (
    Agreement,
    Floats,
    Scores,
    standard_agreement,
    standard_scores,
)
from pgrerank.domain.hit_scores import PARTS_OF_SCORES, HitScores, ScoreParts

#: correlation with the legs from which a reranker has its whole weight
_AGREES = 0.3
#: candidates from which the correlation is used
_ENOUGH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The scores of the candidates of one search, in parallel sequences.

    A candidate without a score counts as one with the lowest score of its kind: the leg did not
    return it because others scored better.
    """

    #: raw scores of the reranker
    reranker: Scores
    #: cosines of query and chunk
    similarity: Scores
    #: BM25
    words: Scores
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceModel:
    """An additive model of relevance: a base, and for each score a weight.

    Each score is standardised over the candidates (mean 0, deviation 1), so that a weight is the
    log-odds that one standard deviation adds, whatever the scale of the reranker. A score that all
    candidates share adds nothing. The reranker counts less in lists where it contradicts both legs
    (`reranker_share`).
    """

    #: log-odds of an average candidate
    base: float
    reranker: float
    similarity: float
    words: float
    #: of the similarity to the best candidates by the other parts
    agreement: float

    def parts(self, evidence: Evidence) -> list[ScoreParts]:
        """The parts of each candidate, in the order of the evidence; there is at least one."""
        reranker = standard_scores(evidence.reranker)
        similarity = self.similarity * standard_scores(evidence.similarity)
        words = self.words * standard_scores(_as_logged(evidence.words))
        columns = {
            "reranker": self.reranker * reranker_share(reranker, similarity, words) * reranker,
            "similarity": similarity,
            "words": words,
        }
        total = np.sum(list(columns.values()), axis=0)
        columns["agreement"] = self.agreement * standard_agreement(total, evidence.agreement)
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        return [ScoreParts(base=self.base, **dict(zip(columns, row, strict=True))) for row in rows]


def reranker_share(reranker: Floats, similarity: Floats, words: Floats) -> float:
    """Share of its weight that the reranker has in a list, 0 to 1.

    A reranker that fits its texts agrees with the two legs in part: in 90 % of the lists of
    docs/relevance.md their correlation is .27 or more. One that cannot read them, or that answers
    at random, has no correlation, and would only disturb what the legs know. Without two legs, or
    with few candidates, a correlation says too little, and the share is 1.

    Args:
        reranker: Standardised scores of the candidates.
        similarity: Standardised cosines times their weight; 0 for all without a dense leg.
        words: Standardised BM25 times its weight; 0 for all without a keyword leg.
    """
    legs = standard_scores((similarity + words).tolist())
    if len(reranker) < _ENOUGH or not (similarity.any() and words.any() and legs.any()):
        return 1.0
    correlation = float(np.mean(reranker * legs))
    return min(max(correlation / _AGREES, 0.0), 1.0) ** 2


def unscaled_log_odds(scores: Sequence[HitScores]) -> list[float]:
    """Log-odds above the base by the model that ships, whatever calibration was applied.

    A calibration multiplies parts and boosts by one factor (domain/score_scale.py). It is found
    again in the parts: each that is not 0 for all has a deviation of the factor times its weight.

    Args:
        scores: Of all candidates of one search that have parts.
    """
    parts = [each.parts for each in scores if each.parts is not None]
    columns = [[getattr(each, name) for each in parts] for name in PARTS_OF_SCORES]
    deviation = max((float(np.std(column)) for column in columns if column), default=0.0)
    factor = deviation / GENERIC.reranker or 1.0
    return [
        (part.total - part.base + each.boost) / factor
        for part, each in zip(parts, scores, strict=True)
    ]


def _as_logged(scores: Scores) -> list[float | None]:
    """Scores of a leg in single precision, as the log keeps them: a replay gives the same parts."""
    return [None if score is None else float(np.float32(score)) for score in scores]


#: The model that ships. docs/relevance.md says how it was chosen and what it is worth.
GENERIC = RelevanceModel(base=-5.8, reranker=0.6, similarity=0.6, words=0.6, agreement=0.6)
