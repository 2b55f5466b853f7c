"""What `pgrerank compare` shows of two runs."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pgrerank.cli import compare
from pgrerank.domain.evaluation import MEASURES, EvaluatedQuery, Evaluation, EvaluationId
from pgrerank.usecases.evaluation.compare import compare_runs


def answer(query, value, *documents, judged=(1,)):
    return EvaluatedQuery(
        query=query,
        status="full",
        total_ms=5.0,
        external_ids=tuple(name for name, _ in documents),
        grades=tuple(grade for _, grade in documents),
        first_stage_grades=(),
        judged_grades=judged,
        metrics=dict.fromkeys(MEASURES, value),
    )


def run(number, *answers):
    return Evaluation(
        id=EvaluationId(UUID(int=number)),
        created_at=datetime(2026, 5, 1, tzinfo=UTC),
        collection="docs",
        label=f"run {number}",
        judgments="stored",
        strategy="hybrid",
        knobs={"depth": 50},
        embedder="e",
        reranker="bundled",
        reranker_fingerprint="f",
        queries=len(answers),
        metrics=dict.fromkeys(MEASURES, 0.5),
        p50_ms=4.0,
        p95_ms=9.5,
        statuses={"full": len(answers)},
        answers=answers,
    )


@pytest.fixture
def comparison():
    """One query much better, one a little better, one worse, one equal, and two left out."""
    before = run(
        1,
        answer("better", 0.0, ("a", None), ("b", 0), ("c", 2), ("d", 1)),
        answer("a little", 0.5, ("a", 1)),
        answer("worse", 1.0, ("a", 1)),
        answer("equal", 0.25),
        answer("judged anew", 1.0, judged=(1, 0)),
        answer("only before", 1.0),
    )
    after = run(
        2,
        answer("better", 1.0, ("c", 2)),
        answer("a little", 0.625, ("b", 1)),
        answer("worse", 0.5),
        answer("equal", 0.25),
        answer("judged anew", 0.0, judged=(1, 1)),
    )
    return compare_runs(before, after, measure="AP")


def shown(capsys, comparison, examples):
    compare._show(comparison, "AP", examples)
    return capsys.readouterr().out


def test_every_measure_has_a_row_and_the_chosen_one_a_sentence(capsys, comparison):
    lines = shown(capsys, comparison, 5).splitlines()

    assert [line.split()[0] for line in lines[1:7]] == list(MEASURES)
    assert "AP 0.4375 to 0.5938: +0.1562, 95 % interval" in "\n".join(lines)
    assert "4 queries, 2 better, 1 worse" in "\n".join(lines)


def test_queries_that_cannot_be_compared_are_counted(capsys, comparison):
    assert "Left out: 2 queries not in both runs with the same judgments." in shown(
        capsys, comparison, 5
    )


def test_examples_have_their_first_three_documents_with_grades(capsys, comparison):
    lines = shown(capsys, comparison, 1).splitlines()

    better = next(line for line in lines if line.startswith("better "))
    assert re.split(" {2,}", better) == ["better", "0.000", "1.000", "a (?), b (0), c (2)", "c (2)"]
    assert not any(line.startswith("a little") for line in lines)
    assert any(line.startswith("worse ") for line in lines)


def test_no_examples_are_no_tables(capsys, comparison):
    text = shown(capsys, comparison, 0)

    assert "Better" not in text
    assert "Worse" not in text


def test_json_has_both_runs_and_as_many_examples_as_asked(comparison):
    summary = compare._summary(comparison, "AP", 1)

    assert (summary["before"]["label"], summary["after"]["label"]) == ("run 1", "run 2")
    assert (summary["queries"], summary["left_out"]) == (4, 2)
    assert [each["query"] for each in summary["wins"]] == ["better"]
    assert summary["wins"][0]["first_before"] == [
        {"id": "a", "grade": None},
        {"id": "b", "grade": 0},
        {"id": "c", "grade": 2},
    ]
    assert [each["query"] for each in summary["losses"]] == ["worse"]
