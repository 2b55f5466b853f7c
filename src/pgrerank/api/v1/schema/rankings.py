"""Rankings as they are answered, read back from the log."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from pgrerank.api.v1.schema.search import (
    Answer,
    Cascade,
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
    """A candidate as the log keeps it."""

    chunk_id: UUID
    scores: ResultScores
    ranks: Ranks
    truncated: bool

    @classmethod
    def of(cls, logged: LoggedCandidate) -> Self:
        """Show a logged candidate."""
        return cls(
            chunk_id=logged.chunk_id,
            scores=result_scores(logged, logged.scores),
            ranks=ranks(logged, logged.final_rank),
            truncated=logged.scores.truncated,
        )


class LoggedDocumentResponse(Answer, frozen=True, kw_only=True):
    """A document that you brought, as the log keeps it."""

    index: Annotated[int, Meta(description="Where you had it, from 0.")]
    rank: Annotated[int, Meta(description="Its final place, from 1.")]
    score: Annotated[float | None, Meta(description="Raw; null: it was not scored.")]
    relevance: Annotated[
        float | None, Meta(description="Probability of relevance; null without calibration.")
    ]
    boost: Annotated[float, Meta(description="What terms added to the score in the order.")]
    truncated: bool
    sha256: Annotated[str, Meta(description="Of the text that was read, in hexadecimal digits.")]
    text: Annotated[
        str | None, Meta(description="Null unless the tenant keeps the texts it brings.")
    ]

    @classmethod
    def of(cls, logged: domain.LoggedDocument) -> Self:
        """Show a logged document."""
        return cls(
            index=logged.index,
            rank=logged.final_rank,
            score=logged.scores.rerank,
            relevance=logged.scores.relevance,
            boost=logged.scores.boost,
            truncated=logged.scores.truncated,
            sha256=logged.content_hash.hex(),
            text=logged.text,
        )


class RankingResponse(Answer, frozen=True, kw_only=True):
    """A row of the rerank log."""

    id: UUID
    created_at: datetime
    source: Annotated[
        RankingSource, Meta(description="`search`, or `api`: of documents that you brought.")
    ]
    dialect: Annotated[str | None, Meta(description="How the request came; null for searches.")]
    collection: Annotated[str | None, Meta(description="Null: you brought the documents.")]
    query: str
    key_id: Annotated[
        UUID | None, Meta(description="The API key that asked; null: the command line did.")
    ]
    end_user_id: Annotated[
        str | None, Meta(description="Your user, as you named them; null: you named none.")
    ]
    strategy: str
    profile: str
    knobs: Annotated[dict[str, Any], Meta(description="Every knob as it was applied.")]
    rerank: Rerank
    embedder: str | None
    legs: Legs
    timings_ms: dict[str, float]
    returned: Annotated[int, Meta(description="Results the answer held.")]
    calibration_id: Annotated[
        UUID | None, Meta(description="What turned scores into probabilities; null: nothing.")
    ]
    answerable: Annotated[
        float | None, Meta(description="Probability that anything found is relevant.")
    ]
    candidates: Annotated[
        list[RankedChunk] | None,
        Meta(description="Of a search. Null in listings; read one for them."),
    ] = None
    documents: Annotated[
        list[LoggedDocumentResponse] | None,
        Meta(description="That you brought, best first. Null in listings, as above."),
    ] = None

    @classmethod
    def of(cls, logged: LoggedRanking, *, whole: bool) -> Self:
        """Show a logged ranking, with its candidates where it is whole."""
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
            answerable=logged.answerable,
            candidates=_candidates(logged) if whole else None,
            documents=_documents(logged) if whole else None,
        )


class RankingPage(Answer, frozen=True, kw_only=True):
    """A page of the rerank log, newest first."""

    items: list[RankingResponse]
    cursor: Annotated[
        str | None, Meta(description="Pass it as `cursor` for the next page; null on the last.")
    ]

    @classmethod
    def of(cls, page: Page[LoggedRanking]) -> Self:
        """Show a page."""
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
        depth=logged.depth,
        model=logged.reranker,
        cascade=cascade or None,
    )
