from pgrerank.inference.pace import Pace


def test_an_unknown_pace_says_one_second():
    assert Pace().seconds(10_000) == 1


def test_the_wait_follows_the_rate():
    pace = Pace()
    pace.note(100, 1.0)

    assert pace.seconds(250) == 3


def test_the_wait_is_never_absurd():
    pace = Pace()
    pace.note(1, 10.0)

    assert pace.seconds(0) == 1
    assert pace.seconds(1_000_000) == 60


def test_recent_batches_count_more():
    pace = Pace()
    pace.note(100, 100.0)
    for _ in range(30):
        pace.note(100, 1.0)

    assert pace.seconds(1000) < 15
