import asyncio
import math
from collections.abc import Iterator

import pytest

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.engine_settings import EngineSettings
from pgrerank.domain.errors import OverloadedError, ScoringError
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.local.scorer import EngineScorer, PairJobs
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Job
from tests.fakes import FakeScorer
from tests.inference.backends import FakeBackend, sequence


class CodePointPairing:
    """Every word is a segment, and the code point of its first letter is its score."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.in_time = True

    def unknown_share(self, query):
        return float("?" in query)

    async def pairs(self, query, texts, deadline):
        del query, deadline
        self.asked += texts
        return [_pair(text) for text in texts] if self.in_time else None


def _pair(text: str) -> PairJobs[float]:
    return PairJobs([Job(sequence([ord(word[0])]), _score) for word in text.split()], "~" in text)


def _score(row: float) -> float:
    return math.nan if row == ord("?") else row


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def pairing() -> CodePointPairing:
    return CodePointPairing()


@pytest.fixture
def budget() -> int:
    """Padded tokens of a batch."""
    return 2048


@pytest.fixture
def settings() -> EngineSettings:
    return EngineSettings(queue_size=100)


@pytest.fixture
def scorer(
    backend: FakeBackend, pairing: CodePointPairing, settings: EngineSettings, budget: int
) -> Iterator[EngineScorer[float]]:
    engine = Engine(backend, "fake", settings, budget=budget)
    scorer = EngineScorer(FakeScorer().model, engine, pairing, ScoreCache(100), engine.close)
    yield scorer
    backend.gate.set()
    scorer.close()


def passages(*texts: str) -> list[Passage]:
    return [Passage(text=text, content_hash=text.encode()) for text in texts]


def values(scores: list[PairScore]) -> list[float | None]:
    return [score.value for score in scores]


async def test_scores_come_in_the_order_of_the_passages(scorer):
    assert values(await scorer.score("q", passages("c", "a", "b"))) == [99, 97, 98]


async def test_no_passages_have_no_scores(scorer, pairing):
    assert await scorer.score("q", []) == []
    assert pairing.asked == []


async def test_the_best_segment_counts(scorer):
    assert values(await scorer.score("q", passages("b z a"))) == [122]


async def test_truncation_is_told_also_from_the_cache(scorer):
    for _ in range(2):
        scores = await scorer.score("q", passages("a ~", "a"))
        assert [score.truncated for score in scores] == [True, False]


async def test_a_pair_is_scored_once(scorer, pairing):
    await scorer.score("q", passages("a", "b"))
    scores = await scorer.score("q", passages("c", "b", "a"))

    assert values(scores) == [99, 98, 97]
    assert pairing.asked == ["a", "b", "c"]


async def test_the_same_passage_twice_is_read_once(scorer, pairing):
    assert values(await scorer.score("q", passages("a", "b", "a"))) == [97, 98, 97]
    assert pairing.asked == ["a", "b"]


async def test_another_query_is_another_pair(scorer, pairing):
    await scorer.score("q", passages("a"))
    await scorer.score("r", passages("a"))

    assert pairing.asked == ["a", "a"]


@pytest.mark.parametrize("text", ["?", "a ?"])
async def test_a_score_that_is_no_number_is_a_failed_pair_and_not_kept(scorer, text):
    scores = await scorer.score("q", passages("b", text))

    assert scores[1] == PairScore(value=None)
    assert len(scorer.cache) == 1


async def test_a_pair_that_does_not_fit_in_memory_fails_alone(scorer, backend):
    backend.refuse = lambda sums: MemoryError() if ord("b") in sums else None

    assert values(await scorer.score("q", passages("a", "b", "c"))) == [97, None, 99]


@pytest.mark.parametrize("budget", [1])
async def test_a_deadline_leaves_the_tail_unscored(scorer, backend):
    backend.refuse = lambda _: backend.gate.clear()
    deadline = scorer.engine.monotonic() + 0.3

    assert values(await scorer.score("q", passages("a", "b"), deadline=deadline)) == [97, None]


@pytest.mark.parametrize("budget", [1])
async def test_half_the_segments_are_no_score(scorer, backend):
    backend.refuse = lambda _: backend.gate.clear()
    deadline = scorer.engine.monotonic() + 0.3

    assert values(await scorer.score("q", passages("a b"), deadline=deadline)) == [None]


async def test_a_deadline_before_the_pairs_are_made_scores_nothing(scorer, pairing):
    pairing.in_time = False

    assert values(await scorer.score("q", passages("a", "b"))) == [None, None]


async def test_a_past_deadline_is_answered_at_once(scorer, backend):
    scores = await scorer.score("q", passages("a"), deadline=scorer.engine.monotonic() - 1)

    assert values(scores) == [None]
    assert backend.batches == []


async def test_what_the_cache_knows_meets_any_deadline(scorer):
    await scorer.score("q", passages("a"))
    scores = await scorer.score("q", passages("a", "b"), deadline=scorer.engine.monotonic() - 1)

    assert values(scores) == [97, None]


async def test_a_failing_model_is_told(scorer, backend):
    backend.refuse = lambda _: ValueError("broken")

    with pytest.raises(ScoringError, match="The model fake"):
        await scorer.score("q", passages("a"))


async def test_a_full_line_is_told(scorer, backend):
    backend.gate.clear()
    first = asyncio.create_task(scorer.score("q", passages("a")))
    assert await asyncio.to_thread(backend.entered.wait, 30)
    second = asyncio.create_task(scorer.score("q", passages(*map(str, range(90)))))
    for _ in range(10):
        await asyncio.sleep(0)

    with pytest.raises(OverloadedError):
        await scorer.score("q", passages(*map(str, range(100, 111))))

    backend.gate.set()
    await asyncio.gather(first, second)


@pytest.mark.parametrize("settings", [EngineSettings(max_wait_seconds=5)])
async def test_what_would_wait_too_long_is_refused_before_it_is_tokenised(scorer, backend, pairing):
    backend.gate.clear()
    first = asyncio.create_task(scorer.score("q", passages("a")))
    assert await asyncio.to_thread(backend.entered.wait, 30)
    scorer.engine._queue.throughput.note(1, 1.0)
    second = asyncio.create_task(scorer.score("q", passages(*map(str, range(10)))))
    for _ in range(10):
        await asyncio.sleep(0)
    asked = list(pairing.asked)

    with pytest.raises(OverloadedError):
        await scorer.score("q", passages("late"))

    assert pairing.asked == asked
    backend.gate.set()
    await asyncio.gather(first, second)


@pytest.mark.parametrize("settings", [EngineSettings(max_wait_seconds=5)])
async def test_of_many_that_come_at_once_those_are_tokenised_that_find_a_place(
    scorer, backend, pairing
):
    tokenising = asyncio.Event()
    make = pairing.pairs

    async def pairs(query, texts, deadline):
        made = await make(query, texts, deadline)
        await tokenising.wait()
        return made

    pairing.pairs = pairs
    scorer.engine._queue.throughput.note(1, 1.0)  # a second a token
    calls = [asyncio.create_task(scorer.score("q", passages(*"ab"))) for _ in range(4)]
    done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)

    assert [type(call.exception()) for call in done] == [OverloadedError]
    assert pairing.asked == [*"ab"] * 3
    tokenising.set()
    await asyncio.gather(*calls, return_exceptions=True)
    assert len(backend.ran) == 6


@pytest.mark.parametrize("settings", [EngineSettings(queue_size=2000)])
async def test_two_hundred_calls_at_once_finish_right(scorer):
    async def call(number: int) -> bool:
        letters = [chr(97 + (number + i) % 26) for i in range(5)]
        return values(await scorer.score(str(number % 40), passages(*letters))) == [
            ord(letter) for letter in letters
        ]

    assert all(await asyncio.gather(*(call(number) for number in range(200))))
