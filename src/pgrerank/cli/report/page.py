"""A report as one HTML page."""

from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pgrerank import __version__
from pgrerank.cli.gain import sentence
from pgrerank.cli.report import figures
from pgrerank.usecases.evaluation.report import FEWEST, MEASURE, Report


def page(report: Report, tenant_name: str) -> str:
    """HTML of the page, with its figures inlined."""
    source = resources.files(__package__ or "").joinpath("page.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string(source)
    return template.render(
        report=report,
        tenant=tenant_name,
        fewest=FEWEST,
        version=__version__,
        figures=_figures(report),
        gain=report.effect.gain and sentence(MEASURE, report.effect.gain),
    )


def _figures(report: Report) -> dict[str, Any]:
    """SVG by name; None where there is too little data."""
    svgs: dict[str, Any] = {
        "scores": [
            (each, Markup(figures.scores(each)))  # noqa: S704 - drawn from numbers alone
            for each in report.scores
        ]
    }
    optional = {
        "reliability": report.reliability and figures.reliability(report.reliability),
        "curve": report.curve and figures.precision_recall(report.curve),
        "latency": report.latency and figures.latency(dict(report.latency)),
        "effect": report.effect.reranked and figures.effect(report.effect),
    }
    return svgs | {name: Markup(svg) if svg else None for name, svg in optional.items()}  # noqa: S704
