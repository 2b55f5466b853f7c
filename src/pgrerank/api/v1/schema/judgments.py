"""Requests and responses of judgments and feedback."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from pgrerank.api.v1.schema.requests import CollectionName, Sent
from pgrerank.api.v1.schema.responses import NextCursor
from pgrerank.domain import request as knobs
from pgrerank.domain.document import MAX_ID_CHARACTERS
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ChunkId
from pgrerank.domain.judgment import (
    HIGHEST_GRADE,
    MAX_LABEL_CHARACTERS,
    Feedback,
    StoredJudgment,
)
from pgrerank.domain.judgment import Judgment as Judged
from pgrerank.domain.page import Page

MAX_JUDGMENTS = 10_000

Grade = Annotated[int, Meta(ge=0, le=HIGHEST_GRADE, description="0 (not relevant) to 3 (best).")]
Text = Annotated[str, Meta(min_length=1, max_length=knobs.MAX_QUERY_CHARACTERS)]
Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL_CHARACTERS)]


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class JudgmentRequest(Sent, frozen=True, kw_only=True):
    """A grade of relevance of a document for a query."""

    query: Text
    document: Annotated[
        str,
        Meta(min_length=1, max_length=MAX_ID_CHARACTERS, description="Your id of the document."),
    ]
    grade: Grade
    chunk_id: Annotated[
        UUID | None, Meta(description="The judged chunk; null: the document as a whole.")
    ] = None
    source: Annotated[Label, Meta(description="Origin of the judgment.", examples=["human"])] = (
        "human"
    )
    by: Annotated[
        Label | None,
        Meta(description="The judge. A later grade by the same judge replaces the earlier one."),
    ] = None


class NewJudgments(Sent, frozen=True, kw_only=True):
    """Judgments of documents of one collection."""

    collection: CollectionName
    judgments: Annotated[list[JudgmentRequest], Meta(min_length=1, max_length=MAX_JUDGMENTS)]

    def values(self) -> list[Judged]:
        """The judgments as domain values. Raises InvalidRequestError."""
        return [_judgment(each, place) for place, each in enumerate(self.judgments)]


class JudgmentsTaken(_Answer, frozen=True, kw_only=True):
    """The outcome of adding judgments."""

    added: Annotated[int, Meta(description="Number of judgments that were not stored before.")]
    unknown: Annotated[
        list[str], Meta(description="Ids of judged documents that are not in the collection.")
    ]


class JudgmentResponse(_Answer, frozen=True, kw_only=True):
    """A stored judgment."""

    id: UUID
    query: str
    document: Annotated[str, Meta(description="Your id of the document.")]
    grade: Grade
    chunk_id: Annotated[
        UUID | None, Meta(description="The judged chunk; null: the document as a whole.")
    ]
    source: Annotated[
        str,
        Meta(description="`human`, `import` and the like; feedback is `click`, `used`, `thumbs`."),
    ]
    by: Annotated[str | None, Meta(description="The judge; null: not known.")]
    created_at: datetime

    @classmethod
    def of(cls, stored: StoredJudgment) -> Self:
        """Response for a judgment."""
        judged = stored.judgment
        return cls(
            id=stored.id,
            query=judged.query,
            document=judged.external_id,
            grade=judged.grade,
            chunk_id=judged.chunk_id,
            source=judged.source,
            by=judged.judged_by,
            created_at=stored.created_at,
        )


class JudgmentPage(_Answer, frozen=True, kw_only=True):
    """A page of judgments, newest first."""

    items: list[JudgmentResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[StoredJudgment]) -> Self:
        """Response for a page."""
        return cls(items=[JudgmentResponse.of(each) for each in page.items], cursor=page.cursor)


class NewFeedback(Sent, frozen=True, kw_only=True):
    """What a user did with a result."""

    chunk_id: Annotated[UUID, Meta(description="`chunk.id` of the result.")]
    event: Feedback
    by: Annotated[
        Label | None, Meta(description="Any name of the user. The service does not check it.")
    ] = None


class FeedbackTaken(_Answer, frozen=True, kw_only=True):
    """The judgment as which the feedback was stored."""

    query: str
    document: str
    grade: int
    source: str


def _judgment(sent: JudgmentRequest, place: int) -> Judged:
    try:
        return Judged(
            query=sent.query,
            external_id=sent.document,
            chunk_id=sent.chunk_id and ChunkId(sent.chunk_id),
            grade=sent.grade,
            source=sent.source,
            judged_by=sent.by,
        )
    except InvalidRequestError as error:
        raise InvalidRequestError(f"judgments[{place}].{error.field}", error.problem) from error
