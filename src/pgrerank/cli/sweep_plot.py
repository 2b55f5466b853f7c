"""Plot of a sweep: quality against latency, one line for each reranker and candidate count."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pgrerank.usecases.evaluation.sweep import SweepPoint

#: distinct in all kinds of colour vision (Okabe and Ito 2008); markers and dashes differ for print
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES = ("-", "--", "-.", ":")
_SIZE_INCHES = (8, 5)


def draw(points: "Sequence[SweepPoint]", measure: str, target: Path) -> None:
    """Write the plot to `target`; its suffix decides the format."""
    figure: Any = Figure(figsize=_SIZE_INCHES, layout="constrained")
    axes: Any = figure.subplots()
    styles = zip(cycle(_COLOURS), cycle(_MARKERS), cycle(_DASHES), strict=False)
    lines = _lines(points)
    for (label, line), (colour, marker, dash) in zip(lines.items(), styles, strict=False):
        axes.plot(
            [point.p50_ms for point in line],
            [point.mean for point in line],
            color=colour,
            marker=marker,
            linestyle=dash,
            label=label,
        )
        for point in line:
            _name(axes, point)
    axes.set_xlabel("median time of a search, ms")
    axes.set_ylabel(f"mean {measure}, {len(points[0].values)} queries")
    axes.set_title("Quality against latency; numbers are depths")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(target, dpi=150)


def _lines(points: "Sequence[SweepPoint]") -> "dict[str, list[SweepPoint]]":
    lines: dict[str, list[SweepPoint]] = {}
    for point in points:
        label = (
            f"{point.knobs.reranker}, {point.knobs.candidates} candidates"
            if point.knobs.reranker
            else "not reranked"
        )
        lines.setdefault(label, []).append(point)
    return lines


def _name(axes: Any, point: "SweepPoint") -> None:
    axes.annotate(
        f"{point.knobs.depth or f'{point.knobs.candidates} candidates'}",
        (point.p50_ms, point.mean),
        xytext=(4, 5),
        textcoords="offset points",
        fontsize=8,
    )
