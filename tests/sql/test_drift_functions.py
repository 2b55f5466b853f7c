"""Distances between two samples, compared with numpy and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

EXACT = 1e-9
#: few distinct values, so that ties and empty groups occur
SCORES = st.lists(st.integers(-8, 8).map(lambda n: n / 4), min_size=1, max_size=60)
COUNTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def call(database):
    with database.admin() as connection:

        def answer(call, *values):
            return connection.execute(f"select pgrerank_analytics.{call}", values).fetchone()[0]

        yield answer


def psi(before, after):
    """PSI by its definition, over counts of groups."""
    p, q = ((np.array(c) + 0.5) / (sum(c) + 0.5 * len(c)) for c in (before, after))
    return float(np.sum((q - p) * np.log(q / p)))


def psi_of_samples(baseline, recent, groups=10):
    """PSI over groups by the quantiles of a baseline."""
    ordered = np.sort(baseline)
    places = [-(-i * len(ordered) // groups) - 1 for i in range(1, groups)]
    edges = np.unique(ordered[places])
    found = [np.searchsorted(edges, sample, side="right") for sample in (baseline, recent)]
    used = np.unique(np.concatenate(found))
    return psi(*([int(np.sum(places == one)) for one in used] for places in found))


def psi_of_histograms(before, after, groups=10):
    """PSI over bins that are joined into groups by the baseline's mass."""
    counts = np.array(before, dtype=float)
    middle = np.cumsum(counts) - counts / 2
    place = np.minimum(np.floor(groups * middle / counts.sum()), groups - 1)
    return psi(
        *(
            [int(np.sum(np.array(c)[place == one])) for one in np.unique(place)]
            for c in (before, after)
        )
    )


def ks(baseline, recent):
    with np.errstate(all="ignore"):  # warnings about the p-value, which is not used here
        return stats.ks_2samp(baseline, recent, method="asymp").statistic


@given(baseline=SCORES, recent=SCORES)
def test_psi_is_that_of_its_definition(call, baseline, recent):
    found = call("psi_v1(%s::float8[], %s::float8[])", baseline, recent)

    assert found == pytest.approx(psi_of_samples(baseline, recent), abs=EXACT)


@given(counts=COUNTS)
def test_psi_of_histograms_is_that_of_its_definition(call, counts):
    before, after = map(list, zip(*counts, strict=True))

    found = call("psi_counts_v1(%s::bigint[], %s::bigint[])", before, after)

    if sum(before) == 0 or sum(after) == 0:
        assert found is None
    else:
        assert found == pytest.approx(psi_of_histograms(before, after), abs=EXACT)


@given(baseline=SCORES, recent=SCORES)
def test_ks_is_that_of_scipy(call, baseline, recent):
    found = call("ks_v1(%s::float8[], %s::float8[])", baseline, recent)

    assert found == pytest.approx(ks(baseline, recent), abs=EXACT)


@given(counts=COUNTS)
def test_ks_of_histograms_is_that_of_scipy_over_their_bins(call, counts):
    before, after = map(list, zip(*counts, strict=True))
    samples = [np.repeat(np.arange(len(c)), c) for c in (before, after)]

    found = call("ks_counts_v1(%s::bigint[], %s::bigint[])", before, after)

    if min(map(len, samples)) == 0:
        assert found is None
    else:
        assert found == pytest.approx(ks(*samples), abs=EXACT)


@pytest.mark.parametrize("function", ["psi_v1", "ks_v1"])
def test_nothing_is_said_of_an_empty_sample(call, function):
    for pair in (([], [1.0]), ([1.0], []), ([None], [1.0]), ([], [])):
        assert call(f"{function}(%s::float8[], %s::float8[])", *pair) is None


def test_two_samples_that_do_not_meet_are_as_far_as_can_be(call):
    low, high = list(np.linspace(0, 1, 50)), list(np.linspace(5, 6, 50))

    assert call("ks_v1(%s::float8[], %s::float8[])", low, high) == 1
    assert call("psi_v1(%s::float8[], %s::float8[])", low, high) > 0.25
    assert call("psi_v1(%s::float8[], %s::float8[])", low, low) == 0


@given(score=st.floats(-1e6, 1e6))
def test_a_score_lies_in_its_bin(call, score):
    bin_ = call("score_bin_v1(%s)", score)

    low, high = (call("score_bin_low_v1(%s::integer)", place) for place in (bin_, bin_ + 1))

    slack = 1e-12 * max(1.0, abs(score))
    assert score >= low - slack or bin_ == -400
    assert score <= high + slack or bin_ == 400


def test_bins_are_narrow_where_scores_are(call):
    def width(score):
        bin_ = call("score_bin_v1(%s)", score)
        low, high = (call("score_bin_low_v1(%s::integer)", n) for n in (bin_, bin_ + 1))
        return high - low

    assert width(0.01) < 0.005
    assert width(0.6) < 0.025
    assert width(10.0) < 0.4
