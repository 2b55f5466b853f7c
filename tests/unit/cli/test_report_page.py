"""The page of `pgrerank report`: its figures, its remarks where data is missing, and its safety."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pgrerank.cli.report import figures
from pgrerank.cli.report.page import page
from pgrerank.domain.significance import paired_difference
from pgrerank.ports.reports import Interval
from pgrerank.usecases.evaluation.report import (
    Effect,
    Latency,
    PrecisionRecallCurve,
    Reliability,
    Report,
    ScoreSamples,
)

NOW = datetime(2026, 5, 8, 12, tzinfo=UTC)
WEEK = Interval(since=NOW - timedelta(days=7), until=NOW)
EMPTY = Report(
    interval=WEEK,
    previous=replace(WEEK, since=WEEK.since - timedelta(days=7), until=WEEK.since),
    searches=0,
    statuses={},
    scores=[],
    latency={},
    effect=Effect(reranked=0, changed={}, judged=0, gain=None),
    is_calibrated=False,
    judged_relevances=3,
    reliability=None,
    curve=None,
)
SCORES = ScoreSamples(
    reranker="<b>bundled</b>",
    fingerprint="0123456789abcdef",
    now=np.array([0.5, 1.5]),
    before=np.array([1.0]),
    distance=0.5,
)
WHOLE = replace(
    EMPTY,
    searches=4,
    statuses={"full": 3, "skipped": 1},
    scores=[SCORES],
    latency={"total": Latency(searches=4, p50_ms=1.25, p95_ms=9.75)},
    effect=Effect(
        reranked=3,
        changed={1: 0.5, 3: 0.25, 10: 0.0},
        judged=2,
        gain=paired_difference([0.5, 0.5], [0.75, 0.75]),
    ),
    reliability=Reliability(predicted=[0.1, 0.9], observed=[0.0, 1.0], candidates=60, error=0.1),
    curve=PrecisionRecallCurve(
        cutoffs=[0.1, 0.9], precision=[0.5, 1.0], recall=[1.0, 0.5], is_relevance=True
    ),
)


def test_a_whole_report_has_every_figure_with_its_numbers():
    written = page(WHOLE, "acme")

    assert written.count("<svg") == 5
    for words in (
        "2026-05-01 12:00 to\n  2026-05-08 12:00 UTC",
        "<td>reranked: skipped</td><td>1</td>",
        "<td>total</td><td>4</td><td>1.2</td><td>9.8</td>",
        "60 judged documents, each by its best chunk, in 2 bins",
        "(0123456789ab): 2 scores now, 1 before",
        "distance (0 to 1): 0.500",
        "Of 3 reranked searches",
        "nDCG@10 0.5000 to 0.7500: +0.2500",
    ):
        assert words in written


def test_an_empty_report_says_what_is_missing_and_draws_nothing():
    written = page(EMPTY, "acme")

    assert "<svg" not in written
    for words in (
        "Nobody searched in this time",
        "3 documents with a probability were judged; 50 are needed",
        "fit a calibration",
        "Needs judged documents, both relevant and irrelevant",
        "Nothing was reranked in either period",
        "There was no search",
        "Nothing was reranked.",
    ):
        assert words in written


def test_a_calibrated_collection_needs_judgments_alone():
    assert "fit a calibration" not in page(replace(EMPTY, is_calibrated=True), "acme")


def test_a_gain_that_nobody_judged_is_not_claimed():
    unjudged = replace(WHOLE, effect=replace(WHOLE.effect, judged=0, gain=None))

    assert "it is not known whether the change is an improvement" in page(unjudged, "acme")


def test_names_are_text_and_not_markup():
    hostile = replace(WHOLE, interval=replace(WEEK, collection="<script>alert(1)</script>"))

    written = page(hostile, "<img src=x>")

    assert "<script" not in written
    assert "<img" not in written
    assert "<b>bundled" not in written
    assert "&lt;b&gt;bundled&lt;/b&gt;" in written


@pytest.mark.parametrize(("now", "before"), [([], [1.0]), ([1.0], []), ([2.0], [2.0])])
def test_scores_are_drawn_also_if_one_period_has_none_or_all_are_equal(now, before):
    samples = replace(SCORES, now=np.array(now), before=np.array(before), distance=None)

    drawn = figures.scores(samples)

    assert drawn.startswith("<svg")
    assert (">now<" in drawn, ">before<" in drawn) == (bool(now), bool(before))


@pytest.mark.parametrize(
    ("is_relevance", "unit"), [(True, "probability of relevance"), (False, "raw rerank score")]
)
def test_the_unit_of_a_cut_off_is_named(is_relevance, unit):
    drawn = figures.precision_recall(replace(WHOLE.curve, is_relevance=is_relevance))

    assert f"cut-off: {unit}" in drawn


def test_the_same_data_give_the_same_figure():
    assert figures.latency(dict(WHOLE.latency)) == figures.latency(dict(WHOLE.latency))
