import math
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import Method, Unjudged
from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.ids import TenantId
from pgrerank.domain.judgment import Judgment, ScoredChunk
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.domain.threshold import Promise
from pgrerank.usecases.calibration import fit
from pgrerank.usecases.calibration.calibrate import GivenPair, calibrate, calibrate_pairs, fit_pairs
from pgrerank.usecases.calibration.judged_pairs import (
    CalibrationPlan,
    JudgedPair,
    ScoreSource,
    observations,
    sample_of_pairs,
)
from pgrerank.usecases.calibration.threshold import by_hand, promise
from tests.fakes import (
    FakeCandidates,
    FakeCollections,
    FakeJudgments,
    FakeScorer,
    candidate,
    collection,
    services,
)
from tests.fixtures.samples import Law, sample

TENANT = TenantId(UUID(int=7))
REQUEST = SearchRequest(query="", rerank=RerankMode.ALWAYS)
FOUND = tuple(
    candidate(rank, text, external_id=name)
    for rank, (name, text) in enumerate({"a": "red fox", "b": "red car", "c": "boat"}.items(), 1)
)


def judged(queries=12, grades=None):
    return FakeJudgments(
        {
            (TENANT, collection().id): [
                Judgment(query=f"red fox {n}", external_id=name, grade=grade, source="human")
                for n in range(queries)
                for name, grade in (grades or {"a": 2, "b": 0}).items()
            ]
        }
    )


def place(judgments):
    return services(
        collections=FakeCollections({(TENANT, "docs"): collection()}),
        candidates=FakeCandidates(FOUND),
        judgments=judgments,
    )


async def test_judged_queries_are_searched_and_fitted_and_nothing_is_logged():
    ports = place(judged())

    made = await calibrate(ports, TENANT, "docs", CalibrationPlan(request=REQUEST))

    assert (made.queries, made.pairs, made.positives) == (12, 24, 12)
    served = made.searches.apply(
        [HitScores(rerank=2.0, parts=p) for p in (ScoreParts(words=0.7), ScoreParts(words=-0.7))]
    )
    assert served[0].log_odds > 0.5
    assert served[1].log_odds < -0.5
    assert made.documents.slope > 0
    assert (made.fingerprint, made.collection) == (FakeScorer.model.fingerprint, "docs")
    assert await ports.calibrations.get(TENANT, made.id) == made
    assert ports.rankings.recorded == []


async def test_what_nobody_judged_counts_as_irrelevant_where_that_is_asked_for():
    plan = CalibrationPlan(request=REQUEST, unjudged=Unjudged.IRRELEVANT)

    made = await calibrate(place(judged()), TENANT, "docs", plan)

    assert (made.pairs, made.positives) == (36, 12)


async def test_grade_from_which_on_pairs_are_relevant_can_be_raised():
    with pytest.raises(InvalidRequestError, match="12 queries with 0 relevant and 24 irrelevant"):
        await calibrate(
            place(judged()), TENANT, "docs", CalibrationPlan(request=REQUEST, relevant_from=3)
        )


async def test_calibration_of_the_whole_tenant_takes_the_judgments_of_all_collections():
    made = await calibrate(place(judged()), TENANT, None, CalibrationPlan(request=REQUEST))

    assert (made.collection, made.queries) == (None, 12)


@pytest.mark.parametrize("queries", [0, 9])
async def test_too_little_is_refused_with_what_there_is(queries):
    with pytest.raises(InvalidRequestError, match=f"{queries} queries"):
        await calibrate(place(judged(queries)), TENANT, "docs", CalibrationPlan(request=REQUEST))


async def test_few_queries_are_warned_of():
    few = await calibrate(place(judged()), TENANT, "docs", CalibrationPlan(request=REQUEST))
    many = fit_pairs(
        Law(base=0.0).sample(60, 10, seed=1), CalibrationPlan(request=REQUEST), FakeScorer.model
    )

    assert [warning.split(" are few")[0] for warning in few.warnings[-2:]] == [
        "12 queries",
        "12 relevant pairs",
    ]
    assert many.warnings == []


async def test_scores_of_the_log_need_no_reranker():
    class Logged(FakeJudgments):
        async def logged_scores(self, *_):
            return [
                ScoredChunk(
                    query=query,
                    external_id=name,
                    chunk_id=uuid7(),
                    scores=HitScores(rerank=score, parts=ScoreParts(base=-5.8, reranker=part)),
                    place=rank,
                )
                for query in dict.fromkeys(
                    each.query for each in self.kept[TENANT, collection().id]
                )
                for rank, (name, score, part) in enumerate(
                    [("a", 3.5, 0.9), (None, 2.0, 0.0), ("b", 0.5, -0.9)], 1
                )
            ]

    ports = place(Logged(judged().kept))

    made = await calibrate(
        ports, TENANT, "docs", CalibrationPlan(request=REQUEST, source=ScoreSource.LOG)
    )

    assert (made.pairs, made.positives) == (24, 12)
    assert ports.scorer.asked == []


async def test_given_pairs_are_scored_and_fitted():
    given = [
        GivenPair(query=f"red fox {n}", text=text, grade=grade)
        for n in range(10)
        for text, grade in [("a red fox", 3), ("a boat", 0)]
    ]
    ports = place(judged())

    made = await calibrate_pairs(ports, TENANT, "docs", CalibrationPlan(request=REQUEST), given)

    assert (made.queries, made.pairs, made.positives) == (10, 20, 10)
    assert made.searches is None
    assert made.documents.base + made.documents.slope * 2.0 > 1.0


def test_method_with_the_least_held_out_loss_is_chosen():
    # A step function, which no logistic curve fits.
    pairs = Law().sample(100, 20, seed=1)
    steps = sample(pairs.queries, pairs.scores, (pairs.scores > -0.5) & (pairs.queries % 3 > 0))

    made = fit_pairs(steps, CalibrationPlan(request=REQUEST), FakeScorer.model)

    assert made.curve.method is Method.ISOTONIC
    assert min(made.quality.tried, key=made.quality.tried.get) == Method.ISOTONIC
    assert set(made.quality.tried) == set(Method)


def pair(query, place, relevant):
    return JudgedPair(
        query=query, place=place, score=1 / place, rerank=1 / place, best=1.0, relevant=relevant
    )


def test_judged_pairs_stand_for_those_near_their_place():
    # All of the first five are judged, one of the next five, none after that.
    pairs = [pair("q", n, n == 1) for n in range(1, 6)]
    pairs += [pair("q", n, False if n == 6 else None) for n in range(6, 13)]

    found, warnings = sample_of_pairs(pairs, Unjudged.SKIP)

    assert found.weights.tolist() == [1, 1, 1, 1, 1, 5]
    assert found.weights.sum() == 10
    (warning,) = warnings
    assert "2 of 12 pairs" in warning
    assert "beyond place 10" in warning


def test_weights_undo_that_the_best_are_judged_more_often():
    world = Law(slope=2.0, base=0.0).sample(400, 20, seed=2)
    pairs = []
    for query in range(400):
        scores = world.scores[world.queries == query]
        relevant = world.relevant[world.queries == query]
        for rank, index in enumerate(scores.argsort()[::-1], 1):
            known = rank <= 5 or (query + rank) % 5 == 0
            pairs.append(
                JudgedPair(
                    query=str(query),
                    place=rank,
                    score=float(scores[index]),
                    rerank=float(scores[index]),
                    best=float(scores.max()),
                    relevant=bool(relevant[index]) if known else None,
                )
            )

    weighted, _ = sample_of_pairs(pairs, Unjudged.SKIP)
    prior = (weighted.weights * weighted.relevant).sum() / weighted.weights.sum()

    assert math.isclose(prior, world.relevant.mean(), abs_tol=0.02)
    assert weighted.relevant.mean() > world.relevant.mean() + 0.1


async def test_promise_is_kept_under_a_name_or_not_at_all():
    ports = place(judged())
    made = fit_pairs(
        Law(slope=4.0, base=0.0).sample(60, 20, seed=3),
        CalibrationPlan(request=REQUEST),
        FakeScorer.model,
    )
    pairs = Law(slope=4.0, base=0.0).sample(60, 20, seed=3)
    await ports.calibrations.add(TENANT, None, FakeScorer.model, made, pairs)

    kept = await promise(ports, TENANT, "docs", "bot", Promise(precision=0.7))
    broken = await promise(ports, TENANT, "docs", "sure", Promise(precision=0.9999))

    (threshold,) = await ports.thresholds.all(TENANT)
    assert (threshold.name, threshold.cutoff) == ("bot", kept.cutoff)
    assert (threshold.fingerprint, threshold.calibration) == (made.fingerprint, made.id)
    assert broken.cutoff is None


async def test_promise_needs_a_calibration():
    with pytest.raises(NotFoundError, match="pgrerank calibrate"):
        await promise(place(judged()), TENANT, "docs", "bot", Promise(precision=0.7))


async def test_relevance_by_hand_needs_none():
    ports = place(judged())

    made = await by_hand(ports, TENANT, "docs", "bot", 0.25)

    assert (made.min_relevance, made.cutoff) == (0.25, None)
    assert await ports.thresholds.all(TENANT) == [made]


def chunk(name, place, score):
    parts = ScoreParts(base=-5.8, reranker=score)
    return ScoredChunk(
        query="q",
        external_id=name,
        chunk_id=UUID(int=place),
        scores=HitScores(rerank=score, parts=parts),
        place=place,
    )


#: two documents of three chunks each, and an unjudged one
POOL = [
    chunk("a", 1, 0.2),
    chunk("b", 2, 0.9),
    chunk("a", 3, 0.8),
    chunk("c", 4, 0.7),
    chunk("b", 5, 0.6),
    chunk("a", 6, 0.5),
    chunk("c", 7, 0.1),
]


@pytest.mark.parametrize(
    ("grades", "skip", "irrelevant"),
    [
        # A document's grade counts for its highest ranked chunk, even if another scores more.
        (
            {("a", None): 2, ("b", None): 0},
            [(1, True), (2, False)],
            [(1, True), (2, False), (4, False)],
        ),
        # A chunk's own grade overrides that of its document.
        (
            {("a", UUID(int=3)): 3, ("a", None): 0},
            [(1, False), (3, True)],
            [(1, False), (2, False), (3, True), (4, False)],
        ),
        (
            {("a", UUID(int=1)): 3, ("a", None): 0},
            [(1, True)],
            [(1, True), (2, False), (4, False)],
        ),
        # If only one chunk of a document was judged, its other chunks do not count at all.
        ({("a", UUID(int=6)): 2}, [(6, True)], [(2, False), (4, False), (6, True)]),
    ],
)
def test_a_grade_is_one_observation(grades, skip, irrelevant):
    for unjudged, expected in ((Unjudged.SKIP, skip), (Unjudged.IRRELEVANT, irrelevant)):
        plan = CalibrationPlan(request=REQUEST, unjudged=unjudged)

        found, _ = sample_of_pairs(observations(collection(), POOL, grades, plan), unjudged)

        scores = {row.place: row.scores.rerank for row in POOL}
        assert list(zip(found.rerank, found.relevant, strict=True)) == [
            (scores[place], relevant) for place, relevant in expected
        ]
        assert set(found.best) == {0.9}


async def test_documents_of_many_chunks_count_once_for_a_query():
    chunks = tuple(
        candidate(rank, text, external_id=name)
        for rank, (name, text) in enumerate(
            [("a", "red fox"), ("a", "red"), ("a", "boat"), ("b", "red car"), ("b", "red van")], 1
        )
    )
    ports = replace(place(judged()), candidates=FakeCandidates(chunks))

    made = await calibrate(ports, TENANT, "docs", CalibrationPlan(request=REQUEST))

    assert (made.queries, made.pairs, made.positives) == (12, 24, 12)


@pytest.mark.parametrize("method", [None, *Method])
@pytest.mark.parametrize("grades", [{"a": 0, "b": 2}, {"a": 0, "b": 1, "c": 3}])
async def test_a_fit_by_which_a_better_score_means_less_is_refused_and_not_stored(method, grades):
    ports = place(judged(grades=grades))

    with pytest.raises(InvalidRequestError, match=r"mean score of .* irrelevant ones 0.7348"):
        await calibrate(ports, TENANT, "docs", CalibrationPlan(request=REQUEST, method=method))

    assert ports.calibrations.kept == {}


async def test_given_pairs_that_fall_with_the_score_are_refused_likewise():
    given = [
        GivenPair(query=f"red fox {n}", text=text, grade=grade)
        for n in range(10)
        for text, grade in [("a red fox", 0), ("a boat", 3)]
    ]
    ports = place(judged())

    with pytest.raises(InvalidRequestError, match="does not mean more relevance"):
        await calibrate_pairs(ports, TENANT, "docs", CalibrationPlan(request=REQUEST), given)

    assert ports.calibrations.kept == {}


async def test_scores_that_are_all_alike_are_refused():
    alike = tuple(candidate(rank, "red", external_id=name) for rank, name in enumerate("ab", 1))
    ports = replace(place(judged()), candidates=FakeCandidates(alike))

    with pytest.raises(InvalidRequestError, match="does not mean more relevance"):
        await calibrate(ports, TENANT, "docs", CalibrationPlan(request=REQUEST))


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_fitted_to_scores_that_say_little_rises(method, seed):
    pairs = Law(slope=0.1, base=0.0).sample(20, 10, seed=seed)
    relevant, others = fit.mean_scores(pairs)
    pairs = replace(pairs, scores=pairs.scores * np.sign(relevant - others))

    made = fit_pairs(pairs, CalibrationPlan(request=REQUEST, method=method), FakeScorer.model)

    assert made.curve.rises
    assert made.answerable is None or made.answerable.rises


def test_scores_that_say_nothing_on_unseen_queries_are_warned_of():
    made = fit_pairs(
        Law(slope=0.02, base=0.0, spread=1.0).sample(60, 10, seed=1),
        CalibrationPlan(request=REQUEST),
        FakeScorer.model,
    )

    assert any("say no more than the share" in warning for warning in made.warnings)


def test_answerable_is_not_fitted_where_better_pools_hold_less():
    queries = np.repeat(np.arange(40), 2)
    best = np.repeat(np.arange(40) % 2, 2)
    # Queries with a best score of 1 have nothing relevant; else the better pair is relevant.
    scores = np.where(np.arange(80) % 2, best, best - 1.0)
    pairs = sample(queries, scores, (best == 0) & (np.arange(80) % 2 == 1))

    assert fit.answerable(fit.best_of_each(pairs)) is None
