from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.domain import rerank as ranks
from pgrerank.domain.calibration import Calibration, CalibrationCurve, CandidatePool, Method
from pgrerank.domain.candidate import PairScore, RerankStatus
from pgrerank.domain.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    QuotaError,
    ScoringError,
    TooLargeError,
)
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ScoreKind
from pgrerank.domain.relevance import StoredCalibration
from pgrerank.domain.rerank import RerankRequest, SuppliedDocument
from pgrerank.domain.score_scale import DocumentScale, SearchScale
from pgrerank.usecases.rerank import rerank
from tests.fake_calibrations import GivenCalibration
from tests.fakes import FakeRankings, FakeScorer, services

TENANT = TenantId(UUID(int=1))
SCORER = FakeScorer.model


def request(*texts, query="red green blue", **knobs):
    documents = tuple(SuppliedDocument(text) for text in texts)
    return RerankRequest(query=query, documents=documents, **knobs)


def indexes(documents):
    return [each.index for each in documents]


def calibrations(fingerprint=SCORER.fingerprint):
    """A calibration with odds of 1 for two shared words, times e for each further word."""
    found = Calibration(
        id=UUID(int=7),
        fingerprint=fingerprint,
        reranker="some",
        searches=SearchScale(base=-3.0, factor=1.0, level=0.0, center=0.0),
        documents=DocumentScale(base=-2.0, slope=1.0),
        curve=CalibrationCurve(method=Method.PLATT, coefficients=(9.0, 9.0)),
        answerable=None,
        pool=CandidatePool(strategy="hybrid", candidates=100, depth=50),
    )
    return GivenCalibration(found=StoredCalibration(calibration=found))


async def test_the_best_come_first_and_equals_keep_the_callers_order():
    ranked = await rerank(services(), TENANT, request("x", "red", "red green", "y", "blue"))

    assert indexes(ranked.results) == [2, 1, 4, 0, 3]
    assert [each.scores.rerank for each in ranked.results] == [2, 1, 1, 0, 0]
    assert ranked.rerank.status is RerankStatus.FULL


async def test_a_limit_shortens_the_answer_and_nothing_else():
    scorer = FakeScorer()

    ranked = await rerank(services(scorer=scorer), TENANT, request("x", "red", "blue red", limit=1))

    assert indexes(ranked.results) == [2]
    assert indexes(ranked.documents) == [2, 1, 0]
    assert scorer.asked == [("red green blue", 3)]


async def test_what_is_below_the_depth_stands_behind_in_the_callers_order():
    scorer = FakeScorer()

    ranked = await rerank(
        services(scorer=scorer), TENANT, request("x", "red", "blue", "red", depth=2)
    )

    assert indexes(ranked.results) == [1, 0, 2, 3]
    assert [each.scores.rerank for each in ranked.results] == [1, 0, None, None]
    assert ranked.rerank.scored == 2


async def test_what_the_budget_leaves_unscored_is_last_and_shown_as_zero():
    scorer = FakeScorer(scored_in_time=1)

    ranked = await rerank(
        services(scorer=scorer), TENANT, request("x", "blue", "red", budget_ms=100)
    )

    assert indexes(ranked.results) == [0, 1, 2]
    assert [each.display_score for each in ranked.results][1:] == [0, 0]
    assert ranked.rerank.status is RerankStatus.PARTIAL


async def test_a_budget_in_which_nothing_is_scored_is_told_as_such():
    ranked = await rerank(
        services(scorer=FakeScorer(scored_in_time=0)), TENANT, request("x", "red", budget_ms=100)
    )

    assert ranked.rerank.status is RerankStatus.SKIPPED
    assert indexes(ranked.results) == [0, 1]


async def test_a_reranker_that_gives_no_number_has_failed():
    log = FakeRankings()

    with pytest.raises(ScoringError):
        await rerank(
            services(scorer=FakeScorer(scored_in_time=0), rankings=log), TENANT, request("red")
        )

    assert [ranked.rerank.status for _, ranked in log.supplied] == [RerankStatus.FAILED]


@pytest.mark.parametrize(
    ("failure", "status", "reason"),
    [
        (OverloadedError(3), RerankStatus.SKIPPED, "at capacity"),
        (QuotaError(3, 100), RerankStatus.SKIPPED, "quota of 100 pairs"),
        (ScoringError("The model"), RerankStatus.FAILED, "the reranker failed"),
    ],
)
async def test_a_failure_is_told_to_the_caller_and_to_the_log(failure, status, reason):
    log = FakeRankings()

    with pytest.raises(type(failure)):
        await rerank(
            services(scorer=FakeScorer(failure=failure), rankings=log), TENANT, request("red", "x")
        )

    ((_, ranked),) = log.supplied
    assert (ranked.rerank.status, ranked.documents) == (status, ())
    assert reason in ranked.rerank.reason


async def test_what_is_answered_is_logged():
    log = FakeRankings()
    asked = request("x", "red")

    ranked = await rerank(services(rankings=log), TENANT, asked)

    [(request_logged, logged)] = log.supplied
    assert request_logged == asked
    assert list(logged.timings_ms) == ["lookup", "rerank", "order", "total"]
    assert list(ranked.timings_ms) == ["lookup", "rerank", "order", "log", "total"]
    assert replace(logged, timings_ms=ranked.timings_ms) == ranked


async def test_scores_are_shown_as_probabilities_where_there_is_a_calibration():
    ranked = await rerank(
        services(calibrations=calibrations()), TENANT, request("red", "red blue", "red green blue")
    )

    assert [each.scores.relevance for each in ranked.results] == pytest.approx(
        [0.731, 0.5, 0.269], abs=1e-3
    )
    assert [each.display_score for each in ranked.results] == [
        each.scores.relevance for each in ranked.results
    ]
    assert (
        ranked.calibration.reason == "it was fitted to searches: hybrid, 100 candidates, depth 50"
    )


async def test_without_a_calibration_a_logit_is_shown_by_its_sigmoid():
    ranked = await rerank(services(), TENANT, request("x", "red"))

    assert [each.display_score for each in ranked.results] == pytest.approx([0.731, 0.5], abs=1e-3)
    assert [each.scores.relevance for each in ranked.results] == [None, None]


async def test_results_are_cut_by_relevance():
    ranked = await rerank(
        services(calibrations=calibrations()),
        TENANT,
        request("red", "red blue", "red green blue", min_relevance=0.5),
    )

    assert indexes(ranked.results) == [2, 1]
    assert ranked.cut.min_relevance == 1


async def test_a_cut_by_relevance_without_a_calibration_of_the_reranker_is_refused():
    other = calibrations(fingerprint="0" * 64)

    with pytest.raises(ConflictError, match="another reranker"):
        await rerank(services(calibrations=other), TENANT, request("red", min_relevance=0.5))


async def test_a_collection_must_exist():
    with pytest.raises(NotFoundError):
        await rerank(services(), TENANT, request("red", collection="none"))


async def test_only_a_reranker_that_there_is_can_be_named():
    other = FakeScorer()

    await rerank(services(rerankers={"other": other}), TENANT, request("red", model="other"))

    assert other.asked == [("red green blue", 1)]
    with pytest.raises(InvalidRequestError, match="another"):
        await rerank(services(), TENANT, request("red", model="another"))


async def test_a_document_that_is_cut_short_is_refused_where_the_caller_says_so():
    class Short(FakeScorer):
        async def score(self, query, passages, **about):
            scores = await super().score(query, passages, **about)
            return [*scores[:-1], replace(scores[-1], truncated=True)]

    ranked = await rerank(services(scorer=Short()), TENANT, request("a", "red"))
    assert [each.scores.truncated for each in ranked.results] == [True, False]

    with pytest.raises(InvalidRequestError, match=r"documents\[1\]"):
        await rerank(services(scorer=Short()), TENANT, request("a", "red", truncate=False))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("query", request_knobs)
        for request_knobs in ({"query": " "}, {"query": "a\0"}, {"query": "a" * 100_001})
    ]
    + [
        ("limit", {"limit": 0}),
        ("depth", {"depth": 0}),
        ("budget_ms", {"budget_ms": 0}),
        ("min_relevance", {"min_relevance": 1.5}),
        ("threshold", {"threshold": "bot"}),
        ("end_user_id", {"end_user_id": ""}),
        ("end_user_id", {"end_user_id": "a" * 201}),
        ("end_user_id", {"end_user_id": "a\0b"}),
        ("end_user_id", {"end_user_id": "a\ud800"}),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(field, wrong):
    with pytest.raises(InvalidRequestError) as refused:
        request("red", **wrong)

    assert refused.value.field == field


def test_there_are_documents_and_not_too_many():
    with pytest.raises(InvalidRequestError, match="empty"):
        request()
    with pytest.raises(TooLargeError):
        request(*["a"] * 10_001)


@pytest.mark.parametrize("kind", [*ScoreKind, None])
def test_shown_scores_lie_between_0_and_1_in_the_order_of_the_raw_ones(kind):
    shown = [ranks.display_score(score, kind) for score in (-1e6, -1.0, -0.2, 0.1, 0.9, 1.0, 1e6)]

    assert shown == sorted(shown)
    assert shown[0] >= 0
    assert shown[-1] <= 1
    assert ranks.display_score(0.9, kind) > ranks.display_score(0.1, kind)
    assert ranks.display_score(None, kind) == 0


def test_a_mean_cosine_of_one_half_is_shown_as_one_half():
    shown = [ranks.display_score(score, ScoreKind.MAXSIM) for score in (-1.0, 0.3, 0.5, 0.7, 1.0)]

    assert shown == pytest.approx([0, 0.057, 0.5, 0.943, 1], abs=1e-3)
    assert shown == sorted(set(shown))


def test_boosts_move_documents_and_leave_their_scores():
    documents = [SuppliedDocument(text) for text in "abc"]
    scores = [PairScore(value=value) for value in (0.2, 0.5, None)]

    ordered = ranks.order_documents(documents, scores, [0.4, 0.0, 9.0])

    assert indexes(ordered) == [0, 1, 2]
    assert [each.scores.rerank for each in ordered] == [0.2, 0.5, None]
    assert [each.scores.deciding for each in ordered] == [pytest.approx(0.6), 0.5, None]


async def test_a_reranker_that_cannot_read_the_query_is_named():
    unread = await rerank(services(), TENANT, request("red", "green", query="สีแดง"))
    read = await rerank(services(), TENANT, request("red", "green"))

    assert [text.split("`")[1] for text in unread.warnings] == ["fake-reranker"]
    assert read.warnings == ()
