"""Documents as callers bring them, and the chunks they are cut into."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from pgrerank.domain.ids import DocumentId
from pgrerank.domain.json import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a caller ingests: one text under an id of the caller's own."""

    external_id: str
    text: str
    title: str = ""
    uri: str | None = None
    metadata: JsonObject = field(default_factory=dict[str, Json])

    @property
    def content_hash(self) -> bytes:
        """SHA-256 over everything but the id; equal hashes need no new embedding."""
        parts = [self.title, self.text, self.uri, self.metadata]
        canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The unit that is embedded, indexed and reranked."""

    ordinal: int
    content: str
    token_count: int


def passage(title: str, content: str) -> str:
    """The text that models read for a chunk: its document's title, then its content."""
    return f"{title}\n{content}" if title else content


def passage_hash(title: str, content: str) -> bytes:
    """SHA-256 of the passage: equal hashes score equally under one model."""
    return hashlib.sha256(passage(title, content).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document as the database keeps it, with its chunks where they were asked for."""

    id: DocumentId
    external_id: str
    title: str
    uri: str | None
    metadata: JsonObject
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    chunks: tuple[Chunk, ...] = ()
