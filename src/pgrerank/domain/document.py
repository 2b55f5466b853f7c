"""Documents as callers bring them, and the chunks they are cut into."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ChunkId, DocumentId
from pgrerank.domain.json import Json, JsonObject
from pgrerank.domain.sparse import SparseWeights, check_weights

MAX_ID_CHARACTERS = 512
LARGEST_NUMBER = 2**63
MAX_TITLE_CHARACTERS = 2_000
MAX_URI_CHARACTERS = 2_000
PASSAGE_TITLE_CHARACTERS = 200
#: objects and lists within one another that metadata may have
MAX_LEVELS = 100

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a caller ingests: one text under an id of the caller's own."""

    external_id: str
    text: str
    title: str = ""
    uri: str | None = None
    metadata: JsonObject = field(default_factory=dict[str, Json])
    #: learned sparse weights of the text, which every chunk of it gets
    sparse: SparseWeights | None = None

    def __post_init__(self) -> None:
        """Refuse what Postgres cannot store.

        Raises:
            InvalidRequestError: An empty, blank or overlong id, an overlong title or URI, a NUL character or an unpaired surrogate
                in a string, a number that is not finite, metadata of more than 100 levels, or a
                weight that is not above 0.
        """
        if not 1 <= len(self.external_id) <= MAX_ID_CHARACTERS:
            raise InvalidRequestError("id", f"must have 1 to {MAX_ID_CHARACTERS} characters")
        _check_length("title", self.title, MAX_TITLE_CHARACTERS)
        _check_length("uri", self.uri or "", MAX_URI_CHARACTERS)
        if not is_shallow(self.metadata):
            raise InvalidRequestError(
                "metadata", f"must not nest more than {MAX_LEVELS} levels deep"
            )
        check_numbers("metadata", self.metadata)
        _check_storable("id", self.external_id)
        for name in ("title", "text", "uri", "metadata"):
            _check_storable(name, getattr(self, name))
        check_weights("sparse", self.sparse)

    @property
    def content_hash(self) -> bytes:
        """SHA-256 over everything but the id; equal hashes need no new embedding."""
        parts: list[Any] = [self.title, self.text, self.uri, self.metadata]
        if self.sparse is not None:
            parts.append(self.sparse)
        canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The unit that is embedded, indexed and reranked."""

    ordinal: int
    content: str
    token_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BareChunk:
    """A stored chunk with what its passage is made of."""

    chunk_id: ChunkId
    #: of its document
    title: str
    content: str


def _check_length(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise InvalidRequestError(name, f"must have at most {most} characters")


def check_numbers(field: str, value: Json) -> None:
    """Let numbers pass that come back as they were: Postgres writes 1e300 as an integer.

    Raises:
        InvalidRequestError: One is not finite, or larger than an integer of 64 bits holds; names
            its place.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            check_numbers(f"{field}.{key}", inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, inner in enumerate(value):
            check_numbers(f"{field}[{place}]", inner)
    elif isinstance(value, int | float) and not abs(value) < LARGEST_NUMBER:
        raise InvalidRequestError(field, "must be a finite number between -2^63 and 2^63")


def is_shallow(value: Json) -> bool:
    """Whether objects and lists nest at most 100 levels deep."""
    level: list[Json] = [value]
    for _ in range(MAX_LEVELS + 1):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return True
    return False


def _inner(value: Json) -> Iterable[Json]:
    if isinstance(value, Mapping):
        return value.values()
    return () if isinstance(value, str) or not isinstance(value, Sequence) else value


def _check_storable(name: str, value: Json) -> None:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise InvalidRequestError(name, f"cannot be stored: {error}") from error
    # Only a real NUL, not the text "\\u0000", is an escape after an even run of backslashes.
    if _NUL.search(text):
        raise InvalidRequestError(name, "must not contain the NUL character")


def passage(title: str, content: str) -> str:
    """The text that models read for a chunk: its document's title, then its content.

    Only the head of a long title takes part, so that it cannot push the content out of the model.
    """
    return f"{title[:PASSAGE_TITLE_CHARACTERS]}\n{content}" if title else content


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
