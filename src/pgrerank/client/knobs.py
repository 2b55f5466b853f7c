"""Parameters of calls. docs/api.md describes each and its default."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from typing_extensions import TypedDict


class SearchKnobs(TypedDict, total=False):
    """Knobs of a search. Omitted ones have the service's defaults."""

    #: other wordings of the query, at most 8, whose results are fused with its own
    queries: Sequence[str] | None
    strategy: Literal["hybrid", "dense", "keyword", "tiered"]
    #: maximum number of chunks per leg, 1-1000
    candidates: int
    #: chunks that are reranked, 1-1000
    depth: int | None
    #: maximum number of results, 1-1000
    limit: int
    rerank: Literal["auto", "always", "never"]
    profile: Literal["interactive", "batch"]
    #: time limit of the whole search in milliseconds
    budget_ms: int | None
    min_similarity: float | None
    min_score: float | None
    min_relevance: float | None
    #: name of a stored threshold
    threshold: str | None
    #: condition on metadata
    filter: Mapping[str, Any] | None
    #: learned sparse weights of the query by token
    sparse: Mapping[str, float] | None
    cascade: int | None
    #: include every candidate in the response
    explain: bool
    #: maximum number of results of one document, 1-100
    per_document: int | None
    #: weight of novelty against relevance, 0-1
    diversity: float
    #: chunks around each result to include as its `window`, 0-10
    neighbours: int
    #: find the sentences of each result that answer the query: `threshold` (0-1), `max`
    spans: Mapping[str, Any] | None
    #: include an extract of each result, reduced to its spans
    compress: bool
    #: your id of the user on whose behalf you call, for the log; at most 200 characters
    end_user_id: str | None


class RankKnobs(TypedDict, total=False):
    """Knobs of a ranking of supplied documents."""

    #: maximum number of results; default: all
    limit: int | None
    #: number of documents to score, from the first; default: all
    depth: int | None
    #: time limit of the whole request in milliseconds
    budget_ms: int | None
    #: truncate documents that are too long for the reranker (default), or refuse them
    truncate: bool
    #: name of the collection whose calibration, thresholds and settings apply
    collection: str | None
    threshold: str | None
    min_score: float | None
    min_relevance: float | None
    #: fields of structured documents to read, in this order; default: all
    rank_fields: Sequence[str] | None
    #: name of the reranker
    model: str | None
    explain: bool
    #: find the sentences of each result that answer the query: `threshold` (0-1), `max`
    spans: Mapping[str, Any] | None
    #: include an extract of each result, reduced to its spans
    compress: bool
    #: your id of the user on whose behalf you call, for the log; at most 200 characters
    end_user_id: str | None


class CollectionKnobs(TypedDict, total=False):
    """Settings of a collection."""

    #: PostgreSQL text search configuration, such as `english` or `simple`
    text_search: str
    #: store token vectors of every chunk
    store_tokens: bool | None
    #: settings of the first stage: `k1`, `b`, `title_boost`, `fusion`, ...
    retrieval: Mapping[str, Any] | None
    #: names of models that the operator configured; default: the service's default models
    embedder: str | None
    reranker: str | None


class CollectionChanges(TypedDict, total=False):
    """Settings of a collection to change. Omitted ones stay."""

    #: settings of the first stage: `k1`, `b`, `title_boost`, `fusion`, ...
    retrieval: Mapping[str, Any]
    #: name of a reranker that the operator configured; None: the service's default
    reranker: str | None


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text to store, with an id of yours. Sending the same id again replaces it."""

    id: str
    text: str
    title: str = ""
    uri: str | None = None
    #: values to filter by
    metadata: Mapping[str, Any] = {}
    #: learned sparse weights by token
    sparse: Mapping[str, float] | None = None


class DocumentChanges(TypedDict, total=False):
    """Changes of a document, as a JSON merge patch (RFC 7396). Omitted parts stay."""

    #: keys to change; None as a value removes a key, None as a whole removes all
    metadata: Mapping[str, Any] | None
    #: None removes it
    uri: str | None


class Judgment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A grade of relevance of a document for a query, from 0 (not relevant) to 3 (best)."""

    query: str
    document: str
    grade: int
    #: its origin; default: `human`
    source: str = "human"
    #: the judge; any name
    by: str | None = None
