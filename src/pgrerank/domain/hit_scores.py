"""Scores of a result in the second stage."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParts:
    """What each score of a result adds to the log-odds of its relevance.

    See domain/relevance_model.py. A part is 0 where its score is that of an average candidate.
    """

    #: log-odds of an average candidate
    base: float = 0.0
    #: the reranker's raw score
    reranker: float = 0.0
    #: cosine of query and chunk
    similarity: float = 0.0
    #: BM25
    words: float = 0.0
    #: similarity to the best candidates
    agreement: float = 0.0

    @property
    def total(self) -> float:
        """The sum, in the order of the fields."""
        return self.base + self.reranker + self.similarity + self.words + self.agreement


#: fields of ScoreParts that read a score: all but the base
PARTS_OF_SCORES = tuple(field.name for field in fields(ScoreParts) if field.name != "base")


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
    #: parts of the log-odds of relevance; None: not reranked, or a supplied document
    parts: ScoreParts | None = None
    #: added to the deciding score by terms and fields of the collection (domain/term.py)
    boost: float = 0.0
    #: whether the reranker did not read all of the query or the passage
    truncated: bool = False

    @property
    def log_odds(self) -> float | None:
        """Log-odds of relevance: the sum of the parts and the boost. None: there are no parts."""
        return None if self.parts is None else self.parts.total + self.boost

    @property
    def deciding(self) -> float | None:
        """The number by which reranked results are ordered, highest first. None: not scored."""
        if self.parts is not None or self.rerank is None:
            return self.log_odds
        return self.rerank + self.boost


#: scores of a result that was not scored
NO_SCORES = HitScores()
