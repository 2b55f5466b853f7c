"""Judgments: how relevant a document is for a query, according to a judge."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pgrerank.domain.bounds import text
from pgrerank.domain.document import MAX_ID_CHARACTERS
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.hit_scores import HitScores
from pgrerank.domain.ids import ChunkId
from pgrerank.domain.request import MAX_QUERY_CHARACTERS

HIGHEST_GRADE = 3
#: sources of grades that a person, and that a language model gave
PERSON, LANGUAGE_MODEL = "human", "llm"
#: of a source, and of a judge's name
MAX_LABEL_CHARACTERS = 200
#: the lowest grade that counts as relevant
RELEVANT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """One grade that a judge gave to a document or to one of its chunks."""

    query: str
    #: the caller's id of the document
    external_id: str
    #: from 0 (not relevant) to 3 (best)
    grade: int
    #: how it was obtained: `human`, `llm`, `import`, `click`, `used` and the like
    source: str
    judged_by: str | None = None
    #: None: the document as a whole
    chunk_id: ChunkId | None = None

    def __post_init__(self) -> None:
        """Refuse invalid values.

        Raises:
            InvalidRequestError: The query, the document, the source or the judge's name is blank,
                too long or cannot be stored, or the grade is not 0 to 3.
        """
        text("query", self.query, least=1, most=MAX_QUERY_CHARACTERS)
        text("document", self.external_id, least=1, most=MAX_ID_CHARACTERS)
        text("source", self.source, least=1, most=MAX_LABEL_CHARACTERS)
        text("by", self.judged_by, least=1, most=MAX_LABEL_CHARACTERS)
        if not 0 <= self.grade <= HIGHEST_GRADE:
            raise InvalidRequestError("grade", f"must be 0 to {HIGHEST_GRADE}, not {self.grade}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGrade:
    """What a language model answered when it was asked for a grade."""

    #: 0 to 3; None: its answer states none
    grade: int | None
    #: tokens that were read and written
    tokens: int
    #: in the operator's currency
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJudgment:
    """A judgment as it is stored."""

    #: ids rise with time
    id: UUID
    created_at: datetime
    judgment: Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentSelection:
    """Which judgments to list; None: all."""

    query: str | None = None
    external_id: str | None = None
    source: str | None = None
    judged_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPassage:
    """A stored passage with the range of all its grades for one query."""

    query: str
    external_id: str
    #: the text that models read: the document's title, then the text of a chunk
    passage: str
    lowest: int
    highest: int

    @property
    def agreed_grade(self) -> int | None:
        """The lowest grade if the judges agree on relevance, else None."""
        agreed = (self.lowest >= RELEVANT) == (self.highest >= RELEVANT)
        return self.lowest if agreed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPassage:
    """A stored passage that searches for a query returned."""

    query: str
    external_id: str
    passage: str
    #: its best rank, from 1
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The grade of a document or of one of its chunks, aggregated over all judges."""

    query: str
    external_id: str
    #: None: the document as a whole
    chunk_id: ChunkId | None
    grade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredChunk:
    """A chunk with the scores that a search for a query gave it."""

    query: str
    #: None: it was deleted since
    external_id: str | None
    chunk_id: ChunkId
    scores: HitScores
    #: its rank in the final order, from 1
    place: int


class Feedback(StrEnum):
    """What a user did with a result."""

    CLICKED = "clicked"
    USED = "used"
    THUMBS_UP = "thumbs_up"
    THUMBS_DOWN = "thumbs_down"

    @property
    def grade(self) -> int:
        """The grade it is stored as."""
        return _GRADES[self]

    @property
    def source(self) -> str:
        """The source it is stored under, separate from grades that people gave on purpose."""
        return _SOURCES[self]


_GRADES = {
    Feedback.CLICKED: 1,
    Feedback.USED: 2,
    Feedback.THUMBS_UP: 3,
    Feedback.THUMBS_DOWN: 0,
}
_SOURCES = {
    Feedback.CLICKED: "click",
    Feedback.USED: "used",
    Feedback.THUMBS_UP: "thumbs",
    Feedback.THUMBS_DOWN: "thumbs",
}


def query_hash(query: str) -> bytes:
    """SHA-256 of a query, by which judgments are looked up."""
    return hashlib.sha256(query.encode()).digest()
