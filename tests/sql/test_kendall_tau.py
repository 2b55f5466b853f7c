import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

ORDERS = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=2, max_size=15)


@pytest.fixture(scope="module")
def connection(database):
    with database.admin() as connection:
        yield connection


def tau(connection, first, second):
    return connection.execute(
        "select pgrerank_analytics.kendall_tau_v1(%s::smallint[], %s::smallint[])",
        [first, second],
    ).fetchone()[0]


@given(order=st.integers(2, 30).flatmap(lambda n: st.permutations(range(1, n + 1))))
def test_tau_of_permutations_is_that_of_scipy(connection, order):
    identity = list(range(1, len(order) + 1))

    assert tau(connection, identity, order) == pytest.approx(
        stats.kendalltau(identity, order).statistic
    )


@given(pairs=ORDERS)
def test_tau_with_ties_is_that_of_scipy(connection, pairs):
    first, second = map(list, zip(*pairs, strict=True))

    expected = stats.kendalltau(first, second).statistic

    found = tau(connection, first, second)
    assert found is None if math.isnan(expected) else found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([], [], None),
        ([1], [1], None),
        ([1, 2], [None, 1], None),
        ([1, 2, None], [1, 2, 3], 1),
        ([1, 2, 3], [3, None, 1], -1),
    ],
)
def test_tau_leaves_out_what_one_order_lacks(connection, first, second, expected):
    assert tau(connection, first, second) == expected
