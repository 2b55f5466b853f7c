import asyncio
from collections.abc import Iterator
from threading import Barrier
from uuid import UUID

import pytest

from pgrerank.domain.engine_settings import EngineSettings
from pgrerank.domain.errors import OverloadedError, ScoringError, UnavailableError
from pgrerank.domain.ids import TenantId
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Priority
from tests.fakes import FakeClock
from tests.inference.backends import FakeBackend, job, jobs

TENANT, OTHER = TenantId(UUID(int=1)), TenantId(UUID(int=2))
OUT_OF_MEMORY = "[enforce fail] DefaultCPUAllocator: can't allocate memory"


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def settings() -> EngineSettings:
    return EngineSettings(queue_size=100)


@pytest.fixture
def engine(backend: FakeBackend, settings: EngineSettings) -> Iterator[Engine[float]]:
    engine = Engine(backend, "fake", settings)
    yield engine
    backend.gate.set()
    engine.close()


@pytest.fixture
async def busy(engine: Engine[float], backend: FakeBackend):
    """Block the worker at the closed gate with one job, so that later requests must wait."""
    backend.gate.clear()
    first = asyncio.create_task(engine.run(jobs(1), priority=Priority.PAIR))
    assert await asyncio.to_thread(backend.entered.wait, 30)
    yield first
    backend.gate.set()
    await first


async def waiting(engine: Engine[float], length: int) -> None:
    """Let the tasks that were just created reach the queue."""
    for _ in range(10):
        await asyncio.sleep(0)
    assert engine.queue_length == length


async def test_answers_come_in_the_order_of_the_jobs(engine):
    line = [job(value, length=length) for value, length in [(5, 9), (3, 1), (4, 30)]]

    assert await engine.run(line, priority=Priority.PAIR) == [5, 3, 4]


async def test_no_jobs_have_no_answers(engine, backend):
    assert await engine.run([], priority=Priority.PAIR) == []
    assert backend.batches == []


async def test_two_hundred_requests_at_once_get_their_own_answers(backend):
    engine = Engine(backend, "fake", EngineSettings(queue_size=10_000))
    requests = [[1000 * n + i for i in range(n % 7 + 1)] for n in range(200)]

    answers = await asyncio.gather(
        *(engine.run(jobs(*values), priority=Priority.PAIR) for values in requests)
    )
    engine.close()

    assert answers == requests
    assert engine.sequences == sum(len(values) for values in requests)


async def test_idle_threads_share_what_would_fit_into_one_batch():
    backend = FakeBackend(parallel=2)
    engine = Engine(backend, "fake")

    answers = await engine.run(jobs(1, 2, 3, 4, 5, 6), priority=Priority.PAIR)
    engine.close()

    assert answers == [1, 2, 3, 4, 5, 6]
    assert sorted(map(len, backend.batches)) == [3, 3]
    assert (engine.batches, engine.sequences) == (2, 6)


async def test_many_requests_on_several_threads_get_their_own_answers():
    backend = FakeBackend(parallel=3)
    backend.beside = Barrier(1)
    engine = Engine(backend, "fake", budget=30)
    requests = [[1000 * n + i for i in range(n % 7 + 1)] for n in range(200)]

    answers = await asyncio.gather(
        *(engine.run(jobs(*values), priority=Priority.PAIR) for values in requests)
    )
    engine.close()

    assert answers == requests
    assert engine.sequences == sum(len(values) for values in requests)
    assert max(map(len, backend.batches)) <= 10  # a third of the budget each
    assert not engine.alive


@pytest.mark.usefixtures("busy")
async def test_what_waits_is_merged_across_requests(engine, backend):
    requests = [
        asyncio.create_task(engine.run(jobs(n, n), priority=Priority.PAIR)) for n in range(2, 6)
    ]
    await waiting(engine, 8)
    backend.gate.set()
    await asyncio.gather(*requests)

    assert sorted(backend.batches[1]) == [2, 2, 3, 3, 4, 4, 5, 5]
    assert engine.batches == 2


async def test_an_idle_engine_runs_a_lone_job_at_once(engine, backend):
    await engine.run(jobs(7), priority=Priority.PAIR)

    assert backend.batches == [[7]]


@pytest.mark.usefixtures("busy")
async def test_a_full_line_refuses_and_says_when_to_return(engine):
    task = asyncio.create_task(engine.run(jobs(*range(90)), priority=Priority.PAIR))
    await waiting(engine, 90)

    with pytest.raises(OverloadedError) as refusal:
        await engine.run(jobs(*range(11)), priority=Priority.PAIR)

    assert 1 <= refusal.value.retry_after_s <= 60
    assert engine.queue_length == 90
    task.cancel()


async def test_a_line_that_is_too_long_in_seconds_refuses(backend):
    engine = Engine(backend, "fake", EngineSettings(max_wait_seconds=5))
    engine._queue.throughput.note(100, 1.0)
    backend.gate.clear()
    first = asyncio.create_task(engine.run([job(1, length=100)], priority=Priority.PAIR))
    assert await asyncio.to_thread(backend.entered.wait, 30)
    line = [job(2, length=100)] * 6
    waits = asyncio.create_task(engine.run(line, priority=Priority.PAIR))
    await waiting(engine, 6)

    with pytest.raises(OverloadedError) as refusal:
        await engine.run([job(3, length=100)], priority=Priority.PAIR)
    passage = asyncio.create_task(engine.run([job(4, length=100)], priority=Priority.PASSAGE))
    await waiting(engine, 7)
    backend.gate.set()

    assert refusal.value.retry_after_s == 1
    assert await asyncio.gather(first, waits, passage) == [[1], [2] * 6, [4]]
    engine.close()


@pytest.mark.parametrize("settings", [EngineSettings(max_wait_seconds=5)])
@pytest.mark.usefixtures("busy")
async def test_a_tenant_with_a_long_line_does_not_shut_another_out(engine, backend):
    engine._queue.throughput.note(100, 1.0)
    crowd = [
        asyncio.create_task(
            engine.run([job(2, length=50)] * 3, priority=Priority.PAIR, tenant=TENANT)
        )
        for _ in range(4)
    ]
    await waiting(engine, 12)

    with pytest.raises(OverloadedError):
        await engine.run([job(3, length=50)], priority=Priority.PAIR, tenant=TENANT)
    other = asyncio.create_task(
        engine.run([job(4, length=50)], priority=Priority.PAIR, tenant=OTHER)
    )
    await waiting(engine, 13)
    backend.gate.set()

    assert await other == [4]
    await asyncio.gather(*crowd)


async def test_a_request_larger_than_the_line_is_admitted_when_nobody_waits(engine):
    assert await engine.run(jobs(*range(150)), priority=Priority.PAIR) == list(range(150))


@pytest.mark.usefixtures("busy")
async def test_cancelling_frees_the_places_at_once_and_nothing_of_it_runs(engine, backend):
    cancelled = asyncio.create_task(engine.run(jobs(*[8] * 90), priority=Priority.PAIR))
    await waiting(engine, 90)
    cancelled.cancel()
    await waiting(engine, 0)
    other = asyncio.create_task(engine.run(jobs(*[9] * 90), priority=Priority.PAIR))
    await waiting(engine, 90)
    backend.gate.set()

    assert await other == [9] * 90
    assert 8 not in backend.ran


@pytest.mark.usefixtures("busy")
async def test_cancelling_what_runs_harms_nobody(engine, backend):
    both = [asyncio.create_task(engine.run(jobs(n), priority=Priority.PAIR)) for n in (2, 3)]
    await waiting(engine, 2)
    backend.entered.clear()
    backend.gate.set()
    assert await asyncio.to_thread(backend.entered.wait, 30)
    both[0].cancel()

    assert await both[1] == [3]


@pytest.mark.usefixtures("busy")
async def test_a_failing_model_reaches_every_waiter(engine, backend):
    backend.refuse = lambda sums: ValueError("broken") if sums != [1] else None
    requests = [
        asyncio.create_task(engine.run(jobs(n), priority=Priority.PAIR)) for n in range(2, 52)
    ]
    await waiting(engine, 50)
    backend.gate.set()
    outcomes = await asyncio.gather(*requests, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [ScoringError] * 50
    assert isinstance(outcomes[0].__cause__, ValueError)


@pytest.mark.usefixtures("busy")
async def test_only_the_request_that_breaks_the_model_fails(engine, backend):
    backend.refuse = lambda sums: ValueError("poison") if 13 in sums else None
    guilty = asyncio.create_task(engine.run(jobs(12, 13), priority=Priority.PAIR))
    others = [asyncio.create_task(engine.run(jobs(n), priority=Priority.PAIR)) for n in (2, 3)]
    await waiting(engine, 4)
    backend.gate.set()

    with pytest.raises(ScoringError):
        await guilty
    assert await asyncio.gather(*others) == [[2], [3]]


async def test_the_engine_goes_on_after_a_failure(engine, backend):
    backend.refuse = lambda _: SystemExit(1)
    with pytest.raises(ScoringError):
        await engine.run(jobs(1), priority=Priority.PAIR)
    backend.refuse = lambda _: None

    assert engine.alive
    assert await engine.run(jobs(2), priority=Priority.PAIR) == [2]


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError(OUT_OF_MEMORY), RuntimeError("CUDA out of memory.")]
)
async def test_out_of_memory_halves_the_batch_and_goes_on(engine, backend, error):
    backend.refuse = lambda sums: error if len(sums) > 3 else None

    assert await engine.run(jobs(*range(20)), priority=Priority.PAIR) == list(range(20))
    assert max(len(batch) for batch in backend.batches) <= 3


async def test_a_sequence_too_large_for_the_memory_fails_alone(engine, backend):
    backend.refuse = lambda sums: MemoryError() if 7 in sums else None

    assert await engine.run(jobs(6, 7, 8), priority=Priority.PAIR) == [6, None, 8]


async def test_a_deadline_answers_with_what_is_done(engine, backend):
    backend.refuse = lambda _: backend.gate.clear()  # the first batch passes, the second waits
    line = [job(value, length=100) for value in range(30)]

    answers = await engine.run(line, priority=Priority.PAIR, deadline=engine.monotonic() + 0.5)

    assert answers[:20] == list(range(20))
    assert answers[20:] == [None] * 10
    assert engine.queue_length == 0


async def test_a_deadline_that_has_passed_runs_nothing(backend):
    clock = FakeClock()
    engine = Engine(backend, "fake", monotonic=clock.monotonic)
    deadline = clock.monotonic()
    clock.advance(1)

    assert await engine.run(jobs(1, 2), priority=Priority.PAIR, deadline=deadline) == [None, None]
    assert backend.batches == []
    engine.close()


@pytest.mark.usefixtures("busy")
async def test_under_a_deadline_the_head_is_not_overtaken_by_far(engine, backend):
    lengths = [10, 50] * 45
    line = [job(value, length=length) for value, length in enumerate(lengths)]
    request = asyncio.create_task(
        engine.run(line, priority=Priority.PAIR, deadline=engine.monotonic() + 60)
    )
    await waiting(engine, 90)
    backend.gate.set()
    await request

    order = backend.ran[1:]
    assert all(value < place + 32 for place, value in enumerate(order))


@pytest.mark.usefixtures("busy")
async def test_queries_go_before_pairs_and_pairs_before_passages(engine, backend):
    line = [(2, Priority.PASSAGE), (3, Priority.PAIR), (4, Priority.QUERY)]
    requests = [asyncio.create_task(engine.run(jobs(n), priority=priority)) for n, priority in line]
    await waiting(engine, 3)
    backend.gate.set()
    await asyncio.gather(*requests)

    assert backend.ran == [1, 4, 3, 2]


@pytest.mark.usefixtures("busy")
async def test_passages_get_on_however_many_queries_come(engine, backend):
    passage = asyncio.create_task(engine.run(jobs(99), priority=Priority.PASSAGE))
    await waiting(engine, 1)
    queries = [
        asyncio.create_task(engine.run([job(n, length=2000)], priority=Priority.QUERY))
        for n in range(2, 30)
    ]
    await waiting(engine, 29)
    backend.gate.set()
    await asyncio.gather(passage, *queries)

    assert backend.ran.index(99) <= 4


@pytest.mark.usefixtures("busy")
async def test_a_short_request_does_not_wait_for_all_of_a_long_one(engine, backend):
    sixty = [job(5, length=1000)] * 60
    long = asyncio.create_task(engine.run(sixty, priority=Priority.PAIR))
    await waiting(engine, 60)
    short = asyncio.create_task(engine.run([job(6, length=1000)] * 3, priority=Priority.PAIR))
    await waiting(engine, 63)
    backend.gate.set()
    await asyncio.gather(long, short)

    assert backend.ran[1:4] == [6, 6, 6]


async def test_on_a_slow_machine_batches_are_smaller(backend):
    engine = Engine(backend, "fake")
    engine._queue.throughput.note(100, 1.0)  # 0.1 s holds less than the smallest batch

    await engine.run([job(1, length=64)] * 9, priority=Priority.PAIR)
    engine.close()

    assert list(map(len, backend.batches))[:2] == [4, 4]


async def test_closing_fails_what_waits_and_lets_the_running_batch_finish(engine, backend, busy):
    late = asyncio.create_task(engine.run(jobs(2), priority=Priority.PAIR))
    await waiting(engine, 1)
    closing = asyncio.create_task(asyncio.to_thread(engine.close))
    with pytest.raises(ScoringError):
        await late
    backend.gate.set()
    await closing

    assert await busy == [1]
    assert not engine.alive


async def test_a_closed_engine_refuses(engine):
    engine.close()
    engine.close()

    with pytest.raises(UnavailableError):
        await engine.run(jobs(1), priority=Priority.PAIR)


async def test_a_loop_that_is_gone_does_not_stop_the_engine(engine, backend):
    backend.gate.clear()

    def abandon() -> None:
        async def ask() -> None:
            await asyncio.wait_for(engine.run(jobs(1), priority=Priority.PAIR), 0.01)

        with pytest.raises(TimeoutError):
            asyncio.run(ask())

    await asyncio.to_thread(abandon)
    backend.gate.set()

    assert await engine.run(jobs(2), priority=Priority.PAIR) == [2]
