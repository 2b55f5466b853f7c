"""Spans of results, as the service sends them."""

from msgspec import Struct


class Span(Struct, frozen=True, kw_only=True):
    """A sentence, code block, list item or table row: `content[start:end]`."""

    start: int
    end: int
    #: 0 to 1, comparable within one answer
    score: float


class SpansFound(Struct, frozen=True, kw_only=True):
    """How the spans of the results were found."""

    #: None: none ran
    model: str | None = None
    total_tokens: int = 0
    #: tokens of the extracts
    kept_tokens: int = 0
    #: why some or all results have no spans; None: all have
    reason: str | None = None
