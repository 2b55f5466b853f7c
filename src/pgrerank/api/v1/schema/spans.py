"""What requests ask of spans, and what responses say of them."""

from dataclasses import asdict
from typing import Annotated, Self

from msgspec import Meta, Struct

from pgrerank.domain import spans
from pgrerank.domain.spans import Extract, SpanReport


class Spans(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to find in each result."""

    threshold: Annotated[
        float, Meta(ge=0, le=1, description="Score below which a span is dropped.")
    ] = spans.THRESHOLD
    max: Annotated[
        Annotated[int, Meta(ge=1, le=spans.MAX_SPANS)] | None,
        Meta(description="Maximum number of spans per result. Default: all relevant ones."),
    ] = None

    def settings(self) -> spans.SpanSettings:
        """The domain value."""
        return spans.SpanSettings(threshold=self.threshold, max=self.max)


SpansOfResults = Annotated[
    Spans | None,
    Meta(
        description="Find the sentences, code blocks, list items and table rows of each result "
        f"that answer the query, in the first {spans.MAX_READ} results.",
        examples=[{"threshold": 0.1, "max": 3}],
    ),
]
Compress = Annotated[
    bool,
    Meta(
        description="Include an `extract` with each result: its text reduced to its spans, never "
        "empty. The order does not change."
    ),
]


class ResultSpan(Struct, frozen=True, kw_only=True):
    """A sentence, code block, list item or table row of a result."""

    start: Annotated[int, Meta(description="First character, from 0, in code points.")]
    end: Annotated[int, Meta(description="The character behind the last.")]
    score: Annotated[
        float,
        Meta(
            description="Score from 0 to 1, comparable within one answer; no calibrated probability."
        ),
    ]


SpansOrNull = Annotated[
    list[ResultSpan] | None,
    Meta(
        description="Spans that answer the query, in order, at places in the content. Null: not "
        "requested, or not found, see `spans` of the response."
    ),
]
ExtractOrNull = Annotated[
    str | None,
    Meta(
        description="The content reduced to its spans, or to its best one. Null: not requested, or "
        "not found: use the content."
    ),
]


def spans_of(extract: Extract | None) -> list[ResultSpan] | None:
    """The spans of a result."""
    if extract is None:
        return None
    return [ResultSpan(start=each.start, end=each.end, score=each.score) for each in extract.spans]


class SpansFound(Struct, frozen=True, kw_only=True):
    """How the spans of the results were found."""

    model: Annotated[str | None, Meta(description="The model; null: none ran.")]
    total_tokens: Annotated[int, Meta(description="Tokens of the contents that were read.")]
    kept_tokens: Annotated[int, Meta(description="Tokens of their extracts.")]
    reason: Annotated[
        str | None, Meta(description="Why some or all results have no spans; null: all have.")
    ]

    @classmethod
    def of(cls, report: SpanReport) -> Self:
        """Response for a report."""
        return cls(**asdict(report))
