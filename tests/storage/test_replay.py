"""Logged searches run again, over Postgres and fake models."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import LOGISTIC, Calibration, CandidatePool
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.field_boost import FieldBoost
from pgrerank.domain.ids import RankingId
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.relevance import StoredCalibration
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.domain.score_scale import SearchScale
from pgrerank.domain.threshold import Threshold
from pgrerank.storage.calibrations import PostgresCalibrations
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.evaluations import PostgresEvaluations
from pgrerank.storage.history import PostgresHistory
from pgrerank.storage.judgments import PostgresJudgments
from pgrerank.storage.rankings import PostgresRankings
from pgrerank.usecases.evaluation import replay_thresholds
from pgrerank.usecases.evaluation.replay import ReplayPlan, measure, replay, replayed_request, save
from pgrerank.usecases.evaluation.replay_thresholds import ThresholdOverrides
from pgrerank.usecases.search import search
from tests import fakes
from tests.fake_calibrations import GivenCalibration
from tests.fixtures.collections import changing, embedded

TEXTS = [f"walrus {'seal ' * n}{'ice ' * (7 - n)}w{n}" for n in range(8)]
QUERY = "walrus seal"


@pytest.fixture
async def shelf(new_shelf):
    return await new_shelf(*[embedded(f"d{n}", text) for n, text in enumerate(TEXTS)])


@pytest.fixture
def services(shelf):
    return fakes.services(
        candidates=PostgresCandidates(shelf.pool),
        calibrations=PostgresCalibrations(shelf.pool),
        collections=PostgresCollections(shelf.pool),
        documents=PostgresDocuments(shelf.pool),
        rankings=PostgresRankings(shelf.pool, fakes.FakeScorer.model),
        history=PostgresHistory(shelf.pool),
        judgments=PostgresJudgments(shelf.pool),
        evaluations=PostgresEvaluations(shelf.pool),
    )


async def logged(services, shelf, *, rerank=RerankMode.ALWAYS, **knobs):
    request = SearchRequest(query=QUERY, rerank=rerank, **knobs)
    return await search(services, shelf.tenant_id, shelf.collection.name, request)


def logged_rows(database):
    with database.admin() as admin:
        return admin.execute("select count(*) from pgrerank.rerank_log").fetchone()[0]


async def test_the_same_plan_gives_the_same_order(services, shelf):
    made = await logged(services, shelf)

    again = await replay(services, shelf.tenant_id, made.id, ReplayPlan())

    assert again.is_exact
    assert again.after == again.before == tuple(hit.candidate.chunk_id for hit in made.hits)
    assert again.tau == pytest.approx(1)
    assert again.top10_kept == 1


async def test_diversity_is_replayed_and_can_be_changed(services, shelf):
    plain = await logged(services, shelf)
    varied = await logged(services, shelf, diversity=0.7, per_document=1)
    ids = tuple(hit.candidate.chunk_id for hit in varied.hits)
    assert ids != tuple(hit.candidate.chunk_id for hit in plain.hits)

    again = await replay(services, shelf.tenant_id, varied.id, ReplayPlan())
    changed = await replay(services, shelf.tenant_id, plain.id, ReplayPlan(diversity=0.7))

    assert again.before == again.after == changed.after == ids


async def test_ages_count_from_the_time_of_the_search(services, shelf):
    """A replay years later has the order of the search, since all documents are older then."""
    services.clock.instant = now = datetime.now(UTC)
    dates = [(now - timedelta(days=n)).isoformat() for n in range(len(TEXTS))]
    await shelf.store(
        *[embedded(f"d{n}", text, metadata={"made": dates[n]}) for n, text in enumerate(TEXTS)]
    )
    boosts = {"made": FieldBoost(half_life_days=1, weight=1.0)}
    await services.collections.change(
        shelf.tenant_id, shelf.collection.name, changing(field_boosts=boosts)
    )
    made = await logged(services, shelf)
    services.clock.advance(10 * 365 * 86400)

    again = await replay(services, shelf.tenant_id, made.id, ReplayPlan())

    at_search = [hit.scores.boost for hit in made.hits]
    assert max(at_search) > 0.1
    assert [hit.scores.boost for hit in again.hits] == pytest.approx(at_search, rel=1e-3)
    assert again.after == again.before


async def test_a_replay_writes_nothing(services, shelf, database):
    made = await logged(services, shelf)
    rows = logged_rows(database)

    await replay(services, shelf.tenant_id, made.id, ReplayPlan(depth=1))

    assert logged_rows(database) == rows


async def test_another_depth_is_what_a_search_to_that_depth_gives(services, shelf):
    made = await logged(services, shelf)
    shallow = await logged(services, shelf, depth=2)

    again = await replay(services, shelf.tenant_id, made.id, ReplayPlan(depth=2))

    assert again.after == tuple(hit.candidate.chunk_id for hit in shallow.hits)
    assert again.rerank.scored == 2


@pytest.mark.parametrize(
    "settings",
    [
        {"dense_weight": 0.0},
        {"keyword_weight": 0.0},
        {"fusion": Fusion.WEIGHTED, "dense_weight": 0.2},
        {"rrf_k": 1},
    ],
)
async def test_another_fusion_is_what_a_search_under_it_gives(services, shelf, settings):
    made = await logged(services, shelf)
    retrieval = Retrieval(**settings)
    request = SearchRequest(query=QUERY)
    fused = await services.candidates.retrieve(
        shelf.tenant_id,
        replace(shelf.collection, retrieval=retrieval),
        request,
        await services.embedder.query(QUERY),
    )

    recalled = await services.history.candidates(
        shelf.tenant_id, shelf.collection, made.id, fusion=retrieval
    )

    assert [each.chunk_id for each in recalled.candidates] == [
        each.chunk_id for each in fused.candidates
    ]
    for again, first in zip(recalled.candidates, fused.candidates, strict=True):
        assert again.fused_score == pytest.approx(first.fused_score, abs=1e-6)


async def test_what_was_deleted_or_changed_is_named_and_left_out(services, shelf):
    made = await logged(services, shelf)
    first, second = (hit.candidate for hit in made.hits[:2])
    documents = PostgresDocuments(shelf.pool)
    await documents.delete(shelf.tenant_id, shelf.collection, first.external_id)
    await shelf.store(embedded(second.external_id, "something else"))

    again = await replay(services, shelf.tenant_id, made.id, ReplayPlan())

    assert set(again.gone) == {first.chunk_id, second.chunk_id}
    assert not again.is_exact
    assert again.before == tuple(hit.candidate.chunk_id for hit in made.hits[2:])


async def test_a_search_that_found_nothing_is_replayed_as_nothing(services, shelf):
    request = SearchRequest(query="of the", rerank=RerankMode.ALWAYS, strategy=Strategy.KEYWORD)
    made = await search(services, shelf.tenant_id, shelf.collection.name, request)

    again = await replay(services, shelf.tenant_id, made.id, ReplayPlan())

    assert (again.before, again.after, again.tau, again.top10_kept) == ((), (), None, None)


async def test_a_ranking_that_is_not_there_is_refused(services, shelf):
    with pytest.raises(NotFoundError):
        await replay(services, shelf.tenant_id, RankingId(uuid7()), ReplayPlan())


async def cut(services, shelf, made, cuts, plan=ReplayPlan()):  # noqa: B008 - it never changes
    again = await replay(services, shelf.tenant_id, made.id, plan)
    return await replay_thresholds.apply_thresholds(services, shelf.tenant_id, again, plan, cuts)


@pytest.mark.parametrize(("then", "now", "left"), [(1, 2, (8, 7)), (2, 1, (7, 8))])
async def test_another_threshold_leaves_what_a_search_under_it_returns(
    services, shelf, then, now, left
):
    made = await logged(services, shelf, min_score=then, limit=100)
    other = await logged(services, shelf, min_score=now, limit=100)

    again = await cut(services, shelf, made, ThresholdOverrides(min_score=now))

    assert again.before == tuple(hit.candidate.chunk_id for hit in made.results)
    assert again.after == tuple(hit.candidate.chunk_id for hit in other.results)
    assert (len(again.before), len(again.after)) == left


async def test_a_threshold_cuts_the_same_whatever_the_diversity(services, shelf):
    """The relevance of a result does not depend on those that novelty put before it."""
    known = GivenCalibration(found=StoredCalibration(calibration=CALIBRATION))
    ports = replace(services, calibrations=known)
    bound = ThresholdOverrides(min_relevance=0.6)
    left = [
        await cut(ports, shelf, await logged(services, shelf, diversity=diversity), bound)
        for diversity in (0, 0.9)
    ]

    plain, varied = (each.after for each in left)
    assert plain != varied
    assert set(plain) == set(varied)
    assert 0 < len(plain) < len(TEXTS)


async def test_a_stored_threshold_cuts_by_its_log_odds(services, shelf):
    made = await logged(services, shelf)
    known = GivenCalibration(found=StoredCalibration(calibration=CALIBRATION, threshold=THRESHOLD))

    again = await cut(
        replace(services, calibrations=known), shelf, made, ThresholdOverrides(threshold="bot")
    )

    assert again.before == tuple(hit.candidate.chunk_id for hit in made.hits)
    assert 0 < len(again.after) < len(made.hits)
    assert again.after == kept(again.hits, ThresholdOverrides(threshold="bot"))


async def test_a_cut_by_relevance_needs_a_calibration_of_the_reranker(services, shelf):
    made = await logged(services, shelf)

    with pytest.raises(ConflictError, match="pgrerank calibrate"):
        await cut(services, shelf, made, ThresholdOverrides(min_relevance=0.5))


async def test_what_is_left_is_judged(services, shelf):
    made = await logged(services, shelf)
    best, second, *_, last = (hit.candidate.external_id for hit in made.hits)
    await PostgresJudgments(shelf.pool).add(
        shelf.tenant_id,
        shelf.collection,
        [
            Judgment(query=QUERY, external_id=name, grade=grade, source="human")
            for name, grade in ((best, 2), (second, 0), (last, 1))
        ],
    )
    score = made.hits[0].scores.rerank
    again = await cut(services, shelf, made, ThresholdOverrides(min_score=score))
    none = await cut(services, shelf, made, ThresholdOverrides(min_score=score + 1))

    before, after = await replay_thresholds.summarise(services, shelf.tenant_id, [again, none])

    assert (before.results, before.empty) == (len(made.hits), 0)
    assert (before.precision, before.relevant) == (pytest.approx(2 / 3), 1)
    assert (after.results, after.empty) == (len(again.after) / 2, 1)
    assert (after.precision, after.relevant) == (1 / 2, 1 / 4)
    figures = await measure(services, shelf.tenant_id, [again])
    assert figures.after["RR@10"] == 1
    assert figures.after["nDCG@10"] < figures.before["nDCG@10"]


async def test_a_cut_replay_is_stored_as_it_was_cut(services, shelf):
    made = await logged(services, shelf)
    last = made.hits[-1].candidate.external_id
    await PostgresJudgments(shelf.pool).add(
        shelf.tenant_id,
        shelf.collection,
        [Judgment(query=QUERY, external_id=last, grade=1, source="human")],
    )
    again = await cut(
        services, shelf, made, ThresholdOverrides(min_score=made.hits[0].scores.rerank)
    )

    stored = await save(
        services, shelf.tenant_id, shelf.collection.name, [again], ReplayPlan(), label="strict"
    )

    assert (stored.metrics["nDCG@10"], stored.metrics["R@100"]) == (0, 1)


CALIBRATION = Calibration(
    id=uuid7(),
    fingerprint=fakes.FakeScorer.model.fingerprint,
    reranker=fakes.FakeScorer.model.name,
    searches=SearchScale(base=1.0, factor=2.0, level=0.5, center=2.0),
    documents=None,
    curve=LOGISTIC,
    answerable=None,
    pool=CandidatePool(strategy="hybrid", candidates=100, depth=50),
)
THRESHOLD = Threshold(name="bot", cutoff=1.0, fingerprint=fakes.FakeScorer.model.fingerprint)
CUTS = [
    ThresholdOverrides(min_score=2),
    ThresholdOverrides(min_relevance=0.6),
    ThresholdOverrides(threshold="bot"),
    ThresholdOverrides(min_score=1, min_relevance=0.6, threshold="bot"),
]
PLANS = [
    ReplayPlan(),
    ReplayPlan(depth=3),
    ReplayPlan(fusion=Retrieval(rrf_k=1)),
    ReplayPlan(depth=2, fusion=Retrieval()),
]


def kept(hits, cuts):
    """The chunks that pass these bounds, by the calibration."""
    scored = [hit for hit in hits if hit.scores.rerank is not None]
    base = 1.0 + 0.5 * (max(hit.scores.rerank for hit in scored) - 2.0)
    least = max(
        THRESHOLD.cutoff if cuts.threshold else -math.inf,
        math.log(0.6 / 0.4) if cuts.min_relevance else -math.inf,
    )
    return tuple(
        hit.candidate.chunk_id
        for hit in scored
        if hit.scores.rerank >= (cuts.min_score or 0)
        and base + 2.0 * (hit.scores.parts.total - hit.scores.parts.base) >= least
    )


@pytest.mark.parametrize("plan", PLANS, ids=str)
@pytest.mark.parametrize("cuts", CUTS, ids=str)
@pytest.mark.parametrize("mode", RerankMode)
async def test_a_search_logged_in_any_mode_is_replayed_under_any_bound(
    services, shelf, mode, cuts, plan
):
    made = await logged(services, shelf, rerank=mode, limit=100)
    known = GivenCalibration(found=StoredCalibration(calibration=CALIBRATION, threshold=THRESHOLD))

    again = await cut(replace(services, calibrations=known), shelf, made, cuts, plan)

    scored = [hit for hit in again.hits if hit.scores.rerank is not None]
    assert len(scored) == min(plan.depth or 50, len(made.hits))
    assert again.after == kept(again.hits, cuts)
    assert again.before == tuple(hit.candidate.chunk_id for hit in made.hits)


async def test_the_depth_of_a_replay_is_the_pool_of_its_relevance(services, shelf):
    made = await logged(services, shelf)
    plan = ReplayPlan(depth=3)
    again = await replay(services, shelf.tenant_id, made.id, plan)

    request = replayed_request(again.ranking, plan)

    assert CandidatePool.of(request).depth == 3
    assert (request.rerank, request.budget_ms) == (RerankMode.ALWAYS, None)


async def test_a_search_by_several_wordings_keeps_its_fused_order(services, shelf):
    made = await logged(services, shelf, strategy=Strategy.KEYWORD, queries=("ice w0", "ice w1"))
    fused = Retrieval(fusion=Fusion.WEIGHTED)

    again = await replay(services, shelf.tenant_id, made.id, ReplayPlan(fusion=fused))

    assert len(made.hits) == len(TEXTS)
    assert [(each.candidate.chunk_id, each.candidate.fused_rank) for each in again.hits] == [
        (each.candidate.chunk_id, each.candidate.fused_rank) for each in made.hits
    ]


async def test_a_list_of_several_wordings_is_as_long_as_that_of_one(services, shelf):
    made = await logged(
        services, shelf, strategy=Strategy.KEYWORD, candidates=2, queries=("ice w0", "w3", "w7")
    )

    assert sorted(each.candidate.fused_rank for each in made.hits) == [1, 2]
    assert all(each.candidate.content for each in made.hits)
