"""Judgments: how relevant somebody found a document for a query."""

import hashlib
from dataclasses import dataclass

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ChunkId

HIGHEST_GRADE = 3
#: from here on a document counts as relevant
RELEVANT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """One grade that somebody gave, of a document or of one of its chunks."""

    query: str
    #: id of the document, as people give it
    external_id: str
    #: 0: not relevant, to 3: the best there is
    grade: int
    #: how it came: `human`, `import`, `click`, `used` and the like
    source: str
    judged_by: str | None = None
    #: None: the document as a whole
    chunk_id: ChunkId | None = None

    def __post_init__(self) -> None:
        """Refuse what means nothing.

        Raises:
            InvalidRequestError: The query, the document or the source is empty, or the grade is
                not 0 to 3.
        """
        for name in ("query", "external_id", "source"):
            if not str(getattr(self, name)).strip():
                raise InvalidRequestError(name, "must not be empty")
        if not 0 <= self.grade <= HIGHEST_GRADE:
            raise InvalidRequestError("grade", f"must be 0 to {HIGHEST_GRADE}, not {self.grade}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPassage:
    """A stored passage with what all its judges said of it for one query."""

    query: str
    external_id: str
    #: what models read: the document's title, then the text of a chunk
    passage: str
    lowest: int
    highest: int

    @property
    def agreed_grade(self) -> int | None:
        """The lowest grade where the judges agree on relevance; None where they do not."""
        agreed = (self.lowest >= RELEVANT) == (self.highest >= RELEVANT)
        return self.lowest if agreed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPassage:
    """A stored passage that searches for a query returned."""

    query: str
    external_id: str
    passage: str
    #: the best place it had, from 1
    rank: int


def query_hash(query: str) -> bytes:
    """SHA-256 of a query: judgments are found by it."""
    return hashlib.sha256(query.encode()).digest()
