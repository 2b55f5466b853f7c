"""Search results printed for people."""

import re
from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.text import Text

from pgrerank.cli import output
from pgrerank.cli.excerpt import excerpt, stems
from pgrerank.cli.output import number
from pgrerank.domain.candidate import LEGS

if TYPE_CHECKING:
    from pgrerank.client.answers import Result, ResultScores, SearchResponse
    from pgrerank.client.reports import Leg
    from pgrerank.client.spans import SpansFound

_MARGIN = 4
#: maximum width of an excerpt; longer lines are hard to read
_WIDEST = 110
#: bounds that remove results for other reasons than their score
_NOT_BY_SCORE = ("min_similarity", "per_document")
#: parts of the log-odds below this round to zero
_LEAST_SHOWN = 0.005


def show(answer: "SearchResponse", query: str) -> None:
    """Print each result with an excerpt and its scores, then a summary of each stage."""
    console = output.console()
    for result in answer.results:
        _show_result(console, result, query)
    if not answer.results:
        console.print("nothing was found", style="dim")
    for line in _account(answer):
        console.print(Text(line, style="dim"), soft_wrap=True)


def _show_result(console: Console, result: "Result", query: str) -> None:
    document = result.document
    head = Text.assemble(f"{result.ranks.final:>2}  ", (document.title or document.id, "bold"))
    place = f"{document.id}, chunk {result.chunk.ordinal + 1}"
    console.print(head, Text(place, style="cyan"), sep="  ", soft_wrap=True)
    for line in reasons(result).splitlines():
        console.print(Text(" " * _MARGIN + line), soft_wrap=True)
    width = min(console.width, _WIDEST) - _MARGIN
    for line in _lines(result, query, width):
        console.print(Text(" " * _MARGIN) + _marked(line, query), soft_wrap=True)
    console.print()


def _lines(result: "Result", query: str, width: int) -> list[str]:
    """The extract or the window of a result in full, or else an excerpt of its content."""
    text = result.window if result.extract is None else result.extract
    if text is None:
        return excerpt(result.chunk.content or "", query, width=width)
    return [part for line in text.splitlines() for part in wrap(line, width)]


def _marked(line: str, query: str) -> Text:
    text = Text(line, style="dim")
    words = "|".join(map(re.escape, sorted(stems(query), key=len, reverse=True)))
    if words:
        text.highlight_regex(rf"(?i)(?<![^\W_])(?:{words})\w*", "bold not dim")
    return text


def reasons(result: "Result") -> str:
    """Scores of a result: the one it is ordered by, with its parts, then those behind it.

    Two lines if it has parts, else one.
    """
    scores, ranks = result.scores, result.ranks
    name, value = ordered_by(scores)
    head = f"{name} {number(value)}{_because(scores)}"
    parts: list[str] = []
    for other in ("cascade", "rerank"):
        raw = getattr(scores, other)
        if raw is not None and name != other:
            parts.append(f"{other} {number(raw)}")
    if scores.relevance is not None:
        parts.append(f"relevance {scores.relevance:.2f}")
    parts.append(f"first stage {_ordinal(ranks.fused)}")
    legs = [(leg, getattr(ranks, leg), getattr(scores, leg)) for leg in LEGS]
    leg_texts = [f"{leg} {_ordinal(rank)} {number(score)}" for leg, rank, score in legs if rank]
    cut = ", not read whole" if result.truncated else ""
    separator = ", " if scores.parts is None else "\n"
    behind = f"{', '.join(parts)} ({', '.join(leg_texts)}){cut}"
    return f"{head}{separator}{behind}"


def ordered_by(scores: "ResultScores") -> tuple[str, float]:
    """Name and value of the score that a result is ordered by."""
    if scores.log_odds is not None:
        return "log-odds", scores.log_odds
    if scores.cascade is not None:
        return "cascade", scores.cascade
    return "fused", scores.fused


def _because(scores: "ResultScores") -> str:
    """The parts of the log-odds that matter to two digits."""
    if scores.parts is None:
        return ""
    parts = {**msgspec.to_builtins(scores.parts), "boost": scores.boost}
    texts = [
        f"{name.replace('_', ' ')} {value:+.2f}"
        for name, value in parts.items()
        if abs(value) >= _LEAST_SHOWN
    ]
    return f" ({', '.join(texts)})" if texts else ""


def _ordinal(rank: int) -> str:
    return f"#{rank}"


def _account(answer: "SearchResponse") -> list[str]:
    names = list(dict.fromkeys(ordered_by(result.scores)[0] for result in answer.results))
    novelty = f"; novelty weighs {answer.diversity:g}" if answer.diversity else ""
    lines = [f"order: by {', then by '.join(names)}{novelty}"] if names else []
    lines += [_rerank(answer), _relevance(answer), *_crowded(answer)]
    lines.append("   ".join(f"{leg}: {_leg(getattr(answer.legs, leg))}" for leg in LEGS))
    lines += spans(answer.spans)
    lines += [f"warning: {warning}" for warning in answer.warnings]
    return [*lines, timings(answer.timings_ms), f"logged as {answer.id}"]


def spans(report: "SpansFound | None") -> list[str]:
    """How the extracts were found, in a line; none if none were requested."""
    if report is None:
        return []
    if report.model is None:
        return [f"spans: none ({report.reason})"]
    note = f"; {report.reason}" if report.reason else ""
    kept = f"{report.kept_tokens} of {report.total_tokens} tokens kept"
    return [f"spans: {kept} by {report.model}{note}"]


def _rerank(answer: "SearchResponse") -> str:
    report = answer.rerank
    whole = "" if answer.candidates is None else f" of {len(answer.candidates)}"
    text = f"rerank: {report.status}"
    if report.reason:
        text += f" ({report.reason})"
    if report.model:
        text += f", {report.scored}{whole} candidates by {report.model}"
    return text + (f", chosen by {report.cascade.model}" if report.cascade else "")


def _relevance(answer: "SearchResponse") -> str:
    if answer.answerable is None:
        return f"relevance: none ({answer.calibration.reason})"
    verdict = "answerable" if answer.answerable.value else "not answerable"
    note = f"; {answer.calibration.reason}" if answer.calibration.reason else ""
    cut = sum(count for name, count in answer.cut.items() if name not in _NOT_BY_SCORE)
    return f"relevance: {verdict} with {answer.answerable.probability:.2f}, {cut} cut{note}"


def _crowded(answer: "SearchResponse") -> list[str]:
    count = answer.cut.get("per_document", 0)
    return [f"per document: {count} more chunks of these documents cut"] if count else []


def _leg(leg: "Leg | None") -> str:
    return f"{leg.returned} of {leg.requested} by {leg.scan}" if leg else "off"


def timings(timings_ms: Mapping[str, float]) -> str:
    """Milliseconds per stage, in one line."""
    return "  ".join(f"{stage} {value:.1f} ms" for stage, value in timings_ms.items())
