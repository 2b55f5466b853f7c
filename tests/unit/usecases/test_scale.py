"""Log-odds of judged pairs, fitted to them."""

from dataclasses import replace

import numpy as np
import pytest

from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.relevance_model import GENERIC
from pgrerank.domain.score_scale import DocumentScale, SearchScale
from pgrerank.usecases.calibration import scale
from tests.fixtures.samples import sample


def searches(queries, *, base, factor, level, seed=1):
    """Pairs of searches whose relevance follows a known scale."""
    draws = np.random.default_rng(seed)
    names = np.repeat(np.arange(queries), 30)
    scores = draws.normal(0, 1, len(names))
    best = np.repeat(draws.normal(0, 1, queries), 30)
    log_odds = base + factor * scores + level * best
    relevant = draws.random(len(names)) < 1 / (1 + np.exp(-log_odds))
    return replace(sample(names, scores, relevant), rerank=scores + best, best=best)


def test_many_judged_searches_say_what_a_part_and_the_level_are_worth():
    fitted = scale.fit_scale(searches(600, base=-1.5, factor=0.7, level=0.8))

    assert isinstance(fitted, SearchScale)
    assert fitted.base - fitted.level * fitted.center == pytest.approx(-1.5, abs=0.1)
    assert (fitted.factor, fitted.level) == pytest.approx((0.7, 0.8), abs=0.1)


def test_few_judged_searches_stay_near_the_model_that_ships():
    fits = [scale.fit_scale(searches(n, base=-1.5, factor=4.0, level=0.0)) for n in (1, 300)]

    few, many = (abs(each.factor - 1.0) for each in fits)
    assert few < many


def test_a_search_with_worse_raw_scores_is_never_held_to_be_better():
    fitted = scale.fit_scale(searches(200, base=-1.0, factor=1.0, level=-2.0))

    assert fitted.level == 0


def test_a_weight_counts_as_so_many_pairs():
    pairs = searches(40, base=-1.0, factor=1.0, level=0.5)
    heavy = np.arange(pairs.pair_count) % 3 == 0
    weighted = replace(pairs, weights=np.where(heavy, 2.0, 1.0))
    chosen = np.repeat(np.arange(pairs.pair_count), np.where(heavy, 2, 1))

    one, two = scale.fit_scale(weighted), scale.fit_scale(pairs.of(chosen))

    assert (one.base, one.factor) == pytest.approx((two.base, two.factor), abs=0.1)


def test_log_odds_of_the_fit_are_those_of_a_search():
    pairs = searches(50, base=-1.0, factor=1.0, level=0.5)
    fitted = scale.fit_scale(pairs)
    first = np.flatnonzero(pairs.queries == 3)

    served = fitted.apply(
        [
            HitScores(
                rerank=float(pairs.best[0 if n else first[0]]) - 9 * (n > 0),
                parts=ScoreParts(base=GENERIC.base, words=float(pairs.scores[place])),
            )
            for n, place in enumerate(first)
        ]
    )

    assert [each.log_odds for each in served] == pytest.approx(
        scale.log_odds_pairs(pairs, fitted).scores[first].tolist(), abs=1e-9
    )


def test_supplied_documents_get_a_scale_only_if_relevance_rises_with_the_raw_score():
    pairs = searches(60, base=-1.0, factor=1.0, level=0.5)

    rising = scale.rising_document_scale(pairs)
    falling = scale.rising_document_scale(replace(pairs, rerank=-pairs.rerank))

    assert isinstance(rising, DocumentScale)
    assert rising.slope > 0
    assert falling is None
