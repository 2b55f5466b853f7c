from concurrent.futures import ThreadPoolExecutor

from pgrerank.domain.candidate import PairScore
from pgrerank.inference.cache import ScoreCache


def key(name, *, model="m", query="q"):
    return (model, query, name.encode())


def test_a_kept_score_comes_back_with_its_truncation():
    cache = ScoreCache(2)
    cache.put(key("a"), PairScore(value=1.5, truncated=True))

    assert cache.get(key("a")) == PairScore(value=1.5, truncated=True)


def test_another_model_or_query_is_another_pair():
    cache = ScoreCache(2)
    cache.put(key("a"), PairScore(value=1.5))

    assert cache.get(key("a", model="n")) is None
    assert cache.get(key("a", query="r")) is None


def test_the_one_not_asked_for_the_longest_makes_room():
    cache = ScoreCache(2)
    cache.put(key("a"), PairScore(value=1))
    cache.put(key("b"), PairScore(value=2))
    cache.get(key("a"))
    cache.put(key("c"), PairScore(value=3))

    assert cache.get(key("b")) is None
    assert cache.get(key("a")) == PairScore(value=1)
    assert len(cache) == 2


def test_a_failed_pair_is_not_kept():
    cache = ScoreCache(2)
    cache.put(key("a"), PairScore(value=None))

    assert len(cache) == 0


def test_no_entries_keep_nothing():
    cache = ScoreCache(0)
    cache.put(key("a"), PairScore(value=1))

    assert cache.get(key("a")) is None


def test_threads_share_it():
    cache = ScoreCache(50)

    def use(worker):
        for number in range(500):
            name = f"{(worker * number) % 97}"
            cache.put(key(name), PairScore(value=float(name)))
            found = cache.get(key(name))
            assert found is None or found.value == float(name)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(8)))

    assert len(cache) == 50
