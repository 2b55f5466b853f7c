"""What ingest hands to storage, and what it reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pgrerank.domain.document import Chunk, Document


class DocumentChange(StrEnum):
    """What became of a document."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPassage:
    """What one pass of a model makes of a passage."""

    vector: Any  # numpy float32 of the embedder's dimensions
    #: token vectors as they are stored; None: the model could not read all of the passage
    tokens: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedDocument:
    """A document ready to be stored: chunks and, in the same order, their vectors."""

    document: Document
    chunks: Sequence[Chunk]
    vectors: Sequence[Any]  # numpy float32 of the embedder's dimensions
    #: token vectors of each chunk, None where it has none; empty: the collection stores none
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
    """Counts over one ingest, and the rows that were left out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    chunks: int = 0
    rejected: tuple[Rejection, ...] = ()

    @property
    def accepted(self) -> int:
        """Documents that are stored now as they were sent."""
        return self.created + self.updated + self.unchanged
