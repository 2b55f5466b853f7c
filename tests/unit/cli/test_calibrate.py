"""What the command line shows of a calibration, and what `pgrerank calibrate` asks for."""

from itertools import pairwise
from uuid import UUID

import pytest

from pgrerank.api.v1.schema.calibrations import CalibrationResponse as Served
from pgrerank.cli import calibrate, calibration
from pgrerank.cli.remote import as_client
from pgrerank.client.calibration import CalibrationResponse
from pgrerank.domain.calibration import (
    CalibrationCurve,
    CandidatePool,
    CutoffPoint,
    Fitted,
    IntervalEstimate,
    Method,
    Quality,
    Unjudged,
)
from pgrerank.domain.request import RerankMode, Strategy
from pgrerank.domain.score_scale import SearchScale
from pgrerank.usecases.calibration.judged_pairs import ScoreSource

FIGURE = IntervalEstimate(value=0.1234, low=0.1, high=0.2)
OPTIONS = {
    "strategy": "dense",
    "candidates": 50,
    "depth": None,
    "cascade": None,
    "unjudged": "skip",
    "source": "search",
    "method": None,
    "relevant_from": 2,
}


def fitted(points=0, **changed):
    parts = {
        "id": UUID(int=1),
        "created_at": None,
        "collection": "docs",
        "reranker": "bundled",
        "fingerprint": "f",
        "searches": SearchScale(base=-3.0, factor=1.0, level=0.5, center=2.0),
        "documents": None,
        "curve": CalibrationCurve(method=Method.PLATT, coefficients=(1.0, 0.0)),
        "answerable": None,
        "pool": CandidatePool(strategy="hybrid", candidates=100, depth=50),
        "unjudged": Unjudged.SKIP,
        "relevant_from": 1,
        "queries": 12,
        "pairs": 240,
        "positives": 36,
        "quality": Quality(
            brier=FIGURE,
            log_loss=FIGURE,
            ece=FIGURE,
            ece_uncalibrated=FIGURE,
            tried={"platt": 0.25, "beta": 0.5},
            bins=(),
            precision_at=(),
        ),
        "points": [
            CutoffPoint(
                cutoff=float(place), relevance=0.5, pairs=place, precision=FIGURE, recall=FIGURE
            )
            for place in range(points)
        ],
    }
    return Fitted(**{**parts, **changed})


def shown(capsys, made):
    calibration.show_whole(as_client(Served.of(made, whole=True), CalibrationResponse))
    return capsys.readouterr().out.splitlines()


def test_every_figure_has_its_interval(capsys):
    lines = shown(capsys, fitted())

    assert lines[0] == f"bundled on docs: calibration {UUID(int=1)}"
    facts = dict(line.split("  ", 1) for line in lines[2:9])
    assert {name: value.strip() for name, value in facts.items()} == {
        "queries": "12",
        "pairs": "240, 36 of them relevant",
        "method": "platt (log loss held out: platt 0.2500, beta 0.5000)",
        "calibration error": "0.123 (0.100 to 0.200); uncalibrated 0.123 (0.100 to 0.200)",
        "Brier score": "0.123 (0.100 to 0.200)",
        "log loss": "0.123 (0.100 to 0.200)",
        "for searches": "hybrid, 100 candidates, depth 50",
    }


@pytest.mark.parametrize(
    ("points", "rows"), [(0, 0), (1, 1), (12, 12), (23, 23), (24, 12), (500, 13)]
)
def test_many_cut_offs_are_shown_as_some_at_equal_distances(capsys, points, rows):
    lines = shown(capsys, fitted(points))

    table = lines[
        lines.index(next(line for line in lines if line.startswith("log-odds from"))) + 1 :
    ]
    cutoffs = [float(line.split()[0]) for line in table if line[:1].isdigit() or line[:1] == " "]
    assert len(cutoffs) == rows
    assert len({after - first for first, after in pairwise(cutoffs)}) <= 1


def test_doubts_come_last(capsys):
    lines = shown(capsys, fitted(collection=None, warnings=["12 queries are few"]))

    assert lines[0].startswith("bundled on all collections: ")
    assert lines[-1] == "Warning: 12 queries are few."


def test_options_are_what_is_fitted():
    plan = calibrate._plan(OPTIONS)
    chosen = calibrate._plan({**OPTIONS, "method": "isotonic", "source": "log", "depth": 7})

    assert (plan.request.strategy, plan.request.candidates) == (Strategy.DENSE, 50)
    assert (plan.request.rerank, plan.unjudged) == (RerankMode.ALWAYS, Unjudged.SKIP)
    assert (plan.method, plan.source, plan.relevant_from) == (None, ScoreSource.SEARCH, 2)
    assert (chosen.method, chosen.source) == (Method.ISOTONIC, ScoreSource.LOG)
    assert chosen.request.depth == 7
