"""Responses about judgments and feedback."""

from msgspec import Struct


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
