"""Request and response of rankings of supplied documents."""

from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta, Struct

from pgrerank.api.v1.schema.requests import (
    CollectionName,
    EndUserId,
    JsonObject,
    ModelName,
    RawScore,
    ThresholdName,
)
from pgrerank.api.v1.schema.search import Answer, Answerable, AppliedCalibration, Cut, Rerank
from pgrerank.api.v1.schema.spans import (
    Compress,
    ExtractOrNull,
    SpansFound,
    SpansOfResults,
    SpansOrNull,
    spans_of,
)
from pgrerank.domain import rerank as domain
from pgrerank.domain.filter import MAX_KEY_CHARACTERS, MAX_KEYS
from pgrerank.domain.ids import KeyId
from pgrerank.domain.request import MAX_BUDGET_MS, MAX_QUERY_CHARACTERS
from pgrerank.domain.rerank import MAX_DOCUMENTS, RerankRequest, SuppliedDocument
from pgrerank.domain.structured import MAX_ROWS, readables

RerankDocument = (
    Annotated[str, Meta(max_length=domain.MAX_TEXT_CHARACTERS)]
    | JsonObject
    | Annotated[list[Any], Meta(max_length=MAX_ROWS)]
)
RankFields = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=MAX_KEY_CHARACTERS)]],
    Meta(max_length=MAX_KEYS),
]


class Rank(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query and the documents to rank for it."""

    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_QUERY_CHARACTERS,
            description="Question or keywords, not blank.",
            examples=["how do I renew my passport"],
        ),
    ]
    documents: Annotated[
        list[RerankDocument],
        Meta(
            min_length=1,
            description="At most 10,000 texts, objects or tables (lists of rows). Objects and "
            "tables are read as lines of `name: value`, in the given order.",
            examples=[
                [
                    "Passports are renewed at the town hall.",
                    {"title": "Opening hours", "monday": "8-12"},
                ]
            ],
        ),
    ]
    rank_fields: Annotated[
        RankFields | None,
        Meta(description="Fields of objects to read, in this order. Default: all."),
    ] = None
    limit: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_DOCUMENTS)] | None,
        Meta(description="Maximum number of results. Default: all."),
    ] = None
    depth: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_DOCUMENTS)] | None,
        Meta(
            description="Number of documents to score, from the first. The others follow in the "
            "given order. Default: all."
        ),
    ] = None
    budget_ms: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_BUDGET_MS)] | None,
        Meta(
            description="Time limit of the whole request, milliseconds. Documents not scored by "
            "then come last in the given order, and `rerank.status` is `partial` or `skipped`."
        ),
    ] = None
    truncate: Annotated[
        bool,
        Meta(description="Truncate documents that are too long. `false`: refuse them with 400."),
    ] = True
    collection: Annotated[
        CollectionName | None,
        Meta(
            description="Collection whose calibration, thresholds, terms and reranker apply. "
            "Unset: the calibration for all collections of the tenant, if there is one."
        ),
    ] = None
    threshold: Annotated[
        ThresholdName | None,
        Meta(
            description="Name of a stored threshold of the collection below which a result is cut. "
            "If it belongs to another reranker: 409."
        ),
    ] = None
    min_score: Annotated[
        RawScore | None,
        Meta(description="Raw score below which a result is cut, in the reranker's unit."),
    ] = None
    min_relevance: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Probability of relevance below which a result is cut. Without a "
            "calibration: 409."
        ),
    ] = None
    model: Annotated[
        ModelName | None,
        Meta(
            description="Name of a reranker that the operator configured. Default: the "
            "collection's, or else the default reranker."
        ),
    ] = None
    explain: Annotated[
        bool,
        Meta(description="Include every document with the text that was read in the response."),
    ] = False
    spans: SpansOfResults = None
    compress: Compress = False
    end_user_id: EndUserId = None

    def request(self, key_id: KeyId) -> RerankRequest:
        """The domain value. Raises InvalidRequestError or TooLargeError."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        fields = values.pop("rank_fields")
        supplied = values.pop("documents")
        values["spans"] = self.spans and self.spans.settings()
        texts = map(SuppliedDocument, readables(supplied, fields))
        return RerankRequest(documents=tuple(texts), **values, key_id=key_id)


class RerankedDocument(Answer, frozen=True, kw_only=True):
    """A ranked document."""

    index: Annotated[int, Meta(description="Its index in the request, from 0.")]
    rerank_score: Annotated[
        float | None,
        Meta(description="Raw score in the reranker's unit; null: it was not scored."),
    ]
    relevance: Annotated[
        float | None, Meta(description="Probability of relevance; null without calibration.")
    ]
    display_score: Annotated[
        float,
        Meta(
            description="Score from 0 to 1 that follows the order of the results: the relevance, "
            "or without calibration the raw score mapped to this range. 0: it was not scored."
        ),
    ]
    boost: Annotated[
        float,
        Meta(description="Amount that terms of the collection add to the score for the order."),
    ]
    truncated: Annotated[
        bool,
        Meta(description="Whether the reranker read only part of the query or the document."),
    ]
    spans: SpansOrNull = None
    extract: ExtractOrNull = None

    @classmethod
    def of(cls, ranked: domain.RankedDocument) -> Self:
        """Response for a document."""
        return cls(
            index=ranked.index,
            rerank_score=ranked.scores.rerank,
            relevance=ranked.scores.relevance,
            display_score=ranked.display_score,
            boost=ranked.scores.boost,
            truncated=ranked.scores.truncated,
            spans=spans_of(ranked.extract),
            extract=ranked.extract and ranked.extract.text,
        )


class ExplainedDocument(RerankedDocument, frozen=True, kw_only=True):
    """A ranked document with its text."""

    text: Annotated[str, Meta(description="Text as given to the reranker.")]

    @classmethod
    def of(cls, ranked: domain.RankedDocument) -> Self:
        """Response for a document, with its text."""
        shown = RerankedDocument.of(ranked)
        fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
        return cls(text=ranked.document.text, **fields)


class RerankResponse(Answer, frozen=True, kw_only=True):
    """The outcome of a ranking."""

    id: Annotated[UUID, Meta(description="Id of this ranking in the rerank log.")]
    results: Annotated[
        list[RerankedDocument], Meta(description="Best first; ties in the given order.")
    ]
    rerank: Rerank
    cut: Cut
    calibration: AppliedCalibration
    answerable: Annotated[Answerable | None, Meta(description="Null without calibration.")]
    warnings: Annotated[
        list[str],
        Meta(
            description="Reasons to distrust the order, such as a query that the models cannot "
            "read. Usually empty."
        ),
    ]
    tokens: Annotated[
        int, Meta(description="Tokens that the reranker read; 0: it does not report them.")
    ]
    timings_ms: Annotated[dict[str, float], Meta(description="Milliseconds by stage.")]
    documents: Annotated[
        list[ExplainedDocument] | None,
        Meta(description="All documents in their final order; null without `explain`."),
    ] = None
    spans: Annotated[
        SpansFound | None, Meta(description="Null: neither `spans` nor `compress` was requested.")
    ] = None

    @classmethod
    def of(cls, ranked: domain.RerankOutcome, *, explained: bool) -> Self:
        """Response for a ranking, with all documents if `explained`."""
        return cls(
            id=ranked.id,
            results=[RerankedDocument.of(each) for each in ranked.results],
            rerank=Rerank.of(ranked.rerank),
            cut=Cut.of(ranked.cut),
            calibration=AppliedCalibration(
                id=ranked.calibration.id, reason=ranked.calibration.reason
            ),
            answerable=ranked.answerable and Answerable.of(ranked.answerable),
            warnings=list(ranked.warnings),
            tokens=ranked.tokens,
            timings_ms=ranked.timings_ms,
            documents=[ExplainedDocument.of(each) for each in ranked.documents]
            if explained
            else None,
            spans=ranked.spans and SpansFound.of(ranked.spans),
        )
