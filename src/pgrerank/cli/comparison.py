"""The first-stage order beside the reranked one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from pgrerank.cli.output import number
from pgrerank.domain.candidate import Hit

_EXCERPT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A candidate with its two places. None: that stage gave no score."""

    title: str
    fused_rank: int
    rank: int
    dense_score: float | None
    keyword_score: float | None
    rerank_score: float | None

    @classmethod
    def of(cls, hit: Hit) -> "Line":
        """The line of a hit."""
        candidate = hit.candidate
        return cls(
            title=candidate.title or excerpt(candidate.content) or candidate.external_id,
            fused_rank=candidate.fused_rank,
            rank=hit.rank,
            dense_score=candidate.dense_score,
            keyword_score=candidate.keyword_score,
            rerank_score=hit.rerank_score,
        )


def excerpt(content: str | None) -> str:
    """The beginning of a text, in one line."""
    return " ".join((content or "")[:_EXCERPT].split())


def moved(line: Line) -> Text:
    """How far reranking moved it: an arrow and the number of places."""
    places = line.fused_rank - line.rank
    if places == 0:
        return Text("=", style="dim")
    return Text(f"↑{places}", style="green") if places > 0 else Text(f"↓{-places}", style="red")


def drawn(lines: Sequence[Line], places: int, *, title: str) -> Table:
    """Both orders side by side, as far down as `places`."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("", justify="right", style="dim")
    table.add_column("First stage", ratio=2, overflow="ellipsis", no_wrap=True)
    table.add_column("", justify="right", min_width=4)
    table.add_column("Reranked", ratio=2, overflow="ellipsis", no_wrap=True)
    for name in ("dense", "keyword", "rerank"):
        table.add_column(name, justify="right", style="dim" if name != "rerank" else "")
    first = {line.fused_rank: line.title for line in lines}
    for line in sorted(lines, key=lambda line: line.rank)[:places]:
        scores = (line.dense_score, line.keyword_score, line.rerank_score)
        before = first.get(line.rank, "")
        table.add_row(str(line.rank), before, moved(line), line.title, *map(number, scores))
    return table


def timings(timings_ms: Mapping[str, float]) -> str:
    """Milliseconds per stage, in one line."""
    return "  ".join(f"{stage} {value:.1f} ms" for stage, value in timings_ms.items())
