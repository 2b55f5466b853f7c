from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.cli.sweep import advice
from pgrerank.domain.errors import InvalidRequestError, ScoringError
from pgrerank.domain.evaluation import Question
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import SearchRequest
from pgrerank.usecases.evaluation import sweep
from pgrerank.usecases.evaluation.evaluate import EvaluationPlan
from pgrerank.usecases.evaluation.sweep import Knobs, SweepPoint, settings, sweep_settings, verdicts
from tests.fakes import FakeCandidates, FakeCollections, FakeScorer, candidate, collection, services

TENANT = TenantId(UUID(int=7))
#: the reranker counts shared words: it lifts the third, if the depth reaches it
FOUND = (
    candidate(1, "other", external_id="x"),
    candidate(2, "other", external_id="y"),
    candidate(3, "red fox", external_id="right"),
)


def plan(queries=12):
    return EvaluationPlan(
        tenant_id=TENANT,
        collection=collection(),
        questions=tuple(
            Question(query=f"red fox {i}", grades={"right": 1}) for i in range(queries)
        ),
        request=SearchRequest(query=""),
    )


def ports(**parts):
    return services(
        collections=FakeCollections({(TENANT, "docs"): collection()}),
        candidates=FakeCandidates(FOUND),
        **parts,
    )


def point(values, ms, depth=None, reranker="r"):
    knobs = Knobs(candidates=100, depth=depth, reranker=None if depth is None else reranker)
    return SweepPoint(knobs=knobs, values=tuple(values), times_ms=(ms,) * len(values))


def test_settings_are_all_combinations_and_what_is_not_reranked():
    found = settings([100, 50], [10, 20], "r", bare=True)

    assert len(found) == 6
    assert [each.candidates for each in found if each.depth is None] == [50, 100]
    assert len(settings([100, 50], [10, 20], "r", bare=False)) == 4


async def test_every_setting_is_searched_for_every_question_and_leaves_no_trace():
    kept, steps = ports(), []
    wanted = settings([100], [2, 3], "fake-reranker", bare=True)

    points = await sweep_settings(kept, plan(), wanted, "RR@10", progress=lambda: steps.append(1))

    assert [each.mean for each in points] == [pytest.approx(1 / 3), pytest.approx(1 / 3), 1]
    assert [len(each.times_ms) for each in points] == [12, 12, 12]
    assert len(steps) == 36
    assert kept.rankings.recorded == []


async def test_too_few_questions_and_a_reranker_that_fails_are_refused():
    wanted = settings([100], [3], "r", bare=True)

    with pytest.raises(InvalidRequestError, match="at least 10"):
        await sweep_settings(ports(), plan(9), wanted, "AP")
    with pytest.raises(ScoringError):
        await sweep_settings(ports(scorer=FakeScorer(scored_in_time=1)), plan(), wanted, "AP")


def test_cheapest_setting_that_keeps_the_gain_is_advised():
    bare = point([0.2] * 20, 10)
    points = [
        bare,
        point([0.4] * 20, 20, 10),
        point([0.599] * 20, 30, 20),
        point([0.6] * 20, 60, 50),
    ]

    [verdict] = verdicts(points)

    assert (verdict.bare, verdict.best, verdict.enough) == (bare, points[3], points[2])
    assert verdict.gain.is_gain
    assert (verdict.gain_share, verdict.time_share) == (pytest.approx(0.9975), 0.5)
    first, second = advice(verdict, "AP")
    assert first == (
        "Reranking with r pays on this collection, beyond chance: +200.0 % of AP, interval +200.0 "
        "to +200.0 %, p = 0.000, 20 queries."
    )
    assert second == (
        "Depth 20 of 100 candidates keeps 100 % of the gain of depth 50 of 100, at 0.50 of the time."
    )


def test_gain_that_chance_would_make_does_not_pay():
    up_and_down = [0.5 + 0.1 * (-1) ** i for i in range(20)]

    [verdict] = verdicts([point([0.5] * 20, 10), point(up_and_down, 20, 10)])

    assert not verdict.gain.is_decided
    [sentence] = advice(verdict, "AP")
    assert "20 queries cannot tell whether reranking with r pays" in sentence
    assert "there is no difference to find" in sentence


@pytest.mark.parametrize("gain", [0.3, -0.3])
def test_ten_queries_cannot_tell_whatever_they_show(gain):
    values = [0.5 + gain + 0.01 * i for i in range(10)]

    [verdict] = verdicts([point([0.5] * 10, 10), point(values, 20, 10)])

    assert verdict.gain.low > 0 or verdict.gain.high < 0
    [sentence] = advice(verdict, "AP")
    assert "10 queries cannot tell whether reranking with r pays" in sentence
    assert "about 20 queries would tell a difference of this size" in sentence


def test_a_loss_is_said_to_be_one():
    values = [0.3 + 0.01 * (i % 3) for i in range(30)]

    [verdict] = verdicts([point([0.5] * 30, 10), point(values, 20, 10)])

    [sentence] = advice(verdict, "AP")
    assert "Reranking with r loses on this collection, beyond chance" in sentence


def test_gain_is_of_settings_chosen_on_other_queries():
    """Each of many settings wins on one query by chance: the best one shows no gain."""
    lucky = [point([float(i == j) for i in range(20)], 20, j + 1) for j in range(20)]

    [verdict] = verdicts([point([0.5] * 20, 10), *lucky])

    assert verdict.gain.after < 0.1


def test_each_reranker_has_a_verdict_against_the_best_that_is_not_reranked():
    bare = [
        point([0.1] * 20, 5),
        replace(point([0.3] * 20, 9), knobs=Knobs(candidates=50, depth=None, reranker=None)),
    ]

    found = verdicts([*bare, point([0.2] * 20, 9, 5, "a"), point([0.9] * 20, 9, 5, "b")])

    assert [(each.reranker, each.bare.mean) for each in found] == [
        ("a", pytest.approx(0.3)),
        ("b", pytest.approx(0.3)),
    ]
    assert [each.gain.is_gain for each in found] == [False, True]


def test_best_that_nothing_quicker_matches_is_said_to_be_so():
    [verdict] = verdicts([point([0.1] * 20, 5), point([0.2] * 20, 9, 5), point([0.9] * 20, 20, 9)])

    assert "nothing quicker keeps 99 % of its gain" in advice(verdict, "AP")[1]
    assert sweep.MIN_GAIN_SHARE == 0.99
