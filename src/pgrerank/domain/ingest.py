"""Values that ingest passes to storage, and its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pgrerank.domain.document import Chunk, Document

if TYPE_CHECKING:
    from pgrerank.domain.vector import Vector


class DocumentChange(StrEnum):
    """How an ingest changed a document."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHashes:
    """What tells whether a stored document changed; see `Document`."""

    content: bytes
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPassage:
    """The outputs of one model pass over a passage."""

    vector: "Vector"  # of the embedder's dimensions
    #: token vectors in stored form; None: the model could not read the whole passage
    tokens: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedDocument:
    """A document ready to be stored: its chunks and their vectors, in the same order."""

    document: Document
    chunks: Sequence[Chunk]
    vectors: "Sequence[Vector]"  # of the embedder's dimensions
    #: token vectors of each chunk; None: it has none; empty: the collection stores none
    tokens: Sequence[bytes | None] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A row that could not be ingested."""

    #: line of the input, or index of the array, counted from 1
    line: int
    reason: str
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """Counts of one ingest, and the rows that were rejected."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    chunks: int = 0
    rejected: tuple[Rejection, ...] = ()

    @property
    def accepted(self) -> int:
        """Number of documents that are now stored as sent."""
        return self.created + self.updated + self.unchanged
