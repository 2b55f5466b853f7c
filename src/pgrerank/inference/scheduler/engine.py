"""The engine of one loaded transformer, shared by all that use it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

from pgrerank.domain.engine_settings import ENGINE_DEFAULTS, EngineSettings
from pgrerank.domain.ids import TenantId
from pgrerank.inference.scheduler.queue import Queue
from pgrerank.inference.scheduler.request import Job, PendingRequest, Priority, Row
from pgrerank.inference.scheduler.worker import BatchBackend, Worker, fail

# Padded tokens of all concurrent batches. On two cores 1024 to 4096 are equally fast, 8192 is
# slower (caches).
BUDGET = 2048

Answer = TypeVar("Answer")


class Engine(Generic[Row]):
    """Merges jobs of waiting requests into batches, and runs as many at once as pays off.

    Args:
        backend: The transformer. Only the engine's own threads call it.
        name: Name of the model, for errors and logs.
        settings: How it admits and runs requests.
        budget: Maximum padded tokens of all concurrent batches.
        monotonic: Clock of the deadlines, in seconds.
    """

    def __init__(
        self,
        backend: BatchBackend[Row],
        name: str,
        settings: EngineSettings = ENGINE_DEFAULTS,
        *,
        budget: int = BUDGET,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.monotonic = monotonic
        self._part = f"The model {name}"
        self._queue = Queue[Row](
            self._part, settings, budget=budget // backend.parallel, threads=backend.parallel
        )
        self._worker = Worker(backend, self._queue, part=self._part)

    @property
    def queue_length(self) -> int:
        """Number of queued sequences."""
        return len(self._queue)

    @property
    def sequences(self) -> int:
        """Number of sequences run so far."""
        return self._worker.sequences

    @property
    def batches(self) -> int:
        """Number of batches run so far."""
        return self._worker.batches

    @property
    def alive(self) -> bool:
        """Whether all worker threads are running."""
        return self._worker.alive

    def remaining(self, deadline: float | None) -> float | None:
        """Seconds until the deadline, never negative; None if there is none."""
        return None if deadline is None else max(deadline - self.monotonic(), 0)

    def reservation(
        self, lengths: Sequence[int], *, priority: Priority, tenant: TenantId | None
    ) -> AbstractContextManager[None]:
        """Count sequences of about these lengths as waiting while the block prepares them.

        If many requests come at once, those that `run` would reject are rejected here, before the
        work of preparing them.

        Raises:
            OverloadedError: Too much work is ahead of the request.
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
        """Run jobs, and return their results in order.

        A result is None if the deadline passed first, or if a sequence did not fit in memory even
        alone. Both the deadline and cancelling the call remove its jobs from the queue at once.

        Raises:
            OverloadedError: The queue is full, or too much work is ahead of the request.
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
        """Fail queued requests, finish the running batches, and stop. May be called twice."""
        fail(self._queue.close(), self._part)
        self._worker.join()
