"""Evaluations as they are asked for and answered."""

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
        description="By measure, 0 to 1, as ir-measures names them. `R@100` is of the list before "
        "reranking.",
        examples=[{"nDCG@10": 0.58, "R@100": 0.91}],
    ),
]


class NewEvaluation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run over judged queries, with the knobs of its searches."""

    collection: Annotated[CollectionName, Meta(description="Whose stored judgments are used.")]
    label: Annotated[
        Annotated[str, Meta(min_length=1, max_length=domain.LONGEST_LABEL)] | None,
        Meta(description="What you call it; not an id.", examples=["depth 100"]),
    ] = None
    queries: Annotated[
        int,
        Meta(
            ge=1,
            le=MAX_QUERIES,
            description="How many of the judged queries are searched, the same ones every time. "
            "The answer waits for all of them.",
        ),
    ] = QUERIES
    strategy: Annotated[Strategy, Meta(description="Which legs find candidates.")] = Strategy.HYBRID
    candidates: Annotated[
        int, Meta(ge=1, le=knobs.MAX_CANDIDATES, description="Chunks each leg returns at most.")
    ] = 100
    depth: Annotated[
        Annotated[int, Meta(ge=1, le=knobs.MAX_DEPTH)] | None,
        Meta(description="Chunks of the fused list that are reranked. Unset: 50."),
    ] = None
    rerank: Annotated[
        RerankMode, Meta(description="`always` unless the first stage alone is measured.")
    ] = RerankMode.ALWAYS
    cascade: Annotated[
        Annotated[int, Meta(ge=0, le=knobs.MAX_DEPTH)] | None,
        Meta(description="As in a search."),
    ] = None

    def request(self) -> SearchRequest:
        """The searches, their query aside. Raises InvalidRequestError."""
        return SearchRequest(
            query="",
            strategy=self.strategy,
            candidates=self.candidates,
            depth=self.depth,
            rerank=self.rerank,
            cascade=self.cascade,
        )


class EvaluatedQueryResponse(Struct, frozen=True, kw_only=True):
    """What a run gave for one query."""

    query: str
    status: Annotated[str, Meta(description="What became of its rerank stage.")]
    total_ms: float
    metrics: Metrics
    documents: Annotated[
        list[str], Meta(description="Your ids, in the order of the answer, at most 100.")
    ]
    grades: Annotated[
        list[int | None],
        Meta(description="Of all documents that were found, in that order; null: not judged."),
    ]

    @classmethod
    def of(cls, answer: domain.EvaluatedQuery) -> Self:
        """Show one."""
        return cls(
            query=answer.query,
            status=answer.status,
            total_ms=answer.total_ms,
            metrics=dict(answer.metrics),
            documents=list(answer.external_ids),
            grades=list(answer.grades),
        )


class EvaluationResponse(Struct, frozen=True, kw_only=True):
    """A stored run over judged queries."""

    id: UUID
    created_at: datetime
    collection: str
    label: str | None
    judgments: Annotated[
        str, Meta(description="`stored`, or the name of the labelled folder they came from.")
    ]
    strategy: str
    knobs: Annotated[
        dict[str, Any],
        Meta(description="Of its searches, and how the collection's first stage weighed."),
    ]
    embedder: str | None
    reranker: str | None
    reranker_fingerprint: str | None
    queries: Annotated[int, Meta(description="How many were searched.")]
    metrics: Metrics
    p50_ms: Annotated[float, Meta(description="Median of a whole search, milliseconds.")]
    p95_ms: float
    statuses: Annotated[
        dict[str, int], Meta(description="Searches by what became of their rerank stage.")
    ]
    answers: Annotated[
        list[EvaluatedQueryResponse] | None, Meta(description="Query by query; null in listings.")
    ]

    @classmethod
    def of(cls, made: domain.Evaluation, *, whole: bool) -> Self:
        """Show one, with its queries or without."""
        given = {name: getattr(made, name) for name in cls.__struct_fields__ if name != "answers"}
        answers = [EvaluatedQueryResponse.of(each) for each in made.answers] if whole else None
        return cls(**given, answers=answers)


class EvaluationPage(Struct, frozen=True, kw_only=True):
    """A page of stored evaluations, newest first."""

    items: list[EvaluationResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[domain.Evaluation]) -> Self:
        """Show a page."""
        return cls(
            items=[EvaluationResponse.of(e, whole=False) for e in page.items], cursor=page.cursor
        )
