"""Cohere's rerank API, versions 1 and 2."""

from math import ceil
from typing import Annotated, Any, Literal

from litestar import Response, post
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from pgrerank.api import auth, media
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import Gateway, TheGateway
from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.rerank import RankedDocument, RerankOutcome
from pgrerank.domain.spans import MAX_SPANS, THRESHOLD, SpanSettings
from pgrerank.domain.tenant import Scope

NAME = "cohere"
#: documents per search unit, which clients read from `billed_units`
_UNIT = 100


class RelevantSpans(Struct, frozen=True, kw_only=True):
    """What to find in each result, as of Cohere's rerank models of version 5."""

    mode: Literal["enabled", "disabled"] = "enabled"
    threshold: Annotated[
        float, Meta(ge=0, le=1, description="Score below which a span is dropped.")
    ] = THRESHOLD
    max_spans: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_SPANS)] | None,
        Meta(description="Maximum number of spans per result. Default: all relevant ones."),
    ] = None

    def settings(self) -> SpanSettings | None:
        """The domain value; None: disabled."""
        if self.mode == "disabled":
            return None
        return SpanSettings(threshold=self.threshold, max=self.max_spans)


class RerankV1(Struct, frozen=True, kw_only=True):
    """Request of Cohere v1. `max_chunks_per_doc` is ignored: the whole document is read."""

    query: shapes.Query
    documents: shapes.Documents
    model: shapes.Model = None
    top_n: shapes.TopN = None
    rank_fields: Annotated[
        shapes.RankFields,
        Meta(description="Fields of objects to read, in this order. Default: all."),
    ] = None
    return_documents: shapes.Returned = None


class RerankV2(Struct, frozen=True, kw_only=True):
    """Request of Cohere v2. `max_tokens_per_doc` and `priority` are ignored."""

    model: shapes.Model
    query: shapes.Query
    documents: shapes.Documents
    top_n: shapes.TopN = None
    return_documents: shapes.Returned = None
    relevant_spans: Annotated[
        RelevantSpans | None,
        Meta(
            description="Find the sentences of each result that answer the query. Places are code "
            "points of the text; of an object, of its fields as lines of `name: value`.",
            examples=[{"mode": "enabled", "threshold": 0.1, "max_spans": 3}],
        ),
    ] = None


class CohereSpan(Struct, frozen=True, kw_only=True):
    """A relevant part of a document, `text[start:end]` in code points."""

    start: int
    end: int
    score: float


class CohereResult(Struct, frozen=True, kw_only=True):
    """A ranked document."""

    index: int
    relevance_score: float
    document: dict[str, Any] | UnsetType = UNSET
    relevant_spans: list[CohereSpan] | UnsetType = UNSET


class Version(Struct, frozen=True, kw_only=True):
    """The API version."""

    version: str


class Units(Struct, frozen=True, kw_only=True):
    """The units that Cohere would bill. pgrerank bills nothing."""

    search_units: int


class TokenUsage(Struct, frozen=True, kw_only=True):
    """The tokens that the reranker read, counted by its own tokenizer."""

    input_tokens: int


class ApiMeta(Struct, frozen=True, kw_only=True):
    """Metadata of a response."""

    api_version: Version
    billed_units: Units
    tokens: TokenUsage
    #: reasons why documents were not scored, or why they or the query were read only in part
    warnings: list[str] | UnsetType = UNSET

    @classmethod
    def of(cls, ranked: RerankOutcome, version: str) -> "ApiMeta":
        """Metadata of a ranking."""
        return cls(
            api_version=Version(version=version),
            billed_units=Units(search_units=ceil(len(ranked.documents) / _UNIT)),
            tokens=TokenUsage(input_tokens=ranked.tokens),
            warnings=_warnings(ranked) or UNSET,
        )


class CohereRanking(Struct, frozen=True, kw_only=True):
    """Response of both versions."""

    id: str
    results: list[CohereResult]
    meta: ApiMeta


class CohereRefusal(Struct, frozen=True, kw_only=True):
    """An error response."""

    message: str


RESPONSES = errors.response_specs(CohereRefusal, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503)


@post(
    "/v1/rerank",
    tags=["compatible"],
    summary="Rerank as Cohere's v1",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def rerank_v1(data: JSONBody[RerankV1], gateway: TheGateway) -> CohereRanking:
    """Rank documents. With a calibration, `relevance_score` is a probability."""
    return await answer_rerank(gateway, data, "1", rank_fields=data.rank_fields)


@post(
    "/v2/rerank",
    tags=["compatible"],
    summary="Rerank as Cohere's v2",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def rerank_v2(data: JSONBody[RerankV2], gateway: TheGateway) -> CohereRanking:
    """Rank documents. With a calibration, `relevance_score` is a probability."""
    spans = data.relevant_spans and data.relevant_spans.settings()
    return await answer_rerank(gateway, data, "2", spans=spans)


async def answer_rerank(
    gateway: Gateway,
    data: RerankV1 | RerankV2,
    version: str,
    *,
    rank_fields: list[str] | None = None,
    spans: SpanSettings | None = None,
) -> CohereRanking:
    """Rank documents and return the response in Cohere's format."""
    ranked = await gateway.rank(
        NAME,
        data.query,
        data.documents,
        model=data.model,
        limit=data.top_n,
        rank_fields=rank_fields,
        spans=spans,
    )

    def result(each: RankedDocument, score: float) -> CohereResult:
        return CohereResult(
            index=each.index,
            relevance_score=score,
            document=shapes.document_object(data.documents[each.index])
            if data.return_documents
            else UNSET,
            relevant_spans=_spans(each),
        )

    results = await shapes.encode_results(result, ranked)
    return CohereRanking(id=str(ranked.id), results=results, meta=ApiMeta.of(ranked, version))


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in Cohere's format."""
    return refusal.response(CohereRefusal(message=refusal.detail))


def _spans(ranked: RankedDocument) -> list[CohereSpan] | UnsetType:
    if ranked.extract is None:
        return UNSET
    found = ranked.extract.spans
    return [CohereSpan(start=each.start, end=each.end, score=each.score) for each in found]


def _warnings(ranked: RerankOutcome) -> list[str]:
    truncated = sum(each.scores.truncated for each in ranked.documents)
    warnings = [f"{truncated} documents were truncated"] if truncated else []
    if ranked.rerank.status is not RerankStatus.FULL:
        warnings.append(f"{ranked.rerank.status}: {ranked.rerank.reason}")
    if ranked.spans is not None and ranked.spans.reason is not None:
        warnings.append(f"relevant_spans: {ranked.spans.reason}")
    return [*warnings, *ranked.warnings]
