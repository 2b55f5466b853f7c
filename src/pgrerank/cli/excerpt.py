"""Excerpts: the lines of a passage that match a query best."""

import re
import textwrap
from collections.abc import Sequence

#: characters of a word that are compared, so that other forms of a word match too
_STEM = 5
_SHORTEST = 3
_FENCE = re.compile(r"^\s*(```|~~~)")


def stems(query: str) -> set[str]:
    """Prefixes of the query's words, ignoring words of 1 or 2 letters unless all are that short."""
    words = re.findall(r"\w+", query.casefold())
    longer = [word for word in words if len(word) >= _SHORTEST] or words
    return {word[:_STEM] for word in longer}


def excerpt(content: str, query: str, *, lines: int = 3, width: int = 100) -> list[str]:
    """Consecutive lines that contain the most words of the query, at most `lines`.

    Code keeps its line breaks and indentation; lines longer than `width` are broken between words.
    `...` marks omitted text before and after.
    """
    rows = _rows(content, width - 4)
    query_stems = stems(query)
    row_stems = [{stem for stem in query_stems if _holds(row, stem)} for row in rows]
    starts = range(max(len(rows) - lines + 1, 1))
    best = max(starts, key=lambda start: (_score(row_stems[start : start + lines]), -start))
    shown = rows[best : best + lines]
    if shown and best > 0:
        shown[0] = f"... {shown[0].lstrip()}"
    if best + lines < len(rows):
        shown[-1] += " ..."
    return shown


def _rows(content: str, width: int) -> list[str]:
    """Non-blank lines, without code fences, dedented and wrapped to `width`."""
    lines = [line.rstrip() for line in content.expandtabs(4).splitlines()]
    written = [line for line in lines if line.strip() and not _FENCE.match(line)]
    dedented = textwrap.dedent("\n".join(written)).splitlines()
    return [part for line in dedented for part in _parts(line, width)]


def _parts(line: str, width: int) -> Sequence[str]:
    if len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line, width, subsequent_indent=indent[: width // 2], break_long_words=True)


def _holds(row: str, stem: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(stem)}", row.casefold()) is not None


def _score(row_stems: Sequence[set[str]]) -> tuple[int, int]:
    """Number of distinct stems over all lines, then the sum of stems per line."""
    together = set[str]().union(*row_stems)
    return len(together), sum(map(len, row_stems))
