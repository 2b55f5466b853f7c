"""Documents as callers supply them, and the chunks they are split into."""

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
#: levels of nested objects and lists in metadata
MAX_LEVELS = 100

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document to ingest: one text with the caller's id."""

    external_id: str
    text: str
    title: str = ""
    uri: str | None = None
    metadata: JsonObject = field(default_factory=dict[str, Json])
    #: learned sparse weights of the text; every chunk gets all of them
    sparse: SparseWeights | None = None

    def __post_init__(self) -> None:
        """Refuse what Postgres cannot store.

        Raises:
            InvalidRequestError: An empty or overlong id, an overlong title or URI, a NUL character
                or an unpaired surrogate in a string, a number that is not finite or too large,
                metadata nested more than 100 levels deep, or a weight that is not above 0.
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
        """SHA-256 over everything but the id; with an equal hash, nothing is stored again."""
        return content_hash(self.text_hash, self.uri, self.metadata)

    @property
    def text_hash(self) -> bytes:
        """SHA-256 over what chunks and their vectors are made from: title, text and weights.

        With an equal hash, nothing is embedded again.
        """
        parts: list[Any] = [self.title, self.text]
        if self.sparse is not None:
            parts.append(self.sparse)
        return _sha256(parts)


def content_hash(text_hash: bytes, uri: str | None, metadata: JsonObject) -> bytes:
    """SHA-256 of a document of this text hash, URI and metadata."""
    return _sha256([text_hash.hex(), uri, metadata])


def _sha256(parts: Sequence[Any]) -> bytes:
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
    """A stored chunk with the parts of its passage."""

    chunk_id: ChunkId
    #: title of its document
    title: str
    content: str


def _check_length(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise InvalidRequestError(name, f"must have at most {most} characters")


def check_numbers(field: str, value: Json) -> None:
    """Accept numbers that Postgres returns unchanged: it writes 1e300 as an integer.

    Raises:
        InvalidRequestError: A number is not finite or does not fit a 64-bit integer; names its
            path.
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
    """Whether objects and lists are nested at most 100 levels deep."""
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
    # A real NUL is an escape after an even number of backslashes; the text "\\u0000" is not.
    if _NUL.search(text):
        raise InvalidRequestError(name, "must not contain the NUL character")


def passage(title: str, content: str) -> str:
    """The text that models read for a chunk: its document's title, then its content.

    Long titles are cut, so that they leave room for the content.
    """
    return f"{title[:PASSAGE_TITLE_CHARACTERS]}\n{content}" if title else content


def passage_hash(title: str, content: str) -> bytes:
    """SHA-256 of the passage. Under one model, passages with equal hashes have equal scores."""
    return hashlib.sha256(passage(title, content).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document as it is stored, with its chunks if they were requested."""

    id: DocumentId
    external_id: str
    title: str
    uri: str | None
    metadata: JsonObject
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    chunks: tuple[Chunk, ...] = ()
