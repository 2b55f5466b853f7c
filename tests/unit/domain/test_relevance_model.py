from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.agreement import by_embeddings, standard_scores
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.relevance_model import GENERIC, Evidence, RelevanceModel

MODEL = RelevanceModel(base=-2.0, reranker=2.0, similarity=1.0, words=0.5, agreement=1.0)
#: reranker, similarity, words, number of an embedding
candidates = st.lists(
    st.tuples(
        st.floats(-100, 100),
        st.none() | st.floats(-1, 1),
        st.none() | st.floats(0, 50),
        st.sampled_from([0, 1]),
    ),
    min_size=1,
    max_size=14,
)


def evidence(rows):
    """The evidence of rows of reranker score, cosine, BM25 and number of an embedding."""
    reranker, similarity, words, embedding = zip(*rows, strict=True)
    vectors = np.eye(2, dtype=np.float32)
    return Evidence(
        reranker=reranker,
        similarity=similarity,
        words=words,
        agreement=by_embeddings([vectors[number] for number in embedding]),
    )


def log_odds(parts: ScoreParts, boost: float = 0.0) -> float:
    scored = HitScores(rerank=0.0, parts=parts, boost=boost).log_odds
    assert scored is not None
    return scored


def test_a_weight_is_what_one_standard_deviation_adds():
    first, second = MODEL.parts(evidence([(9.0, 0.5, 8.0, 0), (7.0, 0.1, 10.0, 0)]))

    assert astuple(first) == pytest.approx((-2.0, 2.0, 1.0, -0.5, 0.0))
    assert astuple(second) == pytest.approx((-2.0, -2.0, -1.0, 0.5, 0.0))


def test_candidate_that_a_leg_did_not_return_counts_as_its_lowest():
    missing = MODEL.parts(evidence([(0, 0.5, 8.0, 0), (0, None, None, 0), (0, 0.25, 4.0, 0)]))
    lowest = MODEL.parts(evidence([(0, 0.5, 8.0, 0), (0, 0.25, 4.0, 0), (0, 0.25, 4.0, 0)]))

    assert missing == lowest


def test_leg_that_was_off_adds_nothing():
    parts = MODEL.parts(evidence([(0, None, None, 0), (1, None, None, 0)]))

    assert {(each.similarity, each.words) for each in parts} == {(0.0, 0.0)}


def test_scores_that_differ_only_by_rounding_add_nothing():
    parts = MODEL.parts(evidence([(0.1 + 0.2, 0.5, 8.0, 0), (0.3, 0.25, 2.0, 0)]))

    assert {each.reranker for each in parts} == {0.0}


def test_candidate_like_the_three_best_gains_by_agreement():
    rows = [(9, 0, 1, 0), (8, 0, 1, 0), (7, 0, 1, 0), (1, 0, 1, 0), (1, 0, 1, 1)]
    like, unlike = MODEL.parts(evidence(rows))[3:]

    assert like.agreement > 0 > unlike.agreement


def test_of_three_candidates_none_agrees_with_itself():
    parts = MODEL.parts(evidence([(9, 0, 1, 0), (8, 0, 1, 0), (7, 0, 1, 1)]))

    assert {each.agreement for each in parts} == {0.0}


@given(candidates, st.floats(1e-3, 1e3), st.floats(-100, 100))
def test_scale_of_a_score_does_not_count(rows, factor, offset):
    # Whole scores, so that no difference is lost in rounding.
    rows = [(round(raw), *others) for raw, *others in rows]
    scaled = [(factor * raw + offset, *others) for raw, *others in rows]
    plain, other = (MODEL.parts(evidence(each)) for each in (rows, scaled))

    assert [each.reranker for each in other] == pytest.approx(
        [each.reranker for each in plain], abs=1e-6
    )


@given(candidates, st.floats(0, 1))
def test_parts_are_finite_and_sum_to_the_log_odds(rows, boost):
    for parts in MODEL.parts(evidence(rows)):
        assert np.isfinite(astuple(parts)).all()
        assert log_odds(parts, boost) == pytest.approx(sum(astuple(parts)) + boost, abs=1e-9)


@given(candidates)
def test_parts_of_a_score_are_in_its_order(rows):
    parts = MODEL.parts(evidence(rows))

    pairs = sorted((row[0], each.reranker) for row, each in zip(rows, parts, strict=True))
    assert all(lower[1] <= upper[1] for lower, upper in pairwise(pairs))


@given(candidates, st.randoms())
def test_order_of_the_candidates_does_not_count(rows, chance):
    # Distant scores, so that the three best are the same candidates.
    rows = [(place * 1000.0, *others) for place, (_, *others) in enumerate(rows)]
    places = [*range(len(rows))]
    chance.shuffle(places)
    straight = MODEL.parts(evidence(rows))
    moved = MODEL.parts(evidence([rows[place] for place in places]))

    for place, parts in zip(places, moved, strict=True):
        assert log_odds(parts) == pytest.approx(log_odds(straight[place]), abs=1e-6)


@given(candidates)
def test_parts_of_logged_scores_are_those_of_the_search(rows):
    """The log keeps BM25 in single precision. Equal sums must not be told apart by its rounding."""
    logged = [
        (raw, cosine, words and float(np.float32(words)), embedding)
        for raw, cosine, words, embedding in rows
    ]

    assert MODEL.parts(evidence(logged)) == MODEL.parts(evidence(rows))


def listed(reranker, similarity, words):
    return evidence([*zip(reranker, similarity, words, [0] * len(words), strict=True)])


def shares(model, reranker, similarity, words):
    """Share of its weight that the reranker has in a list of these scores."""
    (share,) = {
        round(part.reranker / (model.reranker * score), 6)
        for part, score in zip(
            model.parts(listed(reranker, similarity, words)),
            standard_scores(reranker),
            strict=True,
        )
    }
    return share


def test_reranker_that_agrees_with_the_legs_a_little_has_its_whole_weight():
    similarity, words, own = np.random.default_rng(1).normal(size=(3, 50))

    assert shares(MODEL, 0.4 * (similarity + words) + own, similarity, words) == 1


def test_reranker_that_contradicts_both_legs_has_none():
    similarity, words = np.random.default_rng(1).normal(size=(2, 50))

    assert shares(MODEL, -similarity - words, similarity, words) == 0


@pytest.mark.parametrize("alone", [{"similarity"}, {"words"}])
def test_one_leg_alone_does_not_question_the_reranker(alone):
    columns = {"similarity": [None] * 50, "words": [None] * 50}
    (leg,) = alone
    columns[leg] = np.random.default_rng(1).uniform(size=50).tolist()

    assert shares(MODEL, [-score for score in columns[leg]], **columns) == 1


def test_few_candidates_do_not_question_the_reranker():
    assert shares(MODEL, [1, 2, 3, 4], [0.9, 0.7, 0.5, 0.3], [9, 7, 5, 3]) == 1


def test_reranker_of_noise_costs_next_to_nothing():
    """At most 1 % of nDCG@10 over 400 lists, in which each leg knows a part of what is relevant."""
    chance = np.random.default_rng(7)
    gained: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(400):
        relevant = np.r_[np.ones(5), np.zeros(45)]
        similarity, words = relevant * 1.2 + chance.normal(size=(2, 50))
        columns = {"with": chance.normal(size=50), "without": np.zeros(50)}
        for name, reranker in columns.items():
            totals = [part.total for part in GENERIC.parts(listed(reranker, similarity, words))]
            gained[name].append(ndcg(relevant[np.argsort(-np.array(totals), kind="stable")]))

    assert np.mean(gained["with"]) > 0.99 * np.mean(gained["without"])


def ndcg(relevant):
    discounts = 1 / np.log2(np.arange(2, 12))
    return float(relevant[:10] @ discounts / discounts[:5].sum())
