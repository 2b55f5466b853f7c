"""Scores of a result in the second stage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HitScores:
    """Scores of one result in the second stage. None: that step did not score it.

    Hits, logged candidates, supplied documents and answers share this type. A new score needs a
    field here, a column in storage/score_columns.py and a field of the answer.
    """

    #: raw score of the reranker, in its own unit
    rerank: float | None = None
    #: probability of relevance, 0..1; None: no calibration
    relevance: float | None = None
    #: raw score of the first step of a cascade
    cascade: float | None = None
    #: the reranker's score combined with others (domain/ensemble.py), comparable within one
    #: list; None: the reranker's score alone is used
    combined: float | None = None
    #: added to the deciding score by terms of the collection (domain/term.py)
    boost: float = 0.0
    #: whether the reranker did not read all of the query or the passage
    truncated: bool = False

    @property
    def deciding(self) -> float | None:
        """The number by which reranked results are ordered, highest first. None: not scored."""
        if self.rerank is None:
            return None
        return (self.rerank if self.combined is None else self.combined) + self.boost


#: scores of a result that was not scored
NO_SCORES = HitScores()
