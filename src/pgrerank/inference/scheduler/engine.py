"""The engine of one loaded transformer, shared by everything that reads with it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

from pgrerank.domain.ids import TenantId
from pgrerank.inference.scheduler.queue import Queue
from pgrerank.inference.scheduler.request import Job, PendingRequest, Priority, Row
from pgrerank.inference.scheduler.worker import BatchBackend, Worker, fail

CAPACITY = 20_000
LONGEST_WAIT_S = 10.0
# Padded tokens of the batches that run at once. On two cores 1024 to 4096 run at one rate, 8192 is
# slower (caches).
BUDGET = 2048

Answer = TypeVar("Answer")


class Engine(Generic[Row]):
    """Merges what waits across requests into batches, and runs as many at once as pays.

    Args:
        backend: The transformer. Only the engine's own threads call it.
        name: Name of the model, for errors and logs.
        capacity: Sequences that may wait; over it requests are refused.
        budget: Padded tokens of the batches that run at once, at most.
        longest_wait_s: Seconds of work that may be ahead of a query or a pair; over it requests
            are refused.
        elapsed: The clock that deadlines are told on, in seconds.
    """

    def __init__(
        self,
        backend: BatchBackend[Row],
        name: str,
        *,
        capacity: int = CAPACITY,
        budget: int = BUDGET,
        longest_wait_s: float = LONGEST_WAIT_S,
        elapsed: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.elapsed = elapsed
        self._part = f"The model {name}"
        self._queue = Queue[Row](
            self._part,
            capacity=capacity,
            budget=budget // backend.parallel,
            longest_wait_s=longest_wait_s,
            threads=backend.parallel,
        )
        self._worker = Worker(backend, self._queue, part=self._part)

    @property
    def queue_length(self) -> int:
        """Sequences that wait now."""
        return len(self._queue)

    @property
    def sequences(self) -> int:
        """Sequences run so far."""
        return self._worker.sequences

    @property
    def batches(self) -> int:
        """Batches run so far."""
        return self._worker.batches

    @property
    def alive(self) -> bool:
        """Whether requests are being answered."""
        return self._worker.alive

    def remaining(self, deadline: float | None) -> float | None:
        """Seconds until the deadline, never negative; None: there is none."""
        return None if deadline is None else max(deadline - self.elapsed(), 0)

    def reservation(
        self, lengths: Sequence[int], *, priority: Priority, tenant: TenantId | None
    ) -> AbstractContextManager[None]:
        """While the block makes sequences of about these lengths, they count as waiting.

        So of many requests that come at once those are refused, before the work of making them,
        that `run` would refuse after it.

        Raises:
            OverloadedError: The queue is too long for who waits in it.
        """
        return self._queue.reservation(tenant, lengths, priority)

    async def run(
        self,
        jobs: Sequence[Job[Row, Answer]],
        *,
        priority: Priority,
        deadline: float | None = None,
        tenant: TenantId | None = None,
    ) -> list[Answer | None]:
        """Run jobs and give their answers, in order.

        None stands where the deadline came first, or where a sequence did not fit in memory even
        alone. Cancelling the call, like the deadline, takes its jobs out of the queue at once.

        Raises:
            OverloadedError: The queue is full, or too long for who waits in it.
            ScoringError: The model failed, or was closed meanwhile.
            UnavailableError: The engine is closed.
        """
        if not jobs or self.remaining(deadline) == 0:
            return [None] * len(jobs)
        pending = PendingRequest[Answer](
            len(jobs), has_deadline=deadline is not None, tenant=tenant
        )
        self._queue.admit(pending, jobs, priority)
        try:
            await asyncio.wait([pending.settled], timeout=self.remaining(deadline))
        finally:
            if not pending.settled.done():
                pending.settled.cancel()
                self._queue.withdraw(pending)
        if not pending.settled.cancelled():
            pending.settled.result()
        return list(pending.answers)

    def close(self) -> None:
        """Fail what waits, let the running batch finish, and stop. Closing twice is no error."""
        fail(self._queue.close(), self._part)
        self._worker.join()
