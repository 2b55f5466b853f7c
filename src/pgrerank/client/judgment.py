"""Responses about judgments and feedback."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from typing_extensions import TypedDict


class StoredJudgments(Struct, frozen=True, kw_only=True):
    """The outcome of adding judgments."""

    #: number of judgments that were not stored before
    added: int
    #: ids of judged documents that are not in the collection
    unknown: list[str] = []


class FeedbackKept(Struct, frozen=True, kw_only=True):
    """The judgment as which the feedback was stored."""

    query: str
    document: str
    grade: int
    source: str


class JudgmentKnobs(TypedDict, total=False):
    """Which judgments to list. Omitted ones select all."""

    #: whole text of the query
    query: str
    #: your id of the document
    document: str
    source: str
    #: the judge
    by: str


class JudgmentResponse(Struct, frozen=True, kw_only=True):
    """A stored judgment."""

    id: UUID
    query: str
    document: str
    #: 0 (not relevant) to 3 (best)
    grade: int
    #: None: the document as a whole was judged
    chunk_id: UUID | None
    source: str
    by: str | None
    created_at: datetime


class JudgmentPage(Struct, frozen=True, kw_only=True):
    """A page of judgments, newest first."""

    items: list[JudgmentResponse]
    cursor: str | None = None
