"""Judged queries, and measures of the orders of their results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain import measures
from pgrerank.domain.drift import SEVERITY, Finding, HealthState
from pgrerank.domain.evaluation import MEASURES, Question, distinct, questions
from pgrerank.domain.judgment import Feedback, JudgedPassage
from pgrerank.domain.stopwatch import Stopwatch
from tests.fakes import FakeClock

NAMES = st.sampled_from("abcdefgh")
GRADES = st.dictionaries(NAMES, st.integers(0, 3), min_size=1, max_size=6)
ORDERS = st.lists(NAMES, unique=True, max_size=8)


@given(grades=st.dictionaries(st.text(min_size=1, max_size=4), GRADES, max_size=6), data=st.data())
def test_the_first_questions_are_the_same_in_whatever_order_they_were_judged(grades, data):
    shuffled = dict(data.draw(st.permutations(list(grades.items()))))
    at_most = data.draw(st.integers(0, 6))

    every = questions(grades)

    assert questions(shuffled) == every
    assert questions(shuffled, at_most=at_most) == every[:at_most]
    assert {each.query: each.grades for each in every} == grades


@pytest.mark.parametrize(
    ("grades", "expected"), [({"a": 0}, False), ({"a": 0, "b": 1}, True), ({}, False)]
)
def test_a_question_has_an_answer_if_a_document_is_relevant(grades, expected):
    assert Question(query="q", grades=grades).has_answer is expected


@given(names=st.lists(NAMES, max_size=20))
def test_a_document_counts_at_the_place_of_its_first_mention(names):
    found = distinct(names)

    assert len(set(found)) == len(found)
    assert set(found) == set(names)
    assert [names.index(each) for each in found] == sorted(names.index(each) for each in found)


def measured(order, grades):
    run = {"q": measures.scores_by_order(order)}
    return {
        name: values["q"]
        for name, values in measures.by_query(MEASURES, run, {"q": grades}).items()
        if "q" in values
    }


@given(order=ORDERS, grades=GRADES)
def test_every_measure_of_a_judged_query_lies_between_0_and_1(order, grades):
    found = measured(order, grades)

    assert found.keys() == set(MEASURES)
    assert all(0 <= value <= 1 for value in found.values())


@given(order=ORDERS, grades=GRADES, place=st.integers(0, 6))
def test_no_measure_falls_when_a_better_document_moves_up_by_one(order, grades, place):
    if place + 1 >= len(order):
        return
    upper, lower = (grades.get(name, 0) for name in order[place : place + 2])
    if lower <= upper:
        return
    swapped = [*order[:place], order[place + 1], order[place], *order[place + 2 :]]

    before, after = measured(order, grades), measured(swapped, grades)

    for name in ("nDCG@10", "RR@10", "P@5", "AP", "R@100"):
        assert after[name] >= before[name] - 1e-12, name


@given(grades=GRADES)
def test_the_order_of_the_grades_is_the_best(grades):
    best = measured(sorted(grades, key=grades.get, reverse=True), grades)

    expected = 1.0 if any(grades.values()) else 0.0
    for name in ("nDCG@10", "RR@10", "AP", "R@100"):
        assert best[name] == pytest.approx(expected), name


def test_a_query_without_results_counts_as_0():
    run = {"q": {}, "other": {"a": 1.0}}
    judged = {"q": {"a": 1}, "other": {"a": 1}}

    found = measures.by_query(("AP", "RR@10"), run, judged)

    assert found == {"AP": {"q": 0, "other": 1}, "RR@10": {"q": 0, "other": 1}}
    assert measures.by_query(("AP",), {}, {"q": {"a": 1}}) == {"AP": {"q": 0}}


@pytest.mark.parametrize(
    ("lowest", "highest", "agreed"), [(0, 0, 0), (1, 3, 1), (0, 1, None), (2, 2, 2)]
)
def test_judges_agree_if_they_are_on_one_side_of_relevance(lowest, highest, agreed):
    judged = JudgedPassage(query="q", external_id="a", passage="p", lowest=lowest, highest=highest)

    assert judged.agreed_grade == agreed


def test_feedback_is_never_stored_as_a_judgment_of_a_person():
    for each in Feedback:
        assert each.source not in {"human", "import", "llm"}
        assert 0 <= each.grade <= 3
    assert Feedback.THUMBS_DOWN.grade < Feedback.CLICKED.grade < Feedback.THUMBS_UP.grade


@given(found=st.sampled_from(HealthState), asked=st.sampled_from(HealthState))
def test_a_finding_reaches_every_state_that_is_no_worse(found, asked):
    finding = Finding(
        tenant="t",
        collection=None,
        check_name="drift",
        state=found,
        value=None,
        warn_at=0.1,
        alert_at=0.2,
        samples=0,
        reranker=None,
        advice="",
    )

    assert finding.reaches(asked) is (SEVERITY.index(asked) <= SEVERITY.index(found))
    assert finding.reaches(HealthState.UNKNOWN)


def test_stages_are_timed_even_if_they_fail_and_add_up_to_no_more_than_the_total():
    clock = FakeClock()
    stopwatch = Stopwatch(clock.monotonic)
    with stopwatch.stage("embed"):
        clock.advance(0.25)
    clock.advance(0.5)

    def fail():
        with stopwatch.stage("retrieve"):
            clock.advance(0.125)
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert stopwatch.timings() == {"embed": 250, "retrieve": 125, "total": 875}
