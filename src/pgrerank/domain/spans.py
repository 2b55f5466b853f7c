"""The sentences of results that answer the query, and extracts made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import TypeAlias

from pgrerank.domain.bounds import within

#: as in Cohere's API
THRESHOLD = 0.1
MAX_SPANS = 1000
#: results of one answer that are read; the others are returned whole
MAX_READ = 100
# A sentence is kept if its log-odds are at most this far below those of the best sentence of the
# answer. Ten results then keep 36 % of their tokens in the mean (docs/benchmarks/spans.md).
WITHIN = 1.6
_LEAST_ODDS = 1e-6

NO_MODEL = "this service has no packaged encoder, which finds the sentences"
OUT_OF_TIME = "the time budget was used up before the sentences were found"
NOT_ALL_READ = f"only the first {MAX_READ} results were read"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanSettings:
    """What is asked of the spans of each result.

    Raises:
        InvalidRequestError: A value is out of range; names the field.
    """

    #: score below which a span is dropped, 0..1
    threshold: float = THRESHOLD
    #: most spans of one result, from 1; None: all that are relevant
    max: int | None = None

    def __post_init__(self) -> None:
        within("spans.threshold", self.threshold, 0, 1)
        within("spans.max", self.max, 1, MAX_SPANS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A sentence, code block, list item or table row: `content[start:end]`, in code points."""

    start: int
    end: int
    #: how likely it is to hold what answers the query, 0..1, comparable within one answer
    score: float
    #: as the model reads them
    tokens: int


#: all units of a text with their scores, in order
ScoredText: TypeAlias = Sequence[Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The spans of one result, and its text reduced to them. Both are verbatim and in order."""

    #: relevant spans; empty: none reaches the threshold
    spans: tuple[Span, ...]
    #: None: not requested
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanReport:
    """Report of the stage that finds spans."""

    #: the model that found them; None: none ran
    model: str | None
    #: tokens of the texts that were read, and of what was kept of them
    total_tokens: int = 0
    kept_tokens: int = 0
    #: why some or all results are returned whole; None: all were read
    reason: str | None = None


def extracts(
    contents: Sequence[str], scored: Sequence[ScoredText], settings: SpanSettings | None
) -> list[Extract]:
    """The spans of each text, and an extract of it.

    A text keeps the units whose score comes near that of the best one of all texts. An extract has
    at least the best unit of its text, also if that does not reach the threshold.

    Args:
        contents: The texts.
        scored: Their units.
        settings: Threshold and maximum; None: neither.
    """
    bar = _bar(max((unit.score for units in scored for unit in units), default=0))
    limits = settings or SpanSettings(threshold=0)
    return [
        _extract(content, units, bar, limits)
        for content, units in zip(contents, scored, strict=True)
    ]


def kept_tokens(scored: ScoredText, extract: Extract) -> int:
    """Tokens of an extract."""
    spans = extract.spans or _best(scored)
    return sum(span.tokens for span in spans)


def _bar(best: float) -> float:
    """The score that a unit needs, if this is the best one."""
    odds = max(best, _LEAST_ODDS) / max(1 - best, _LEAST_ODDS) * exp(-WITHIN)
    return odds / (1 + odds)


def _extract(content: str, units: ScoredText, bar: float, limits: SpanSettings) -> Extract:
    best = _best(units)
    kept = {*best, *(unit for unit in units if unit.score >= bar)}
    first = sorted(kept, key=lambda unit: (-unit.score, unit.start))[: limits.max]
    relevant = tuple(unit for unit in units if unit in first and unit.score >= limits.threshold)
    return Extract(spans=relevant, text=_joined(content, relevant or best))


def _best(units: ScoredText) -> tuple[Span, ...]:
    return (max(units, key=lambda unit: (unit.score, -unit.start)),) if units else ()


def _joined(content: str, spans: Sequence[Span]) -> str:
    """The spans in order: neighbours with what is between them, others each on a line."""
    if not spans:
        return content
    parts = [content[spans[0].start : spans[0].end]]
    for before, span in pairwise(spans):
        between = content[before.end : span.start]
        parts += ["\n" if between.strip() else between]
        parts += [content[span.start : span.end]]
    return "".join(parts)
