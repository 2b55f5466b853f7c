"""Calibrations and thresholds in a search."""

from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.domain.calibration import LOGISTIC, Calibration, CandidatePool
from pgrerank.domain.candidate import CutCounts
from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.relevance import StoredCalibration
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.domain.score_scale import DocumentScale, SearchScale
from pgrerank.domain.threshold import Threshold
from pgrerank.usecases.search import search, search_unlogged
from tests.fake_calibrations import FakeThresholds, GivenCalibration
from tests.fake_tokens import FakeLate
from tests.fakes import (
    FakeCandidates,
    FakeCollections,
    FakeScorer,
    candidate,
    collection,
    services,
)

TENANT = TenantId(UUID(int=7))
SCALE = SearchScale(base=-1.0, factor=2.0, level=0.25, center=2.0)
#: log-odds of the three candidates by the scale; their standard scores are 1.22, 0 and -1.22
LOG_ODDS = [-1.0 + 2.0 * 0.6 * z for z in (1.5**0.5, 0.0, -(1.5**0.5))]
OWN = Calibration(
    id=UUID(int=5),
    fingerprint=FakeScorer.model.fingerprint,
    reranker=FakeScorer.model.name,
    searches=SCALE,
    documents=DocumentScale(base=-1.0, slope=1.0),
    curve=LOGISTIC,
    answerable=None,
    pool=CandidatePool(strategy="hybrid", candidates=100, depth=50),
)
FOREIGN = replace(OWN, fingerprint="a" * 64, reranker="older")
BOT = Threshold(name="bot", cutoff=0.0, fingerprint=FakeScorer.model.fingerprint)
#: scores of 2, 1 and 0, the number of words shared with the query
FOUND = (candidate(1, "blue whale"), candidate(2, "red fox"), candidate(3, "red car"))


def place(running=None, docs=None, **parts):
    collections = FakeCollections({(TENANT, "docs"): docs or collection()})
    return services(
        collections=collections,
        candidates=FakeCandidates(FOUND),
        calibrations=GivenCalibration(
            FakeThresholds(collections), found=running or StoredCalibration(calibration=OWN)
        ),
        **parts,
    )


async def asked(ports, **knobs):
    request = SearchRequest(query="red fox", **{"rerank": RerankMode.ALWAYS, **knobs})
    return await search(ports, TENANT, "docs", request)


async def test_results_carry_their_probability():
    ranking = await asked(place())

    assert [hit.scores.rerank for hit in ranking.results] == [2, 1, 0]
    assert [hit.scores.log_odds for hit in ranking.results] == pytest.approx(LOG_ODDS)
    assert [hit.scores.relevance for hit in ranking.results] == pytest.approx(
        [LOGISTIC.relevance(each) for each in LOG_ODDS]
    )
    assert (ranking.calibration.id, ranking.calibration.reason) == (OWN.id, None)


async def test_whole_pool_of_low_probabilities_is_not_answerable():
    low = replace(OWN, searches=replace(SCALE, base=-9.0))

    hopeful = await asked(place())
    hopeless = await asked(place(StoredCalibration(calibration=low)))

    assert hopeful.answerable.value
    assert not hopeless.answerable.value
    assert hopeless.answerable.probability == pytest.approx(0.0007, abs=1e-4)


async def test_calibration_of_supplied_pairs_gives_a_search_no_probability_and_the_reason():
    ranking = await asked(place(StoredCalibration(calibration=replace(OWN, searches=None))))

    assert {hit.scores.relevance for hit in ranking.results} == {None}
    assert ranking.calibration.id is None
    assert "was fitted to supplied pairs" in ranking.calibration.reason


async def test_calibration_of_another_reranker_gives_no_probability_and_the_reason():
    ranking = await asked(place(StoredCalibration(calibration=FOREIGN)))

    assert {hit.scores.relevance for hit in ranking.results} == {None}
    assert ranking.answerable is None
    assert ranking.calibration.id is None
    assert "is of another reranker: older (aaaaaaaaaaaa)" in ranking.calibration.reason


async def test_without_calibration_the_reason_says_so():
    ranking = await asked(place(StoredCalibration()))

    assert (ranking.calibration.id, ranking.calibration.reason) == (None, "no calibration")


async def test_search_that_was_not_reranked_has_no_probability():
    ranking = await asked(place(), rerank=RerankMode.NEVER)

    assert ranking.calibration.reason == "nothing was reranked"
    assert {hit.scores.relevance for hit in ranking.results} == {None}


async def test_other_kind_of_search_is_remarked_on():
    ranking = await asked(place(), depth=20)

    assert ranking.calibration.id == OWN.id
    assert "hybrid, 100 candidates, depth 50" in ranking.calibration.reason


@pytest.mark.parametrize(
    ("knobs", "left", "cut"),
    [
        ({"min_relevance": 0.2}, [2, 1], CutCounts(min_relevance=1)),
        ({"threshold": "bot"}, [2], CutCounts(threshold=2)),
        ({"min_score": 0.5, "threshold": "bot"}, [2], CutCounts(min_score=1, threshold=1)),
        ({"min_relevance": 0.99}, [], CutCounts(min_relevance=3)),
    ],
)
async def test_cuts_say_how_many_they_removed(knobs, left, cut):
    ports = place(StoredCalibration(calibration=OWN, threshold=BOT))

    ranking = await asked(ports, **knobs)

    assert [hit.scores.rerank for hit in ranking.results] == left
    assert ranking.cut == cut
    assert len(ranking.hits) == 3
    assert [(each.id, each.cut) for each in ports.rankings.recorded] == [(ranking.id, cut)]


async def test_threshold_by_relevance_goes_by_whatever_calibration_applies():
    named = Threshold(name="bot", min_relevance=0.2)

    ranking = await asked(
        place(StoredCalibration(calibration=OWN, threshold=named)), threshold="bot"
    )

    assert ranking.cut == CutCounts(threshold=1)


@pytest.mark.parametrize(
    ("running", "knobs"),
    [
        (StoredCalibration(), {"min_relevance": 0.5}),
        (StoredCalibration(calibration=FOREIGN), {"min_relevance": 0.5}),
        (
            StoredCalibration(
                calibration=FOREIGN, threshold=Threshold(name="bot", min_relevance=0.5)
            ),
            {"threshold": "bot"},
        ),
        (
            StoredCalibration(calibration=OWN, threshold=replace(BOT, fingerprint="a" * 64)),
            {"threshold": "bot"},
        ),
    ],
)
async def test_cut_that_nothing_stands_for_is_refused_before_any_work(running, knobs):
    ports = place(running)

    with pytest.raises(ConflictError):
        await asked(ports, **knobs)

    assert ports.scorer.asked == []


async def test_unknown_threshold_is_said():
    with pytest.raises(NotFoundError, match="no threshold `bot`"):
        await asked(place(), threshold="bot")


async def test_cut_by_score_needs_reranking_and_forces_it():
    ports = place(docs=collection(chunk_count=10))

    ranking = await asked(ports, rerank=RerankMode.AUTO, min_relevance=0.2)

    assert ranking.rerank.scored == 3
    with pytest.raises(InvalidRequestError, match="needs reranking"):
        SearchRequest(query="x", rerank=RerankMode.NEVER, threshold="bot")


async def test_where_nothing_could_be_scored_nothing_is_cut():
    ports = place(StoredCalibration(calibration=OWN), scorer=FakeScorer(scored_in_time=0))

    ranking = await asked(ports, min_relevance=0.9, budget_ms=500)

    assert len(ranking.results) == 3
    assert ranking.cut == CutCounts()


async def test_scores_of_late_interaction_are_calibrated_by_its_own():
    ports = place(late=FakeLate(), docs=collection(stores_tokens=True))

    by_late = await asked(ports, cascade=0)
    by_reranker = await asked(ports, cascade=2)

    assert by_late.calibration.id is None
    assert f"and {FakeLate.model.name} (" in by_late.calibration.reason
    assert by_reranker.calibration.id == OWN.id


async def test_ranked_leaves_no_trace():
    ports = place()

    _, ranking = await search_unlogged(
        ports, TENANT, "docs", SearchRequest(query="red fox", rerank=RerankMode.ALWAYS)
    )

    assert len(ranking.hits) == 3
    assert ports.rankings.recorded == []
