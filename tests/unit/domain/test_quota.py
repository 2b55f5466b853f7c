import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.quota import BURST_S, Allowance


def test_a_burst_may_be_spent_at_once_and_refills_with_time():
    allowance = Allowance(rate=10, now=0)
    allowance.spend(int(10 * BURST_S) - 1)

    assert allowance.wait(10, 0) == 0
    allowance.spend(5)
    assert allowance.wait(10, 0) == pytest.approx(0.5)
    assert allowance.wait(10, 0.5) == 0


def test_more_than_a_burst_is_spent_and_paid_for_afterwards():
    allowance = Allowance(rate=10, now=0)
    allowance.spend(1000)

    assert allowance.wait(10, 0) == pytest.approx(90.1)


def test_what_is_given_back_may_be_spent_again():
    allowance = Allowance(rate=10, now=0)
    allowance.spend(200)
    allowance.spend(-150)

    assert allowance.wait(10, 0) == 0


def test_a_higher_rate_shortens_the_wait():
    allowance = Allowance(rate=10, now=0)
    allowance.spend(200)

    assert allowance.wait(100, 0) == pytest.approx(1.01)


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.floats(0, 5, allow_nan=False)), min_size=1, max_size=200
    )
)
def test_over_time_the_rate_holds(asked):
    allowance = Allowance(rate=10, now=0)
    now, spent = 0.0, 0
    for pairs, pause in asked:
        now += pause
        if allowance.wait(10, now) == 0:
            allowance.spend(pairs)
            spent += pairs

    assert spent <= 10 * (BURST_S + now) + 50
