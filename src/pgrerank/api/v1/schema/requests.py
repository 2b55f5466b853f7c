"""What callers send, as the API reads it. Unknown fields are refused, so typos are noticed."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import PathParameter, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from pgrerank.api import forms
from pgrerank.domain import request as knobs
from pgrerank.domain import retrieval
from pgrerank.domain.collection import DEFAULT_TEXT_SEARCH
from pgrerank.domain.document import MAX_ID_CHARACTERS, MAX_TITLE_CHARACTERS, MAX_URI_CHARACTERS
from pgrerank.domain.filter import MAX_KEYS
from pgrerank.domain.ids import KeyId
from pgrerank.domain.request import Profile, RerankMode, SearchRequest, Strategy
from pgrerank.domain.retrieval import Fusion
from pgrerank.domain.sparse import MAX_WEIGHTS
from pgrerank.domain.tenant import Scope

MAX_PAGE = 1000
PAGE = 100

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
    int, QueryParameter(ge=1, le=MAX_PAGE, description=f"Items on a page, 1 to {MAX_PAGE}.")
]
Cursor = Annotated[
    str | None,
    QueryParameter(
        pattern=forms.CURSOR,
        description="Where to go on: `cursor` of the page before. Pass it as it was given.",
    ),
]
LegWeight = Annotated[float, Meta(ge=0, le=retrieval.MAX_WEIGHT)]
RawScore = Annotated[float, Meta(ge=-knobs.MAX_RAW_SCORE, le=knobs.MAX_RAW_SCORE)]
#: what they hold is bounded where it is read: filters by domain/filter.py, objects that are ranked
#: by domain/structured.py, weights by domain/sparse.py, which can name what is wrong
JsonObject = Annotated[dict[str, Any], Meta(max_length=MAX_KEYS)]
SparseWeights = Annotated[dict[str, float], Meta(max_length=MAX_WEIGHTS)]
Instant = Annotated[datetime, Meta(tz=True)]
Label = Annotated[
    str,
    Meta(
        pattern=forms.LABEL,
        description="For people, to tell keys apart; two that work never have the same.",
        examples=["web shop"],
    ),
]


EndUserId = Annotated[
    Annotated[str, Meta(min_length=1, max_length=knobs.MAX_END_USER_CHARACTERS)] | None,
    Meta(
        description="Your own id of the user for whom you ask. The log keeps it as it is: send a "
        "pseudonym where names must not be kept.",
        examples=["user-4711"],
    ),
]


class _Sent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class RetrievalSettingsUpdate(_Sent, frozen=True, kw_only=True, omit_defaults=True):
    """How the first stage of a collection weighs. What is left out stays, or is the default."""

    k1: Annotated[
        Annotated[float, Meta(ge=0, le=retrieval.MAX_K1)] | UnsetType,
        Meta(description="BM25: how slowly repetitions of a word stop to add. Default 0.9."),
    ] = UNSET
    b: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | UnsetType,
        Meta(description="BM25: how much the length of a chunk counts against it. Default 0.4."),
    ] = UNSET
    title_boost: Annotated[
        Annotated[float, Meta(ge=0, le=retrieval.MAX_WEIGHT)] | UnsetType,
        Meta(description="BM25: what a word in the title counts, 1 being one in the body."),
    ] = UNSET
    fusion: Annotated[
        Fusion | UnsetType,
        Meta(description="`rrf`: by ranks; `weighted`: by scores, scaled in each leg."),
    ] = UNSET
    rrf_k: Annotated[
        Annotated[int, Meta(ge=1, le=retrieval.MAX_RRF_K)] | UnsetType,
        Meta(description="Added to every rank in `rrf`. Default 60."),
    ] = UNSET
    dense_weight: Annotated[
        LegWeight | UnsetType, Meta(description="What the dense leg weighs in fusion.")
    ] = UNSET
    keyword_weight: Annotated[
        LegWeight | UnsetType, Meta(description="What the keyword leg weighs in fusion.")
    ] = UNSET
    sparse_weight: Annotated[
        LegWeight | UnsetType, Meta(description="What the sparse leg weighs in fusion.")
    ] = UNSET

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(self, name)) is not UNSET
        }


class ChangedCollection(_Sent, frozen=True, kw_only=True):
    """What changes about a collection."""

    retrieval: Annotated[
        RetrievalSettingsUpdate | UnsetType,
        Meta(description="The settings of its first stage that change."),
    ] = UNSET
    reranker: Annotated[
        ModelName | UnsetType | None,
        Meta(description="Which reranker reads its candidates; null: the service's own."),
    ] = UNSET


class NewCollection(_Sent, frozen=True, kw_only=True):
    """How a collection is indexed."""

    text_search: Annotated[
        str,
        Meta(
            pattern=forms.TEXT_SEARCH,
            description="A text search configuration of Postgres: which words the keyword leg "
            "stems and drops. `simple` for mixed or other languages.",
            examples=["english", "german", "simple"],
        ),
    ] = DEFAULT_TEXT_SEARCH
    store_tokens: Annotated[
        bool | None,
        Meta(
            description="Keep the token vectors of every chunk, up to 16 KB each, so that late "
            "interaction runs no model over candidates. Unset: as it is, or no."
        ),
    ] = None
    retrieval: Annotated[
        RetrievalSettingsUpdate | None,
        Meta(description="How its first stage weighs. Unset: as it is, or the defaults."),
    ] = None
    reranker: Annotated[
        ModelName | None,
        Meta(
            description="Which reranker reads its candidates, by the operator's name. Unset: as it "
            "is, or the service's own."
        ),
    ] = None
    embedder: Annotated[
        ModelName | None,
        Meta(
            description="Which embedder its documents are embedded by, by the operator's name. "
            "Unset: the service's own."
        ),
    ] = None


class NewDocument(_Sent, frozen=True, kw_only=True):
    """One text under an id of your own. Sending the same id again replaces it.

    Rows are read by `formats/document_row.py`; this describes them.
    """

    id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_ID_CHARACTERS,
            description="Your id of the document, unique in its collection; an integer is read as its "
            "digits.",
            examples=["guide/install"],
        ),
    ]
    text: Annotated[
        str, Meta(description="What is searched.", examples=["Install it with pip install ..."])
    ]
    title: Annotated[
        str,
        Meta(
            max_length=MAX_TITLE_CHARACTERS,
            description="Read by the models with every chunk.",
            examples=["Installation"],
        ),
    ] = ""
    uri: Annotated[
        Annotated[str, Meta(max_length=MAX_URI_CHARACTERS)] | None,
        Meta(description="Where people find it.", examples=["https://example.org/install"]),
    ] = None
    metadata: Annotated[
        dict[str, Any],
        Meta(description="Facts to filter by.", examples=[{"lang": "en", "year": 2026}]),
    ] = {}
    sparse: Annotated[
        dict[str, float] | None,
        Meta(
            description="Learned sparse weights of the text by token, above 0, 1,000 at most, such "
            "as SPLADE's or BGE-M3's. Every chunk of the document gets them.",
            examples=[{"install": 1.8, "pip": 2.4}],
        ),
    ] = None


class Search(_Sent, frozen=True, kw_only=True):
    """A query with its knobs. `candidates`, `depth` and `limit` are independent."""

    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=knobs.MAX_QUERY_CHARACTERS,
            description='A question or keywords, not blank. The keyword leg takes `"a phrase"` and `-word` '
            "as conditions.",
            examples=["parse a date out of a string"],
        ),
    ]
    strategy: Annotated[
        Strategy,
        Meta(
            description="Which legs find candidates; `tiered`: BM25 ranks what a ten times larger "
            "dense leg found.",
            examples=["hybrid"],
        ),
    ] = Strategy.HYBRID
    candidates: Annotated[
        int,
        Meta(ge=1, le=knobs.MAX_CANDIDATES, description="Chunks each leg returns at most."),
    ] = 100
    depth: Annotated[
        Annotated[int, Meta(ge=1, le=knobs.MAX_DEPTH)] | None,
        Meta(
            description="Chunks of the fused list that are reranked. Unset: the profile's, "
            "50 interactive or 200 batch."
        ),
    ] = None
    limit: Annotated[
        int, Meta(ge=1, le=knobs.MAX_LIMIT, description="Results in the answer at most.")
    ] = 10
    rerank: Annotated[
        RerankMode,
        Meta(description="`auto` leaves reranking out where it cannot pay, and says why."),
    ] = RerankMode.AUTO
    profile: Annotated[
        Profile, Meta(description="Defaults for a waiting person, or for nobody waiting.")
    ] = Profile.INTERACTIVE
    budget_ms: Annotated[
        Annotated[int, Meta(ge=1, le=knobs.MAX_BUDGET_MS)] | None,
        Meta(
            description="Milliseconds for the whole search. What is not reranked by then keeps "
            "its fused order, and `rerank.status` says `partial` or `skipped`."
        ),
    ] = None
    min_similarity: Annotated[
        Annotated[float, Meta(ge=-1, le=1)] | None,
        Meta(description="Cosine similarity under which the dense leg drops a chunk."),
    ] = None
    min_score: Annotated[
        RawScore | None,
        Meta(
            description="Raw rerank score under which a result is cut, in the reranker's unit. "
            "Forces reranking."
        ),
    ] = None
    min_relevance: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Probability of relevance under which a result is cut; 409 without a "
            "calibration. Forces reranking."
        ),
    ] = None
    threshold: Annotated[
        ThresholdName | None,
        Meta(
            description="Name of a stored threshold under which a result is cut; 409 where it is "
            "of another reranker. Forces reranking.",
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
            description="Learned sparse weights of the query by token, by the model that weighed "
            "the documents: a third leg. Above 0, 1,000 at most.",
            examples=[{"parse": 1.5, "date": 2.1}],
        ),
    ] = None
    cascade: Annotated[
        Annotated[int, Meta(ge=0, le=knobs.MAX_DEPTH)] | None,
        Meta(
            description="How many chunks the reranker reads: the best by late interaction over "
            "stored token vectors, which scores all down to `depth`. 0: late interaction alone. "
            "The collection must store token vectors."
        ),
    ] = None
    explain: Annotated[bool, Meta(description="Answer with every candidate and how it fared.")] = (
        False
    )
    end_user_id: EndUserId = None

    def request(self, key_id: KeyId) -> SearchRequest:
        """The domain's value. Raises InvalidRequestError for a malformed filter or knob."""
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        return SearchRequest(**given, key_id=key_id)


class NewKey(_Sent, frozen=True, kw_only=True):
    """An API key to be."""

    name: Label
    scopes: Annotated[
        list[Scope],
        Meta(
            min_length=1,
            max_length=len(Scope),
            description="`search`: search and read. `ingest`: write. `admin`: manage keys.",
            examples=[["search"]],
        ),
    ]
    expires_at: Annotated[
        Instant | None,
        Meta(
            description="When it stops to work, with time zone, until the year 2999. Unset: never."
        ),
    ] = None


class NewTenant(_Sent, frozen=True, kw_only=True):
    """A tenant to be."""

    name: Annotated[
        str,
        Meta(
            pattern=forms.NAME,
            description="1 to 64 characters of a-z, 0-9, `_`, `-` and `.`.",
            examples=["acme"],
        ),
    ]


class Quota(_Sent, frozen=True, kw_only=True):
    """How much a tenant may ask for."""

    pairs_per_second: Annotated[
        Annotated[int, Meta(ge=0, le=2**31 - 1)] | None,
        Meta(
            description="Reranked pairs, in each process of the service; 0: as many as it likes; "
            "null: the default of the service.",
            examples=[200],
        ),
    ]


class Texts(_Sent, frozen=True, kw_only=True):
    """What a tenant's log keeps."""

    keep: Annotated[
        bool, Meta(description="The texts of documents that callers bring, not their hashes alone.")
    ]
