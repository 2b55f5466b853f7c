import pytest

from pgrerank.inference.scheduler.throughput import Throughput, retry_after


def test_of_an_unknown_pace_nothing_is_expected():
    assert Throughput().expected_seconds(10_000) == 0


def test_the_wait_follows_the_rate():
    throughput = Throughput()
    throughput.note(100, 1.0)

    assert throughput.expected_seconds(250) == pytest.approx(2.5)


def test_threads_together_get_on_faster_than_each():
    throughput = Throughput(threads=2)
    throughput.note(100, 1.0)

    assert throughput.expected_seconds(100) == pytest.approx(0.5)
    assert throughput.within(0.1) == pytest.approx(10)


def test_of_an_unknown_pace_everything_may_fit():
    assert Throughput().within(0.1) > 1e9


def test_recent_batches_count_more():
    throughput = Throughput()
    throughput.note(100, 100.0)
    for _ in range(30):
        throughput.note(100, 1.0)

    assert throughput.expected_seconds(1000) < 15


@pytest.mark.parametrize(("seconds", "told"), [(0, 1), (0.2, 1), (2.5, 3), (1e6, 60)])
def test_a_wait_is_told_in_whole_seconds_and_never_absurd(seconds, told):
    assert retry_after(seconds) == told
