"""What a caller may ask for beside the query. docs/api.md says what each does, and its default."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from typing_extensions import TypedDict


class SearchKnobs(TypedDict, total=False):
    """Knobs of a search; what is left out has the service's default."""

    strategy: Literal["hybrid", "dense", "keyword", "tiered"]
    #: chunks each leg returns, 1-1000
    candidates: int
    #: chunks that are reranked, 1-1000
    depth: int | None
    #: results in the answer, 1-1000
    limit: int
    rerank: Literal["auto", "always", "never"]
    profile: Literal["interactive", "batch"]
    #: milliseconds for the whole search
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
    #: answer with every candidate
    explain: bool
    #: your own id of the user for whom you ask, for the log; 200 characters at most
    end_user_id: str | None


class RankKnobs(TypedDict, total=False):
    """Knobs of a ranking of documents that the caller brings."""

    #: results in the answer; left out: all
    limit: int | None
    #: how many are scored, from the first on; left out: all
    depth: int | None
    #: milliseconds for the whole request
    budget_ms: int | None
    #: read a part of what is too long for the reranker, or refuse it; the default is to read
    truncate: bool
    #: the collection whose calibration, thresholds and settings apply
    collection: str | None
    threshold: str | None
    min_score: float | None
    min_relevance: float | None
    #: fields of structured documents that are read, in their order
    rank_fields: Sequence[str] | None
    #: name of the reranker
    model: str | None
    explain: bool
    #: your own id of the user for whom you ask, for the log; 200 characters at most
    end_user_id: str | None


class CollectionKnobs(TypedDict, total=False):
    """How a collection is indexed."""

    #: a text search configuration of Postgres, such as `english` or `simple`
    text_search: str
    #: keep token vectors of every chunk
    store_tokens: bool | None
    #: how the first stage weighs: `k1`, `b`, `title_boost`, `fusion`, ...
    retrieval: Mapping[str, Any] | None
    #: names of the operator's models; left out: the service's own
    embedder: str | None
    reranker: str | None


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text to be searched, under an id of your own. The same id again replaces it."""

    id: str
    text: str
    title: str = ""
    uri: str | None = None
    #: what filters look at
    metadata: Mapping[str, Any] = {}
    #: learned sparse weights by token
    sparse: Mapping[str, float] | None = None


class Judgment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How relevant a document is to a query: 0 (not at all) to 3 (the best there is)."""

    query: str
    document: str
    grade: int
    #: who judged, in your words
    by: str | None = None
