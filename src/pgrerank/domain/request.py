"""The request of a search. The three knobs candidates, depth and limit are independent."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pgrerank.domain import filter as metadata_filter
from pgrerank.domain.bounds import text, within
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import KeyId
from pgrerank.domain.json import JsonObject
from pgrerank.domain.name import check_optional_name
from pgrerank.domain.spans import SpanSettings
from pgrerank.domain.sparse import SparseWeights, check_weights
from pgrerank.domain.window import MAX_NEIGHBOURS

MAX_CANDIDATES = 1000
MAX_FUSED = 3 * MAX_CANDIDATES  # of three legs
MAX_DEPTH = 1000
MAX_LIMIT = 1000
MAX_PER_DOCUMENT = 100
MAX_QUERY_CHARACTERS = 100_000
MAX_QUERIES = 8
MAX_BUDGET_MS = 600_000
MAX_RAW_SCORE = 1e9
MAX_END_USER_CHARACTERS = 200


class Strategy(StrEnum):
    """The legs that retrieve candidates."""

    DENSE = "dense"
    KEYWORD = "keyword"
    HYBRID = "hybrid"
    #: the dense leg retrieves ten times the candidates, at most 1,000, and BM25 ranks these
    TIERED = "tiered"


class RerankMode(StrEnum):
    """Whether to rerank. `auto` skips reranking that is not worthwhile, and reports why."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Profile(StrEnum):
    """Named defaults: for a person who waits (interactive), or for nobody (batch)."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


DEPTH = {Profile.INTERACTIVE: 50, Profile.BATCH: 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A query with its knobs.

    Raises:
        InvalidRequestError: A knob is out of range; names the field.
    """

    query: str
    #: other wordings of the query, at most 8, whose legs are fused with its own; equal ones count
    #: once. What is found is reranked by the query alone
    queries: tuple[str, ...] = ()
    strategy: Strategy = Strategy.HYBRID
    #: rows that each leg returns, 1-1000
    candidates: int = 100
    #: how many of the fused list are reranked, 1-1000; None: 50 interactive, 200 batch
    depth: int | None = None
    #: results in the answer, 1-1000
    limit: int = 10
    rerank: RerankMode = RerankMode.AUTO
    profile: Profile = Profile.INTERACTIVE
    #: milliseconds for the whole request; candidates not scored by then keep their fused order
    budget_ms: int | None = None
    #: cosine similarity below which the dense leg drops a chunk, -1..1
    min_similarity: float | None = None
    #: raw rerank score below which a result is removed, in the reranker's own unit
    min_score: float | None = None
    #: probability of relevance below which a result is removed, 0..1; needs a calibration
    min_relevance: float | None = None
    #: name of a stored threshold below which results are removed
    threshold: str | None = None
    #: the most results of a document, 1-100; its other chunks are removed. None: all
    per_document: int | None = None
    #: weight of novelty against relevance in the final order, 0-1, see domain/crowding.py
    diversity: float = 0.0
    #: chunks before and after each result in its document that are joined to it, 0-10
    neighbours: int = 0
    #: condition on document metadata, see domain/filter.py
    filter: JsonObject | None = None
    #: learned sparse weights of the query, for a sparse leg in addition to those of the strategy
    sparse: SparseWeights | None = None
    #: how many candidates the reranker reads, 0-1000: those that late interaction over stored
    #: token vectors scores best. 0: late interaction alone. None: all down to the depth
    cascade: int | None = None
    #: report all candidates with their scores
    explain: bool = False
    #: find the sentences of each result that answer the query; None: do not report them
    spans: SpanSettings | None = None
    #: reduce each result to its spans
    compress: bool = False
    #: the caller's end user, 1-200 characters, for the log; None: not given
    end_user_id: str | None = None
    #: the API key of the request, for the log; None: no key was needed
    key_id: KeyId | None = None

    def __post_init__(self) -> None:
        within("candidates", self.candidates, 1, MAX_CANDIDATES)
        within("limit", self.limit, 1, MAX_LIMIT)
        within("depth", self.depth, 1, MAX_DEPTH)
        within("cascade", self.cascade, 0, MAX_DEPTH)
        within("budget_ms", self.budget_ms, 1, MAX_BUDGET_MS)
        within("min_similarity", self.min_similarity, -1, 1)
        within("min_relevance", self.min_relevance, 0, 1)
        within("min_score", self.min_score, -MAX_RAW_SCORE, MAX_RAW_SCORE)
        within("per_document", self.per_document, 1, MAX_PER_DOCUMENT)
        within("diversity", self.diversity, 0, 1)
        within("neighbours", self.neighbours, 0, MAX_NEIGHBOURS)
        text("query", self.query, most=MAX_QUERY_CHARACTERS)
        within("queries", len(self.queries), 0, MAX_QUERIES)
        for place, wording in enumerate(self.queries):
            text(f"queries[{place}]", wording, least=1, most=MAX_QUERY_CHARACTERS)
        text("end_user_id", self.end_user_id, least=1, most=MAX_END_USER_CHARACTERS)
        check_optional_name(self.threshold, "threshold")
        for name in ("min_score", "min_relevance", "threshold"):
            if getattr(self, name) is not None and self.rerank is RerankMode.NEVER:
                raise InvalidRequestError(name, "needs reranking, but `rerank` is `never`")
        check_weights("sparse", self.sparse)
        if self.filter is not None:
            metadata_filter.jsonpath(self.filter)

    def require_query(self) -> None:
        """Refuse a blank query. A template that gets its queries later may have one.

        Raises:
            InvalidRequestError: The query is blank.
        """
        text("query", self.query, least=1, most=MAX_QUERY_CHARACTERS)

    @property
    def wordings(self) -> Sequence[str]:
        """The query, then its other wordings, without those that are equal to an earlier one."""
        return list(dict.fromkeys((self.query, *self.queries)))

    @property
    def needs_spans(self) -> bool:
        """Whether the sentences of the results are scored."""
        return self.spans is not None or self.compress

    @property
    def has_dense_leg(self) -> bool:
        """Whether the query is embedded."""
        return self.strategy is not Strategy.KEYWORD

    @property
    def effective_depth(self) -> int:
        """The requested depth, or the default of the profile."""
        return DEPTH[self.profile] if self.depth is None else self.depth

    @property
    def texts(self) -> int:
        """How many of the fused list may be read by the reranker, or become results."""
        if self.per_document is None:
            return max(self.effective_depth, self.limit)
        return MAX_FUSED

    @property
    def cuts_by_score(self) -> bool:
        """Whether results are removed by score, relevance or a named threshold."""
        return any(
            each is not None for each in (self.min_score, self.min_relevance, self.threshold)
        )
