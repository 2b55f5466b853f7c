"""Bodies of the dialect of the Superlinked Inference Engine (SIE)."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pgrerank.api.compat import shapes

#: most items of a call, as there
MAX_ITEMS = 1_000


class SieText(Struct, frozen=True, kw_only=True):
    """A text with an id. Images and other inputs are not read."""

    text: shapes.String
    id: shapes.Word | None = None


class SieQuery(Struct, frozen=True, kw_only=True):
    """A query with an id."""

    text: shapes.Query
    id: shapes.Word | None = None


OutputTypes = Annotated[list[Literal["dense", "sparse", "multivector"]], Meta(max_length=3)]
Items = Annotated[
    list[SieText],
    Meta(max_length=MAX_ITEMS, description="1 to 1,000 texts. Default id: `item-<place>`."),
]


class SieScore(Struct, frozen=True, kw_only=True):
    """Request to score items against a query. `options` are ignored."""

    query: SieQuery
    items: Items
    instruction: shapes.Instruction = None


class SieEntry(Struct, frozen=True, kw_only=True):
    """The score of an item, raw in the reranker's unit."""

    item_id: str
    score: float
    #: from 0
    rank: int


class SieUsage(Struct, frozen=True, kw_only=True):
    """The tokens that the model read."""

    input_tokens: int


class SieScores(Struct, frozen=True, kw_only=True):
    """All items, best first."""

    model: str
    query_id: str | None
    scores: list[SieEntry]
    usage: SieUsage


class SieOptions(Struct, frozen=True, kw_only=True):
    """Options of a request to encode."""

    is_query: bool | None = None


class SieParams(Struct, frozen=True, kw_only=True):
    """What to return of each item."""

    output_types: Annotated[
        OutputTypes | None, Meta(description="The embedders of the service have `dense` alone.")
    ] = None
    output_dtype: Annotated[
        Literal["float32", "float16"] | None, Meta(description="Default: `float32`.")
    ] = None
    instruction: Annotated[
        shapes.Word | None, Meta(description="Refused: no embedder of the service follows one.")
    ] = None
    options: SieOptions | None = None


class SieEncode(Struct, frozen=True, kw_only=True):
    """Request to encode items."""

    items: Items
    params: SieParams | None = None


class SieDense(Struct, frozen=True, kw_only=True):
    """A unit vector. In MessagePack `values` is a map with binary keys: nd, type, kind, shape, data."""

    dims: int
    dtype: str
    values: Any


class SieEncoded(Struct, frozen=True, kw_only=True):
    """The vector of an item."""

    id: str
    dense: SieDense


class SieEncodings(Struct, frozen=True, kw_only=True):
    """The vectors of all items, in their order."""

    model: str
    items: list[SieEncoded]


class SieModel(Struct, frozen=True, kw_only=True):
    """A model: a reranker has the output `score`, an embedder `dense`."""

    name: str
    loaded: bool = True
    inputs: tuple[str, ...] = ("text",)
    outputs: list[str]
    dims: dict[str, int]
    max_sequence_length: int
    #: the fingerprint: it changes whenever scores or vectors may change
    revision: str


class SieModels(Struct, frozen=True, kw_only=True):
    """All models."""

    models: list[SieModel]


class SieRerank(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Request to rank documents. Any other field is refused, as there."""

    query: shapes.Query
    documents: list[shapes.String]
    model: shapes.Model = None
    top_n: shapes.TopN = None
    return_documents: shapes.Returned = None
    options: Annotated[SieOptions | None, Meta(description="Ignored.")] = None


class SieRow(Struct, frozen=True, kw_only=True):
    """A ranked document; its score is raw in the reranker's unit."""

    index: int
    relevance_score: float
    document: dict[str, str] | UnsetType = UNSET


class SieRanking(Struct, frozen=True, kw_only=True):
    """Ranked documents, best first."""

    model: str
    results: list[SieRow]
    usage: SieUsage


class SieFault(Struct, frozen=True, kw_only=True):
    """The value of `detail` in an error response."""

    code: str
    message: str


class SieRefusal(Struct, frozen=True, kw_only=True):
    """An error response."""

    detail: SieFault
