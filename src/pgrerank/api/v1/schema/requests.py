"""Request bodies and parameters. Unknown fields are refused, so that typos are noticed."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import PathParameter, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from pgrerank.api import forms
from pgrerank.api.v1.schema.crowding import Diversity, Neighbours, PerDocument
from pgrerank.api.v1.schema.spans import Compress, SpansOfResults
from pgrerank.domain import request as knobs
from pgrerank.domain import retrieval
from pgrerank.domain.collection import DEFAULT_TEXT_SEARCH
from pgrerank.domain.document import MAX_ID_CHARACTERS, MAX_TITLE_CHARACTERS, MAX_URI_CHARACTERS
from pgrerank.domain.filter import MAX_KEYS
from pgrerank.domain.ids import KeyId
from pgrerank.domain.request import Profile, RerankMode, SearchRequest, Strategy
from pgrerank.domain.retrieval import Fusion
from pgrerank.domain.sparse import MAX_WEIGHTS

MAX_PAGE = 1000
PAGE = 100
RELATED_PAGE = 10

Name = Annotated[
    str,
    PathParameter(
        pattern=forms.NAME,
        description=f"{forms.NAME_WORDS}.",
    ),
]
ModelName = Annotated[str, Meta(pattern=forms.NAME, examples=["cloud"])]
CollectionName = Annotated[str, Meta(pattern=forms.NAME, examples=["docs"])]
ThresholdName = Annotated[str, Meta(pattern=forms.NAME, examples=["support-bot"])]
PageLimit = Annotated[
    int,
    QueryParameter(
        ge=1, le=MAX_PAGE, description=f"Maximum number of items per page, 1 to {MAX_PAGE}."
    ),
]
Cursor = Annotated[
    str | None,
    QueryParameter(
        pattern=forms.CURSOR,
        description="`cursor` of the previous page, unchanged. Unset: the first page.",
    ),
]
LegWeight = Annotated[float, Meta(ge=0, le=retrieval.MAX_WEIGHT)]
RawScore = Annotated[float, Meta(ge=-knobs.MAX_RAW_SCORE, le=knobs.MAX_RAW_SCORE)]
#: their contents are checked where they are read, with errors that name the fault: filters in
#: domain/filter.py, objects to rank in domain/structured.py, weights in domain/sparse.py
JsonObject = Annotated[dict[str, Any], Meta(max_length=MAX_KEYS)]
Instant = Annotated[datetime, Meta(tz=True)]
SparseWeights = Annotated[dict[str, float], Meta(max_length=MAX_WEIGHTS)]


EndUserId = Annotated[
    Annotated[str, Meta(min_length=1, max_length=knobs.MAX_END_USER_CHARACTERS)] | None,
    Meta(
        description="Your id of the user on whose behalf you call. The log stores it as sent: send "
        "a pseudonym if it must not identify the user.",
        examples=["user-4711"],
    ),
]


class Sent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body whose unknown fields are refused."""


class RetrievalSettingsUpdate(Sent, frozen=True, kw_only=True, omit_defaults=True):
    """Settings of a collection's first stage. Omitted ones keep their value or the default."""

    k1: Annotated[
        Annotated[float, Meta(ge=0, le=retrieval.MAX_K1)] | UnsetType,
        Meta(description="BM25: how slowly the effect of repeated words saturates. Default 0.9."),
    ] = UNSET
    b: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | UnsetType,
        Meta(description="BM25: how strongly long chunks are penalized. Default 0.4."),
    ] = UNSET
    title_boost: Annotated[
        Annotated[float, Meta(ge=0, le=retrieval.MAX_WEIGHT)] | UnsetType,
        Meta(description="BM25: weight of a word in the title, relative to 1 in the body."),
    ] = UNSET
    fusion: Annotated[
        Fusion | UnsetType,
        Meta(description=retrieval.FUSION_METHODS),
    ] = UNSET
    rrf_k: Annotated[
        Annotated[int, Meta(ge=1, le=retrieval.MAX_RRF_K)] | UnsetType,
        Meta(description="Added to every rank in `rrf`. Default 60."),
    ] = UNSET
    dense_weight: Annotated[
        LegWeight | UnsetType, Meta(description="Weight of the dense leg in fusion.")
    ] = UNSET
    keyword_weight: Annotated[
        LegWeight | UnsetType, Meta(description="Weight of the keyword leg in fusion.")
    ] = UNSET
    sparse_weight: Annotated[
        LegWeight | UnsetType, Meta(description="Weight of the sparse leg in fusion.")
    ] = UNSET

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(self, name)) is not UNSET
        }


class ChangedCollection(Sent, frozen=True, kw_only=True):
    """Changes of a collection's settings."""

    retrieval: Annotated[
        RetrievalSettingsUpdate | UnsetType,
        Meta(description="Settings of its first stage to change."),
    ] = UNSET
    reranker: Annotated[
        ModelName | UnsetType | None,
        Meta(description="Name of its reranker; null: the default reranker."),
    ] = UNSET


class NewCollection(Sent, frozen=True, kw_only=True):
    """Settings of a new collection."""

    text_search: Annotated[
        str,
        Meta(
            pattern=forms.TEXT_SEARCH,
            description="PostgreSQL text search configuration. It determines how the keyword leg "
            "stems words and which it ignores. Use `simple` for mixed or other languages.",
            examples=["english", "german", "simple"],
        ),
    ] = DEFAULT_TEXT_SEARCH
    store_tokens: Annotated[
        bool | None,
        Meta(
            description="Store token vectors of every chunk, up to 8 KB each, so that late "
            "interaction need not run a model on candidates. Unset: unchanged; of a new "
            "collection: false."
        ),
    ] = None
    retrieval: Annotated[
        RetrievalSettingsUpdate | None,
        Meta(
            description="Settings of its first stage. Unset: unchanged; of a new collection: the "
            "defaults."
        ),
    ] = None
    reranker: Annotated[
        ModelName | None,
        Meta(
            description="Name of its reranker, as configured by the operator. Unset: unchanged; of "
            "a new collection: the default reranker."
        ),
    ] = None
    embedder: Annotated[
        ModelName | None,
        Meta(
            description="Name of its embedder, as configured by the operator. Unset: the default "
            "embedder."
        ),
    ] = None


class NewDocument(Sent, frozen=True, kw_only=True):
    """A text with an id of yours. Sending the same id again replaces the document.

    Only describes rows; `formats/document_row.py` reads them.
    """

    id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_ID_CHARACTERS,
            description="Your id of the document, unique in its collection. An integer is read as "
            "its digits.",
            examples=["guide/install"],
        ),
    ]
    text: Annotated[
        str, Meta(description="Text to search.", examples=["Install it with pip install ..."])
    ]
    title: Annotated[
        str,
        Meta(
            max_length=MAX_TITLE_CHARACTERS,
            description="Title. The models read it with every chunk.",
            examples=["Installation"],
        ),
    ] = ""
    uri: Annotated[
        Annotated[str, Meta(max_length=MAX_URI_CHARACTERS)] | None,
        Meta(description="Address of the document.", examples=["https://example.org/install"]),
    ] = None
    metadata: Annotated[
        dict[str, Any],
        Meta(description="Values to filter by.", examples=[{"lang": "en", "year": 2026}]),
    ] = {}
    sparse: Annotated[
        dict[str, float] | None,
        Meta(
            description="Learned sparse weights of the text by token, such as from SPLADE or "
            "BGE-M3: at most 1,000, each above 0. They apply to every chunk of the document.",
            examples=[{"install": 1.8, "pip": 2.4}],
        ),
    ] = None


class Search(Sent, frozen=True, kw_only=True):
    """A query and its settings. `candidates`, `depth` and `limit` are independent."""

    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=knobs.MAX_QUERY_CHARACTERS,
            description='Question or keywords, not blank. For the keyword leg, `"a phrase"` and '
            "`-word` are conditions.",
            examples=["parse a date out of a string"],
        ),
    ]
    queries: Annotated[
        Annotated[
            list[Annotated[str, Meta(min_length=1, max_length=knobs.MAX_QUERY_CHARACTERS)]],
            Meta(max_length=knobs.MAX_QUERIES),
        ]
        | None,
        Meta(
            description="Other wordings of the query, such as your own rewrites. The legs run for "
            "each, all lists are fused, and the result is reranked by `query` alone. A result that "
            "only these found has null `ranks` of the legs. `sparse` applies to `query`.",
            examples=[["strptime", "convert text to a datetime"]],
        ),
    ] = None
    strategy: Annotated[
        Strategy,
        Meta(
            description="Legs that find candidates. `tiered`: the dense leg returns ten times the "
            "candidates, 1,000 at most, and BM25 ranks only these.",
            examples=["hybrid"],
        ),
    ] = Strategy.HYBRID
    candidates: Annotated[
        int,
        Meta(ge=1, le=knobs.MAX_CANDIDATES, description="Maximum number of chunks per leg."),
    ] = 100
    depth: Annotated[
        Annotated[int, Meta(ge=1, le=knobs.MAX_DEPTH)] | None,
        Meta(
            description="Chunks of the fused list that are reranked. Default: 50 in the profile "
            "`interactive`, 200 in `batch`."
        ),
    ] = None
    limit: Annotated[
        int, Meta(ge=1, le=knobs.MAX_LIMIT, description="Maximum number of results.")
    ] = 10
    rerank: Annotated[
        RerankMode,
        Meta(
            description="`auto` skips reranking where it cannot pay off; `rerank.reason` says why."
        ),
    ] = RerankMode.AUTO
    profile: Annotated[
        Profile,
        Meta(description="Defaults for a user who waits (`interactive`) or for jobs (`batch`)."),
    ] = Profile.INTERACTIVE
    budget_ms: Annotated[
        Annotated[int, Meta(ge=1, le=knobs.MAX_BUDGET_MS)] | None,
        Meta(
            description="Time limit of the whole search, milliseconds. Chunks not reranked by then "
            "keep their fused order, and `rerank.status` is `partial` or `skipped`."
        ),
    ] = None
    min_similarity: Annotated[
        Annotated[float, Meta(ge=-1, le=1)] | None,
        Meta(description="Cosine similarity below which the dense leg drops a chunk."),
    ] = None
    min_score: Annotated[
        RawScore | None,
        Meta(
            description="Raw rerank score below which a result is cut, in the reranker's unit. "
            "Forces reranking."
        ),
    ] = None
    min_relevance: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Probability of relevance below which a result is cut. Without a "
            "calibration: 409. Forces reranking."
        ),
    ] = None
    threshold: Annotated[
        ThresholdName | None,
        Meta(
            description="Name of a stored threshold below which a result is cut. If it belongs to "
            "another reranker: 409. Forces reranking.",
            examples=["support-bot"],
        ),
    ] = None
    filter: Annotated[
        JsonObject | None,
        Meta(
            description="Condition on metadata: equality, `$in`, `$gte`, `$exists`, `$or`, ...",
            examples=[{"lang": "en", "year": {"$gte": 2020}}],
        ),
    ] = None
    sparse: Annotated[
        SparseWeights | None,
        Meta(
            description="Learned sparse weights of the query by token, from the same model as "
            "those of the documents: at most 1,000, each above 0. They add the sparse leg.",
            examples=[{"parse": 1.5, "date": 2.1}],
        ),
    ] = None
    cascade: Annotated[
        Annotated[int, Meta(ge=0, le=knobs.MAX_DEPTH)] | None,
        Meta(
            description="Number of chunks that the reranker reads. Late interaction over stored "
            "token vectors scores all chunks down to `depth` and selects the best. 0: late "
            "interaction alone. The collection must store token vectors."
        ),
    ] = None
    explain: Annotated[
        bool, Meta(description="Include every candidate with its scores and ranks in the response.")
    ] = False
    per_document: PerDocument = None
    diversity: Diversity = 0.0
    neighbours: Neighbours = 0
    spans: SpansOfResults = None
    compress: Compress = False
    end_user_id: EndUserId = None

    def request(self, key_id: KeyId) -> SearchRequest:
        """The domain value. Raises InvalidRequestError for an invalid filter or setting."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        values["spans"] = self.spans and self.spans.settings()
        values["queries"] = tuple(self.queries or ())
        return SearchRequest(**values, key_id=key_id)
