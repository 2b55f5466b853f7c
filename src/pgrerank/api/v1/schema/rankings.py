"""Responses with rankings from the rerank log."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from pgrerank.api.v1.schema.search import (
    Answer,
    Answerable,
    Cascade,
    Cut,
    Legs,
    Ranks,
    Rerank,
    ResultScores,
    legs,
    ranks,
    result_scores,
)
from pgrerank.domain import log as domain
from pgrerank.domain.log import LoggedCandidate, LoggedRanking, RankingSource
from pgrerank.domain.page import Page


class RankedChunk(Answer, frozen=True, kw_only=True):
    """A logged candidate."""

    chunk_id: UUID
    scores: ResultScores
    ranks: Ranks
    truncated: bool

    @classmethod
    def of(cls, logged: LoggedCandidate) -> Self:
        """Response for a logged candidate."""
        return cls(
            chunk_id=logged.chunk_id,
            scores=result_scores(logged, logged.scores),
            ranks=ranks(logged, logged.final_rank),
            truncated=logged.scores.truncated,
        )


class LoggedDocumentResponse(Answer, frozen=True, kw_only=True):
    """A logged supplied document."""

    index: Annotated[int, Meta(description="Its index in the request, from 0.")]
    final_rank: Annotated[int, Meta(description="Its final rank, from 1.")]
    rerank_score: Annotated[float | None, Meta(description="Raw score; null: it was not scored.")]
    relevance: Annotated[
        float | None, Meta(description="Probability of relevance; null without calibration.")
    ]
    boost: Annotated[float, Meta(description="Amount that terms added to the score for the order.")]
    truncated: bool
    content_hash: Annotated[
        str, Meta(description="SHA-256 of the text that was read, hexadecimal.")
    ]
    text: Annotated[
        str | None, Meta(description="Null unless the tenant's log stores supplied texts.")
    ]

    @classmethod
    def of(cls, logged: domain.LoggedDocument) -> Self:
        """Response for a logged document."""
        return cls(
            index=logged.index,
            final_rank=logged.final_rank,
            rerank_score=logged.scores.rerank,
            relevance=logged.scores.relevance,
            boost=logged.scores.boost,
            truncated=logged.scores.truncated,
            content_hash=logged.content_hash.hex(),
            text=logged.text,
        )


class RankingResponse(Answer, frozen=True, kw_only=True):
    """An entry of the rerank log."""

    id: UUID
    created_at: datetime
    source: Annotated[
        RankingSource, Meta(description="`search`, or `api`: a ranking of supplied documents.")
    ]
    dialect: Annotated[
        str | None, Meta(description="API dialect of the request; null for searches.")
    ]
    collection: Annotated[str | None, Meta(description="Null for rankings of supplied documents.")]
    query: str
    key_id: Annotated[
        UUID | None, Meta(description="API key of the request; null: the command line.")
    ]
    end_user_id: Annotated[
        str | None, Meta(description="`end_user_id` of the request; null: none was given.")
    ]
    strategy: str
    profile: str
    knobs: Annotated[dict[str, Any], Meta(description="All settings as applied.")]
    rerank: Rerank
    embedder: str | None
    legs: Legs
    timings_ms: dict[str, float]
    returned: Annotated[int, Meta(description="Number of results in the response.")]
    calibration_id: Annotated[
        UUID | None, Meta(description="The calibration that was applied; null: none.")
    ]
    answerable: Annotated[Answerable | None, Meta(description="Null without calibration.")]
    cut: Cut
    warnings: Annotated[list[str], Meta(description="Reasons to distrust the order.")]
    candidates: Annotated[
        list[RankedChunk] | None,
        Meta(description="Candidates of a search. Null in listings; get one ranking for them."),
    ] = None
    documents: Annotated[
        list[LoggedDocumentResponse] | None,
        Meta(description="Supplied documents, best first. Null in listings, like `candidates`."),
    ] = None

    @classmethod
    def of(cls, logged: LoggedRanking, *, whole: bool) -> Self:
        """Response for a logged ranking, with its candidates or documents if `whole`."""
        return cls(
            id=logged.id,
            created_at=logged.created_at,
            source=logged.source,
            dialect=logged.dialect,
            collection=logged.collection,
            query=logged.query,
            key_id=logged.key_id,
            end_user_id=logged.end_user_id,
            strategy=logged.strategy,
            profile=logged.profile,
            knobs=dict(logged.knobs),
            rerank=_logged_rerank(logged),
            embedder=logged.embedder,
            legs=legs(logged),
            timings_ms=dict(logged.timings_ms),
            returned=logged.returned,
            calibration_id=logged.calibration_id,
            answerable=logged.answerable and Answerable.of(logged.answerable),
            cut=Cut.of(logged.cut),
            warnings=list(logged.warnings),
            candidates=_candidates(logged) if whole else None,
            documents=_documents(logged) if whole else None,
        )


class RankingPage(Answer, frozen=True, kw_only=True):
    """A page of the rerank log, newest first."""

    items: list[RankingResponse]
    cursor: Annotated[
        str | None,
        Meta(description="Pass it as `cursor` to get the next page; null on the last page."),
    ]

    @classmethod
    def of(cls, page: Page[LoggedRanking]) -> Self:
        """Response for a page."""
        items = [RankingResponse.of(item, whole=False) for item in page.items]
        return cls(items=items, cursor=page.cursor)


def _candidates(logged: LoggedRanking) -> list[RankedChunk] | None:
    if logged.source is not RankingSource.SEARCH:
        return None
    return [RankedChunk.of(each) for each in logged.candidates]


def _documents(logged: LoggedRanking) -> list[LoggedDocumentResponse] | None:
    if logged.source is RankingSource.SEARCH:
        return None
    return [LoggedDocumentResponse.of(each) for each in logged.documents]


def _logged_rerank(logged: LoggedRanking) -> Rerank:
    cascade = logged.cascade_model and Cascade(
        scored=logged.cascade_scored or 0, model=logged.cascade_model
    )
    return Rerank(
        status=logged.status,
        reason=logged.reason,
        scored=logged.scored,
        model=logged.reranker,
        cascade=cascade or None,
    )
