from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import CollectionId, RankingId, TenantId
from pgrerank.ports.reports import Interval, JudgedDocument, LoggedSearch
from pgrerank.usecases.evaluation.report import FEWEST, report
from tests import fakes

NOW = datetime(2026, 5, 8, tzinfo=UTC)
WEEK = Interval(since=NOW - timedelta(days=7), until=NOW)
ACME = TenantId(UUID(int=1))


def logged(*final_ranks, days_ago=1, status=RerankStatus.FULL, scores=None, **columns):
    count = len(final_ranks)
    defaults = {
        "created_at": NOW - timedelta(days=days_ago),
        "status": status,
        "timings_ms": {"rerank": 10.0 * days_ago, "total": 100.0},
        "reranker": "r",
        "fingerprint": "f",
        "fused_ranks": range(1, count + 1),
        "final_ranks": final_ranks,
        "rerank_scores": scores or [1.0] * count,
    }
    return LoggedSearch(**{**defaults, **columns})


def judged(search, place, grade, *, fused=None, relevance=None, score=0.0, **columns):
    found = JudgedDocument(
        ranking_id=RankingId(UUID(int=search)),
        collection_id=CollectionId(UUID(int=1)),
        query=f"q{search}",
        fingerprint="f",
        is_reranked=True,
        external_id=f"d{place}",
        fused_rank=fused or place,
        final_rank=place,
        rerank_score=score,
        relevance=relevance,
        grade=grade,
    )
    return replace(found, **columns)


@dataclass
class Given:
    """Logged searches; the judged documents are those of all time."""

    held: Sequence[LoggedSearch]
    judged: Sequence[JudgedDocument]

    async def searches(self, _, interval):
        return [each for each in self.held if interval.since <= each.created_at < interval.until]

    async def judged_documents(self, *_):
        return self.judged


async def reported(held=(), grades=()):
    return await report(fakes.services(reports=Given(held, grades)), ACME, WEEK)


async def test_what_nobody_asked_is_an_empty_report():
    found = await reported()

    assert (found.searches, found.statuses, found.scores, found.latency) == (0, {}, [], {})
    assert (found.reliability, found.curve, found.effect.judged) == (None, None, 0)


async def test_the_time_before_is_as_long_and_is_not_counted():
    found = await reported([logged(1, days_ago=6), logged(1, days_ago=8), logged(1, days_ago=15)])

    assert found.searches == 1
    (scores,) = found.scores
    assert (scores.now.size, scores.before.size) == (1, 1)


async def test_scores_of_each_reranker_are_compared_with_its_own():
    found = await reported(
        [
            logged(1, 2, scores=[0.0, 1.0]),
            logged(1, 2, scores=[0.0, None], days_ago=8),
            logged(1, fingerprint="g", scores=[9.0]),
        ]
    )

    distances = {each.fingerprint: each.distance for each in found.scores}
    assert distances == {"f": pytest.approx(0.5), "g": None}


async def test_a_change_counts_where_something_new_comes_into_the_first_ones():
    swapped = logged(2, 1, 3, 4)
    raised = logged(2, 3, 4, 1)
    found = await reported([swapped, raised, logged(1, 2, 3, 4)])

    assert found.effect.reranked == 3
    assert found.effect.changed == {1: pytest.approx(2 / 3), 3: pytest.approx(1 / 3), 10: 0}


async def test_what_was_not_reranked_says_nothing_of_reranking():
    found = await reported([logged(2, 1, status=RerankStatus.SKIPPED)])

    assert found.statuses == {"skipped": 1}
    assert found.effect.reranked == 0


async def test_latency_is_by_stage():
    found = await reported([logged(1, days_ago=day) for day in (1, 2, 3)])

    assert list(found.latency) == ["rerank", "total"]
    assert found.latency["rerank"].p50_ms == 20


async def test_quality_before_and_after_is_that_of_the_two_orders():
    found = await reported(grades=[judged(1, 1, 1, fused=2), judged(1, 2, 0, fused=1)])

    assert found.effect.judged == 1
    assert found.effect.gain.after == pytest.approx(1)
    assert found.effect.gain.before == pytest.approx(0.6309, abs=1e-4)
    assert not found.effect.gain.is_decided


async def test_what_was_not_reranked_takes_no_part_in_any_figure_of_reranking():
    asleep = {"status": RerankStatus.SKIPPED, "fingerprint": None, "reranker": None}
    found = await reported(
        [logged(1, 2), logged(2, 1, timings_ms={"rerank": 0.01, "total": 5.0}, **asleep)],
        [
            judged(1, 1, 1, fused=2),
            judged(1, 2, 0, fused=1),
            judged(2, 1, 0, is_reranked=False),
            judged(2, 2, 1, is_reranked=False),
        ],
    )

    assert (found.latency["rerank"].searches, found.latency["rerank"].p50_ms) == (1, 10)
    assert found.latency["total"].searches == 2
    assert (found.effect.judged, found.effect.gain.queries) == (1, 1)
    assert found.effect.gain.after == pytest.approx(1)


async def test_a_query_that_is_searched_often_counts_once():
    again = [judged(n, place, int(place == 1), query="same") for n in (1, 2, 3) for place in (1, 2)]

    found = await reported(grades=[*again, judged(4, 1, 0), judged(4, 2, 1)])

    assert (found.effect.judged, found.effect.gain.queries) == (4, 2)
    assert found.effect.gain.after == pytest.approx((1 + 0.6309) / 2, abs=1e-4)


async def test_a_raw_curve_is_of_one_reranker():
    mixed = [judged(1, 1, 1, score=2.0), judged(1, 2, 0, score=1.0)]
    other = [judged(2, 1, 0, score=900.0, fingerprint="g")]

    found = await reported(grades=[*mixed, *other])

    assert list(found.curve.cutoffs) == [1.0, 2.0]


async def test_reliability_is_the_share_that_is_relevant_in_bins_of_like_probability():
    honest = [judged(n, 1, grade=int(n % 2), relevance=0.5) for n in range(FEWEST)]

    found = (await reported(grades=honest)).reliability

    assert found.candidates == FEWEST
    assert set(found.predicted) == {0.5}
    assert sum(found.observed) / len(found.observed) == pytest.approx(0.5)


async def test_the_calibration_error_is_the_mean_distance():
    boastful = [judged(n, 1, grade=0, relevance=0.9) for n in range(FEWEST)]

    assert (await reported(grades=boastful)).reliability.error == pytest.approx(0.9)


async def test_too_little_that_was_judged_gives_no_diagram():
    few = [judged(n, 1, grade=1, relevance=0.9) for n in range(FEWEST - 1)]

    assert (await reported(grades=few)).reliability is None


async def test_the_curve_is_by_probability_or_else_by_raw_score():
    raw = [judged(1, 1, 1, score=2.0), judged(1, 2, 0, score=1.0), judged(1, 3, 1, score=0.5)]
    calibrated = [judged(1, 1, 1, relevance=0.9), judged(1, 2, 0, relevance=0.1)]

    by_score = (await reported(grades=raw)).curve
    by_relevance = (await reported(grades=calibrated)).curve

    assert (by_score.is_relevance, by_relevance.is_relevance) == (False, True)
    assert list(by_score.cutoffs) == [0.5, 1.0, 2.0]
    assert by_score.precision == pytest.approx([2 / 3, 1 / 2, 1])
    assert by_score.recall == pytest.approx([1, 1 / 2, 1 / 2])


async def test_a_collection_that_is_not_there_is_refused():
    wanted = Interval(since=WEEK.since, until=WEEK.until, collection="nothing")

    with pytest.raises(NotFoundError):
        await report(fakes.services(), ACME, wanted)
