"""Requests and responses of evaluations."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta, Struct

from pgrerank.api.v1.schema.requests import CollectionName
from pgrerank.api.v1.schema.responses import NextCursor
from pgrerank.domain import evaluation as domain
from pgrerank.domain import request as knobs
from pgrerank.domain.page import Page
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy

MAX_QUERIES = 500
QUERIES = 50

Metrics = Annotated[
    dict[str, float],
    Meta(
        description="Values 0 to 1 by metric, named as in ir-measures. `R@100` is of the list "
        "before reranking.",
        examples=[{"nDCG@10": 0.58, "R@100": 0.91}],
    ),
]


class NewEvaluation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An evaluation on judged queries, with the settings of its searches."""

    collection: Annotated[
        CollectionName, Meta(description="Collection whose stored judgments are used.")
    ]
    label: Annotated[
        Annotated[str, Meta(min_length=1, max_length=domain.LONGEST_LABEL)] | None,
        Meta(description="Any name for the run. It need not be unique.", examples=["depth 100"]),
    ] = None
    queries: Annotated[
        int,
        Meta(
            ge=1,
            le=MAX_QUERIES,
            description="Number of judged queries to search. They are the same in every run. The "
            "response waits for all of them.",
        ),
    ] = QUERIES
    strategy: Annotated[Strategy, Meta(description="Which legs find candidates.")] = Strategy.HYBRID
    candidates: Annotated[
        int,
        Meta(ge=1, le=knobs.MAX_CANDIDATES, description="Maximum number of chunks per leg."),
    ] = 100
    depth: Annotated[
        Annotated[int, Meta(ge=1, le=knobs.MAX_DEPTH)] | None,
        Meta(description="Chunks of the fused list that are reranked. Default: 50."),
    ] = None
    rerank: Annotated[
        RerankMode, Meta(description="Use `never` to evaluate the first stage alone.")
    ] = RerankMode.ALWAYS
    cascade: Annotated[
        Annotated[int, Meta(ge=0, le=knobs.MAX_DEPTH)] | None,
        Meta(description="See `cascade` of a search."),
    ] = None

    def request(self) -> SearchRequest:
        """The settings of the searches, with an empty query. Raises InvalidRequestError."""
        return SearchRequest(
            query="",
            strategy=self.strategy,
            candidates=self.candidates,
            depth=self.depth,
            rerank=self.rerank,
            cascade=self.cascade,
        )


class EvaluatedQueryResponse(Struct, frozen=True, kw_only=True):
    """The outcome of an evaluation for one query."""

    query: str
    status: Annotated[str, Meta(description="Status of the rerank stage.")]
    total_ms: float
    metrics: Metrics
    documents: Annotated[
        list[str], Meta(description="Your ids of the documents found, best first, at most 100.")
    ]
    grades: Annotated[
        list[int | None],
        Meta(description="Grades of all documents found, in that order; null: not judged."),
    ]

    @classmethod
    def of(cls, answer: domain.EvaluatedQuery) -> Self:
        """Response for one query."""
        return cls(
            query=answer.query,
            status=answer.status,
            total_ms=answer.total_ms,
            metrics=dict(answer.metrics),
            documents=list(answer.external_ids),
            grades=list(answer.grades),
        )


class EvaluationResponse(Struct, frozen=True, kw_only=True):
    """A stored evaluation."""

    id: UUID
    created_at: datetime
    collection: str
    label: str | None
    judgments: Annotated[
        str, Meta(description="`stored`, or the name of the folder with the judgments.")
    ]
    strategy: str
    knobs: Annotated[
        dict[str, Any],
        Meta(description="Settings of its searches and of the collection's first stage."),
    ]
    embedder: str | None
    reranker: str | None
    reranker_fingerprint: str | None
    queries: Annotated[int, Meta(description="Number of queries searched.")]
    metrics: Metrics
    p50_ms: Annotated[float, Meta(description="Median duration of a search, milliseconds.")]
    p95_ms: float
    statuses: Annotated[
        dict[str, int], Meta(description="Number of searches by status of their rerank stage.")
    ]
    answers: Annotated[
        list[EvaluatedQueryResponse] | None,
        Meta(description="Results by query; null in listings."),
    ]

    @classmethod
    def of(cls, evaluation: domain.Evaluation, *, whole: bool) -> Self:
        """Response for an evaluation, with its results by query if `whole`."""
        values = {
            name: getattr(evaluation, name) for name in cls.__struct_fields__ if name != "answers"
        }
        answers = (
            [EvaluatedQueryResponse.of(each) for each in evaluation.answers] if whole else None
        )
        return cls(**values, answers=answers)


class EvaluationPage(Struct, frozen=True, kw_only=True):
    """A page of stored evaluations, newest first."""

    items: list[EvaluationResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[domain.Evaluation]) -> Self:
        """Response for a page."""
        return cls(
            items=[EvaluationResponse.of(e, whole=False) for e in page.items], cursor=page.cursor
        )
