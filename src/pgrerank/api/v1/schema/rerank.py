"""Rankings of documents that callers bring, as they are asked for and answered."""

from dataclasses import asdict
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
from pgrerank.domain import rerank as domain
from pgrerank.domain.filter import MAX_KEY_CHARACTERS, MAX_KEYS
from pgrerank.domain.ids import KeyId
from pgrerank.domain.request import MAX_BUDGET_MS, MAX_QUERY_CHARACTERS
from pgrerank.domain.rerank import MAX_DOCUMENTS, RerankRequest, SuppliedDocument
from pgrerank.domain.structured import MAX_ROWS, readables

Brought = (
    Annotated[str, Meta(max_length=domain.MAX_TEXT_CHARACTERS)]
    | JsonObject
    | Annotated[list[Any], Meta(max_length=MAX_ROWS)]
)
RankFields = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=MAX_KEY_CHARACTERS)]],
    Meta(max_length=MAX_KEYS),
]


class Rank(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query and the documents that are held against it."""

    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_QUERY_CHARACTERS,
            description="A question or keywords, not blank.",
            examples=["how do I renew my passport"],
        ),
    ]
    documents: Annotated[
        list[Brought],
        Meta(
            min_length=1,
            description="Texts, objects or tables (lists of rows), 10,000 at most. What is no text "
            "is read as lines of `name: value`, in your order.",
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
        Meta(description="The fields of objects that are read, in this order. Unset: all."),
    ] = None
    limit: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_DOCUMENTS)] | None,
        Meta(description="Results in the answer at most. Unset: all."),
    ] = None
    depth: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_DOCUMENTS)] | None,
        Meta(
            description="Documents that are scored, from the first on; the others stay behind in "
            "your order. Unset: all."
        ),
    ] = None
    budget_ms: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_BUDGET_MS)] | None,
        Meta(
            description="Milliseconds for the whole request. What is not scored by then comes last "
            "in your order, and `rerank.status` says `partial` or `skipped`."
        ),
    ] = None
    truncate: Annotated[
        bool,
        Meta(description="Read what fits of a document that is too long. `false`: refuse it, 400."),
    ] = True
    collection: Annotated[
        CollectionName | None,
        Meta(
            description="The collection whose calibration, thresholds and terms apply. Unset: the "
            "calibration of all of the tenant, if there is one."
        ),
    ] = None
    threshold: Annotated[
        ThresholdName | None,
        Meta(
            description="Name of a stored threshold of the collection under which a result is cut; "
            "409 where it is of another reranker."
        ),
    ] = None
    min_score: Annotated[
        RawScore | None,
        Meta(description="Raw score under which a result is cut, in the reranker's unit."),
    ] = None
    min_relevance: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="Probability of relevance under which a result is cut; 409 without a "
            "calibration."
        ),
    ] = None
    model: Annotated[
        ModelName | None,
        Meta(description="Name of one of the operator's rerankers. Unset: the default."),
    ] = None
    explain: Annotated[
        bool, Meta(description="Answer with every document, and the text that was read of it.")
    ] = False
    end_user_id: EndUserId = None

    def request(self, key_id: KeyId) -> RerankRequest:
        """The domain's value. Raises InvalidRequestError or TooLargeError."""
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        fields = given.pop("rank_fields")
        brought = given.pop("documents")
        texts = map(SuppliedDocument, readables(brought, fields))
        return RerankRequest(documents=tuple(texts), **given, key_id=key_id)


class RerankedDocument(Answer, frozen=True, kw_only=True):
    """A document in its place."""

    index: Annotated[int, Meta(description="Where you had it, from 0.")]
    score: Annotated[
        float | None, Meta(description="Raw, in the reranker's unit; null: it was not scored.")
    ]
    relevance: Annotated[
        float | None, Meta(description="Probability of relevance; null without calibration.")
    ]
    display: Annotated[
        float,
        Meta(
            description="From 0 to 1, in the order of the results: the relevance, or without "
            "calibration the score squeezed into this range. 0: it was not scored."
        ),
    ]
    boost: Annotated[
        float, Meta(description="What terms of the collection add to the score in the order.")
    ]
    truncated: Annotated[
        bool, Meta(description="The reranker did not read all of the query or the document.")
    ]

    @classmethod
    def of(cls, ranked: domain.RankedDocument) -> Self:
        """Show a document."""
        return cls(
            index=ranked.index,
            score=ranked.scores.rerank,
            relevance=ranked.scores.relevance,
            display=ranked.display,
            boost=ranked.scores.boost,
            truncated=ranked.scores.truncated,
        )


class ExplainedDocument(RerankedDocument, frozen=True, kw_only=True):
    """A document with what was read of it."""

    text: Annotated[str, Meta(description="As the reranker was given it.")]

    @classmethod
    def of(cls, ranked: domain.RankedDocument) -> Self:
        """Show a document with its text."""
        shown = RerankedDocument.of(ranked)
        fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
        return cls(text=ranked.document.text, **fields)


class RerankResponse(Answer, frozen=True, kw_only=True):
    """The answer to a ranking."""

    id: Annotated[UUID, Meta(description="Of this ranking in the rerank log.")]
    results: Annotated[list[RerankedDocument], Meta(description="Best first; ties in your order.")]
    rerank: Rerank
    cut: Cut
    calibration: AppliedCalibration
    answerable: Annotated[Answerable | None, Meta(description="Null without calibration.")]
    warnings: Annotated[
        list[str],
        Meta(
            description="What to know before trusting the order, such as a query that the models "
            "cannot read. Usually empty."
        ),
    ]
    tokens: Annotated[
        int, Meta(description="What the reranker read, in its tokens; 0: it does not tell.")
    ]
    timings_ms: Annotated[dict[str, float], Meta(description="Milliseconds by stage.")]
    documents: Annotated[
        list[ExplainedDocument] | None,
        Meta(description="Every document in its final order, if explained."),
    ] = None

    @classmethod
    def of(cls, ranked: domain.RerankOutcome, *, explained: bool) -> Self:
        """Show a ranking, with all documents where it is explained."""
        return cls(
            id=ranked.id,
            results=[RerankedDocument.of(each) for each in ranked.results],
            rerank=Rerank.of(ranked.rerank),
            cut=Cut(**asdict(ranked.cut)),
            calibration=AppliedCalibration(
                id=ranked.calibration.id, reason=ranked.calibration.reason
            ),
            answerable=ranked.answerable
            and Answerable(
                value=ranked.answerable.value, probability=ranked.answerable.probability
            ),
            warnings=list(ranked.warnings),
            tokens=ranked.tokens,
            timings_ms=ranked.timings_ms,
            documents=[ExplainedDocument.of(each) for each in ranked.documents]
            if explained
            else None,
        )
