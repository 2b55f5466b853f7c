"""The scores of a result in the second stage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HitScores:
    """What the second stage gave one result. None: that step did not score it.

    Hits, logged candidates, documents that a caller supplies and answers hold this same value: a
    new score is a field here, a column in storage/score_columns.py and a field of the answer.
    """

    #: raw score of the reranker, in its own unit
    rerank: float | None = None
    #: probability of relevance, 0..1; None: no calibration
    relevance: float | None = None
    #: raw score of the first step of a cascade
    cascade: float | None = None
    #: the reranker's score combined with others (domain/ensemble.py), comparable within one
    #: list; None: the reranker's score decides alone
    combined: float | None = None
    #: what terms of the collection add to the deciding score (domain/term.py)
    boost: float = 0.0
    #: whether the reranker did not read all of the query or the passage
    truncated: bool = False

    @property
    def deciding(self) -> float | None:
        """The number that orders what the reranker scored; higher comes first. None: not scored."""
        if self.rerank is None:
            return None
        return (self.rerank if self.combined is None else self.combined) + self.boost


#: of a result that nothing scored
NO_SCORES = HitScores()
