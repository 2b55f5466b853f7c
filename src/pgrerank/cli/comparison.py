"""The first-stage order beside the reranked one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from pgrerank.cli.output import number
from pgrerank.domain.candidate import Hit

_LONGEST_EXCERPT = 120
#: columns that ranks, arrows and scores take
_SCORES_WIDTH = 42
_NARROWEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A candidate with its two places. None: that stage gave no score."""

    title: str
    fused_rank: int
    rank: int
    dense_score: float | None
    keyword_score: float | None
    rerank_score: float | None
    sparse_score: float | None = None

    @classmethod
    def of(cls, hit: Hit) -> "Line":
        """The line of a hit."""
        candidate = hit.candidate
        return cls(
            title=labelled(
                candidate.title or _excerpt(candidate.content) or candidate.external_id,
                candidate.ordinal,
            ),
            fused_rank=candidate.fused_rank,
            rank=hit.rank,
            dense_score=candidate.dense_score,
            keyword_score=candidate.keyword_score,
            rerank_score=hit.rerank_score,
            sparse_score=candidate.sparse_score,
        )


def labelled(title: str, ordinal: int) -> str:
    """The title, with the number of the chunk where it is not the document's first."""
    return f"{title} ({ordinal + 1})" if ordinal else title


def _excerpt(content: str | None) -> str:
    return " ".join((content or "")[:_LONGEST_EXCERPT].split())


def moved(line: Line) -> Text:
    """How far reranking moved it: an arrow and the number of places."""
    places = line.fused_rank - line.rank
    if places == 0:
        return Text("=", style="dim")
    return Text(f"↑{places}", style="green") if places > 0 else Text(f"↓{-places}", style="red")


def drawn(lines: Sequence[Line], places: int, *, title: str, width: int) -> Table:
    """Both orders side by side, as far down as `places`, on a console of this width."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    half = max((width - _SCORES_WIDTH) // 2, _NARROWEST)
    table.add_column("", justify="right", style="dim")
    table.add_column("First stage", overflow="ellipsis", no_wrap=True, max_width=half)
    table.add_column("", justify="right", min_width=4)
    table.add_column("Reranked", overflow="ellipsis", no_wrap=True, max_width=half)
    # A leg that most searches do not have takes no room in theirs.
    sparse = ["sparse"] if any(line.sparse_score is not None for line in lines) else []
    stages = ("dense", "keyword", *sparse, "rerank")
    for name in stages:
        table.add_column(name, justify="right", style="" if name == "rerank" else "dim")
    first = {line.fused_rank: line.title for line in lines}
    for line in sorted(lines, key=lambda line: line.rank)[:places]:
        scores = [getattr(line, f"{stage}_score") for stage in stages]
        before = first.get(line.rank, "")
        table.add_row(str(line.rank), before, moved(line), line.title, *map(number, scores))
    return table


def timings(timings_ms: Mapping[str, float]) -> str:
    """Milliseconds per stage, in one line."""
    return "  ".join(f"{stage} {value:.1f} ms" for stage, value in timings_ms.items())
