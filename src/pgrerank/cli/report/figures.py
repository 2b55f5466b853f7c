"""Figures of a report, as SVG.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart. Lines and
bars also differ by dash or hatch, for print in grey.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import io
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pgrerank.usecases.evaluation.report import (
    TOPS,
    Effect,
    Latency,
    PrecisionRecallCurve,
    Reliability,
    ScoreSamples,
)

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#555555"
_STYLE: Any = {
    "svg.fonttype": "none",  # keep text as text: searchable, selectable, accessible
    "svg.hashsalt": "pgrerank",  # the same figure gives the same bytes
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "hatch.linewidth": 0.5,
}
_SIZE = (6.4, 3.6)
_SCORE_BINS = 40


def reliability(measured: Reliability) -> str:
    """Share of relevant results by predicted probability; a perfect calibration is the diagonal."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="ideal")
        axes.plot(measured.predicted, measured.observed, color=BLUE, marker="o", label="as judged")
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted probability", ylabel="share relevant")
        axes.legend(loc="upper left", frameon=False)

    return _svg(draw)


def precision_recall(curve: PrecisionRecallCurve) -> str:
    """Precision and recall of the results above each cut-off."""

    def draw(axes: Axes) -> None:
        axes.plot(curve.cutoffs, curve.precision, color=BLUE, label="precision")
        axes.plot(curve.cutoffs, curve.recall, color=ORANGE, linestyle="--", label="recall")
        unit = "probability of relevance" if curve.is_relevance else "raw rerank score"
        axes.set(ylim=(0, 1.02), xlabel=f"cut-off: {unit}", ylabel="share")
        axes.legend(loc="best", frameon=False)

    return _svg(draw)


def scores(samples: ScoreSamples) -> str:
    """Distribution of scores, now and before."""

    def draw(axes: Axes) -> None:
        both = [*samples.now, *samples.before]
        common: dict[str, Any] = {
            "bins": _SCORE_BINS,
            "range": (min(both), max(both)),
            "density": True,
            "histtype": "step",
            "linewidth": 1.6,
        }
        if samples.before.size:
            axes.hist(samples.before, color=ORANGE, linestyle="--", label="before", **common)
        if samples.now.size:
            axes.hist(samples.now, color=BLUE, label="now", **common)
        axes.set(xlabel="raw rerank score", ylabel="density")
        axes.legend(loc="best", frameon=False)

    return _svg(draw)


def latency(stages: dict[str, Latency]) -> str:
    """Median and 95th percentile of each stage."""

    def draw(axes: Axes) -> None:
        _bars(
            axes,
            list(stages),
            [each.p50_ms for each in stages.values()],
            [each.p95_ms for each in stages.values()],
            ("median", "95th percentile"),
        )
        axes.set(ylabel="milliseconds")
        axes.legend(loc="upper left", frameon=False)

    return _svg(draw)


def effect(measured: Effect) -> str:
    """Share of searches in which reranking moved a new chunk into the top results."""

    def draw(axes: Axes) -> None:
        names = [f"first {top}" for top in TOPS]
        axes.bar(names, [measured.changed[top] for top in TOPS], color=BLUE, width=0.5)
        axes.set(ylim=(0, 1), ylabel="share of searches changed")

    return _svg(draw)


def _bars(
    axes: Axes,
    names: Sequence[str],
    first: Sequence[float],
    second: Sequence[float],
    labels: tuple[str, str],
) -> None:
    places = range(len(names))
    width = 0.38
    axes.bar([p - width / 2 for p in places], first, width, color=BLUE, label=labels[0])
    axes.bar(
        [p + width / 2 for p in places], second, width, color=ORANGE, hatch="//", label=labels[1]
    )
    axes.set_xticks(list(places), names)


def _svg(draw: Callable[[Axes], None]) -> str:
    """An SVG element, without the header of a file."""
    with rc_context(_STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        draw(figure.subplots())
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
