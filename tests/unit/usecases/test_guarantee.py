import numpy as np
import pytest

from pgrerank.domain.threshold import Promise
from pgrerank.usecases.calibration import guarantee
from tests.fixtures.samples import Law, sample

#: laws with more or less similar pairs within a query, with queries, depth and promised precision
WORLDS = [
    (Law(slope=2.0, base=-1.0, spread=0.0), 40, 25, 0.8),
    (Law(slope=2.0, base=-1.0, spread=1.0), 40, 25, 0.8),
    (Law(slope=1.5, base=-1.0, spread=2.0), 60, 20, 0.7),
    (Law(slope=2.0, base=-2.0, spread=1.5), 15, 40, 0.6),
]


@pytest.mark.parametrize(("law", "queries", "depth", "precision"), WORLDS)
def test_the_promise_is_kept_at_the_stated_rate(law, queries, depth, precision):
    """Of many calibrations at most one in ten breaks its promise in its own population."""
    promise = Promise(precision=precision, confidence=0.9)
    world = law.sample(20_000, 10, seed=0)
    order = np.argsort(-world.scores)
    true = np.cumsum(world.relevant[order]) / np.arange(1, world.pair_count + 1)
    runs, made, broken = 60, 0, 0
    for seed in range(1, runs + 1):
        found = guarantee.choice(law.sample(queries, depth, seed=seed), promise)
        if found.cutoff is not None:
            made += 1
            broken += true[max((world.scores >= found.cutoff).sum() - 1, 0)] < precision

    assert made >= runs / 10
    # 99.9 % of binomial draws of 60 with a chance of 0.1 are 14 or less.
    assert broken <= 14


def test_a_looser_cut_is_found_where_precision_allows():
    pairs = Law(slope=4.0, base=0.0).sample(200, 50, seed=1)

    strict = guarantee.choice(pairs, Promise(precision=0.9))
    loose = guarantee.choice(pairs, Promise(precision=0.6))

    assert strict.cutoff > loose.cutoff
    assert loose.pairs > strict.pairs > 1000


def test_too_few_judgments_are_said_and_counted():
    law, promise = Law(slope=3.0, base=-1.0), Promise(precision=0.85)

    found = guarantee.choice(law.sample(12, 20, seed=2), promise)
    # The needed number is estimated from few pairs, so the test takes twice as many.
    enough = guarantee.choice(law.sample(found.pairs_needed // 10, 20, seed=3), promise)

    assert found.cutoff is None
    assert found.pairs_needed > 240
    assert f"about {found.pairs_needed} judged pairs" in found.explanation
    assert enough.cutoff is not None


def test_what_no_score_can_tell_is_called_hopeless():
    found = guarantee.choice(
        Law(slope=0.0, base=-2.0).sample(50, 20, seed=4), Promise(precision=0.9)
    )

    assert (found.cutoff, found.pairs_needed) == (None, None)
    assert "will not help" in found.explanation


def test_pairs_of_one_query_are_worth_less_than_as_many_of_many():
    relevant = [1, 1, 1, 0] * 25
    one_each = guarantee.kept_by_cutoff(sample(range(100), [1.0] * 100, relevant), 0.0)
    alike = sorted(relevant)
    few = guarantee.kept_by_cutoff(sample(np.repeat(range(10), 10), [1.0] * 100, alike), 0.0)

    assert one_each.precision == few.precision == 0.75
    assert one_each.worth > 90
    assert few.worth < 15


def test_the_same_answer_from_one_query_is_worth_one_pair():
    found = guarantee.kept_by_cutoff(sample([0] * 50, [1.0] * 50, [1] * 50), 0.0)

    assert found.worth == 1


def test_the_test_is_that_of_clopper_and_pearson():
    kept = guarantee.CutoffPairs(cutoff=0.0, pairs=20, precision=0.9, worth=20)

    # 18 or more of 20 fair draws have a probability of 211 / 2 ** 20.
    assert kept.p_value(0.5) == pytest.approx(211 / 2**20)
    assert kept.p_value(kept.lower_bound(0.05)) == pytest.approx(0.05)
