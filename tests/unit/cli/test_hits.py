"""What `pgrerank search` prints: results with their scores, then what each stage did."""

from uuid import UUID

import pytest
from msgspec import structs
from rich.text import Text

from pgrerank.cli import hits
from pgrerank.client.answers import (
    LogOddsParts,
    Ranks,
    Result,
    ResultChunk,
    ResultDocument,
    ResultScores,
    SearchResponse,
)
from pgrerank.client.reports import (
    Answerable,
    CalibrationReport,
    CascadeReport,
    Leg,
    Legs,
    RerankReport,
)
from pgrerank.client.spans import SpansFound

ID = UUID(int=1)
PARTS = LogOddsParts(base=-6.0, reranker=3.25, similarity=0.004, words=1.0, agreement=-0.004)


def result(*, title="", content=None, ranks=None, truncated=False, **scores):
    return Result(
        document=ResultDocument(id="guide/a", title=title, uri=None, metadata={}),
        chunk=ResultChunk(id=ID, ordinal=1, content=content),
        scores=ResultScores(**{"fused": 0.5, **scores}),
        ranks=ranks or Ranks(dense=3, fused=2, final=1),
        truncated=truncated,
    )


def response(*results, **parts):
    defaults = {
        "rerank": RerankReport(status="full", scored=2, model="bundled"),
        "legs": Legs(dense=Leg(requested=100, returned=2, scan="exact")),
        "calibration": CalibrationReport(reason="there is none"),
        "timings_ms": {"embed": 1.25, "total": 30.0},
    }
    return SearchResponse(id=ID, results=list(results), **{**defaults, **parts})


def printed(capsys, answer, query="rotate a key"):
    hits.show(answer, query)
    return capsys.readouterr().out.splitlines()


def test_an_extract_is_printed_whole_with_what_was_kept(capsys):
    whole = result(content="One. Two. Three.", ranks=Ranks(fused=1, final=1))
    reduced = structs.replace(whole, extract="One.\nThree.")
    report = SpansFound(model="encoder", total_tokens=40, kept_tokens=10, reason="only some")

    lines = printed(capsys, response(reduced, spans=report))

    assert "    One." in lines
    assert "    Three." in lines
    assert "spans: 10 of 40 tokens kept by encoder; only some" in lines


def test_a_window_is_printed_whole(capsys):
    wide = structs.replace(result(content="One."), window="Zero.\nOne.\nTwo.")

    lines = printed(capsys, response(wide))

    assert [line for line in lines if line.strip() in {"Zero.", "One.", "Two."}] == [
        "    Zero.",
        "    One.",
        "    Two.",
    ]


def test_the_weight_of_novelty_is_said(capsys):
    lines = printed(capsys, response(result(), diversity=0.5))

    assert "order: by fused; novelty weighs 0.5" in lines


def test_what_a_maximum_of_each_document_cut_is_said(capsys):
    lines = printed(capsys, response(result(), cut={"per_document": 4, "threshold": 0}))

    assert "per document: 4 more chunks of these documents cut" in lines


def test_the_reason_for_no_extracts_is_printed(capsys):
    report = SpansFound(reason="no model")

    assert "spans: none (no model)" in printed(capsys, response(result(), spans=report))


@pytest.mark.parametrize(
    ("sparse", "legs"),
    [
        (None, "(dense #3 0.250)"),
        (4.5, "(dense #3 0.250, sparse #1 4.500)"),
    ],
)
def test_each_leg_that_found_a_result_is_named(sparse, legs):
    found = result(
        dense=0.25, sparse=sparse, ranks=Ranks(dense=3, sparse=sparse and 1, fused=2, final=1)
    )

    assert hits.reasons(found) == f"fused 0.500, first stage #2 {legs}"


@pytest.mark.parametrize(
    ("scores", "reasons"),
    [
        ({"cascade": 9.0}, "cascade 9.000"),
        ({"log_odds": -1.5, "rerank": 1.5}, "log-odds -1.500, rerank 1.500"),
        (
            {"log_odds": -1.5, "rerank": 1.5, "cascade": 9.0, "relevance": 0.875},
            "log-odds -1.500, cascade 9.000, rerank 1.500, relevance 0.88",
        ),
        # Terms are a part of the number that orders. Parts that round to zero are left out.
        (
            {"log_odds": -1.5, "rerank": 1.5, "parts": PARTS, "boost": 0.25},
            "log-odds -1.500 (base -6.00, reranker +3.25, words +1.00, boost +0.25)\nrerank 1.500",
        ),
    ],
)
def test_the_score_that_orders_comes_first_and_those_behind_it_follow(scores, reasons):
    found = hits.reasons(result(dense=0.25, **scores))

    assert found == f"{reasons}, first stage #2 (dense #3 0.250)"


def test_a_passage_that_was_read_in_part_says_so():
    assert hits.reasons(result(dense=0.25, truncated=True)).endswith("), not read whole")


def test_a_result_is_its_title_its_place_and_an_excerpt(capsys):
    untitled = result(content="```\nrotate(key)\n```", dense=0.25)
    shown = printed(capsys, response(result(title="Keys [1]", dense=0.25), untitled))

    assert shown[:3] == [
        " 1  Keys [1]  guide/a, chunk 2",
        "    fused 0.500, first stage #2 (dense #3 0.250)",
        "",
    ]
    assert (shown[3], shown[5]) == (" 1  guide/a  guide/a, chunk 2", "    rotate(key)")


def test_no_results_are_told_with_what_each_stage_did(capsys):
    skipped = RerankReport(status="skipped", reason="nothing to rerank", scored=0)

    shown = printed(capsys, response(rerank=skipped, legs=Legs(), warnings=["cannot read Thai"]))

    assert shown == [
        "nothing was found",
        "rerank: skipped (nothing to rerank)",
        "relevance: none (there is none)",
        "dense: off   keyword: off   sparse: off",
        "warning: cannot read Thai",
        "embed 1.2 ms  total 30.0 ms",
        f"logged as {ID}",
    ]


def test_an_order_of_several_scores_names_them_in_turn(capsys):
    shown = printed(capsys, response(result(log_odds=1.5), result(log_odds=1.0), result()))

    assert "order: by log-odds, then by fused" in shown


def test_a_cascade_names_both_of_its_models(capsys):
    cascade = CascadeReport(scored=50, model="late-interaction")
    report = RerankReport(status="partial", reason="late", scored=3, model="m", cascade=cascade)

    shown = printed(capsys, response(rerank=report, candidates=[result()] * 7))

    assert "rerank: partial (late), 3 of 7 candidates by m, chosen by late-interaction" in shown


@pytest.mark.parametrize(
    ("value", "reason", "line"),
    [
        (True, None, "relevance: answerable with 0.75, 5 cut"),
        (False, "it is old", "relevance: not answerable with 0.75, 5 cut; it is old"),
    ],
)
def test_results_that_a_threshold_on_scores_removed_are_counted(capsys, value, reason, line):
    # The bound of the dense leg removes candidates, and no results.
    cut = {"min_similarity": 40, "min_score": 2, "threshold": 3}
    answer = response(
        cut=cut,
        answerable=Answerable(value=value, probability=0.75),
        calibration=CalibrationReport(id=ID, reason=reason),
    )

    assert line in printed(capsys, answer)


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("rotate keys", ["rotating", "keyser"]),
        ("a b", []),
        ("(*", []),
        ("", []),
    ],
)
def test_words_of_the_query_are_marked_in_all_their_forms(query, marked):
    line = hits._marked("rotating the keyser monkeys (* of", query)

    assert isinstance(line, Text)
    assert [line.plain[span.start : span.end] for span in line.spans] == marked
