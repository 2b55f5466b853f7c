"""The bounded queue of a model: admits requests, drops cancelled ones, hands out batches."""

import math
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Generic

from pgrerank.domain.engine_settings import EngineSettings
from pgrerank.domain.errors import OverloadedError, UnavailableError
from pgrerank.domain.ids import TenantId
from pgrerank.inference.scheduler.fair_queue import PATIENCE, FairQueue
from pgrerank.inference.scheduler.request import Job, PendingRequest, Priority, QueueEntry, Row
from pgrerank.inference.scheduler.throughput import Throughput, retry_after

_BATCH_S = 0.1
# Padded tokens. Under other load, a core ran batches of 256 at nine tenths of its rate for 512.
_LEAST_BATCH = 256


class Queue(Generic[Row]):
    """Sequences of many requests, waiting for a model. Thread-safe.

    Queries go before pairs, and pairs before passages, except that every `PATIENCE`th batch is of
    the priority with the oldest request. Within a priority the order is that of `FairQueue`.

    Args:
        part: Name of the model in errors.
        settings: How many sequences it holds, and how long the work ahead of a query or a pair may
            take; passages, for which nobody waits, are limited by the number only.
        budget: Maximum padded tokens of a batch.
        threads: Number of threads that take batches.
    """

    def __init__(
        self, part: str, settings: EngineSettings, *, budget: int, threads: int = 1
    ) -> None:
        self.throughput = Throughput(threads)
        self._part = part
        self._settings = settings
        self._queues = {priority: FairQueue[Row](budget) for priority in Priority}
        self._arrivals = 0
        self._batches = 0
        self._idle = 0  # threads that wait for a batch
        self._open = True
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def admit(
        self, pending: PendingRequest[Any], jobs: Sequence[Job[Row, Any]], priority: Priority
    ) -> None:
        """Add a request to the queue, as a whole or not at all.

        A request larger than the capacity is admitted if the queue is empty.

        Raises:
            OverloadedError: The queue is full, or too much work is ahead of the request.
            UnavailableError: The queue is closed.
        """
        with self._changed:
            if not self._open:
                raise UnavailableError(self._part)
            self._check_room(len(jobs))
            self._check_wait(pending.tenant, [len(job.tokens) for job in jobs], priority)
            self._arrivals += 1
            self._queues[priority].put(pending, jobs, self._arrivals)
            self._changed.notify_all()

    @contextmanager
    def reservation(
        self, tenant: TenantId | None, lengths: Sequence[int], priority: Priority
    ) -> Generator[None]:
        """Count a request as waiting while it is prepared, or reject it as `admit` would.

        Args:
            tenant: Tenant of the request.
            lengths: Tokens of its sequences, at least one.
            priority: Its priority.

        Raises:
            OverloadedError: Too much work is ahead of the request.
        """
        with self._changed:
            self._check_wait(tenant, lengths, priority)
            self._queues[priority].reserve(tenant, lengths)
        try:
            yield
        finally:
            with self._changed:
                self._queues[priority].release(tenant, lengths)

    def withdraw(self, pending: PendingRequest[Any]) -> None:
        """Remove the queued jobs of a request."""
        with self._changed:
            for queue in self._queues.values():
                queue.withdraw(pending)

    def take(self) -> list[QueueEntry[Row]]:
        """Wait for work, and remove and return the next batch; empty if the queue is closed.

        Work for one batch is divided among the idle threads. On a slow machine batches are smaller,
        since the next request must wait for the running batch whatever its priority.
        """
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: len(self) or not self._open)
            idle, self._idle = self._idle, self._idle - 1
            if not self._open:
                return []
            queue = self._next_queue()
            return queue.take(
                most=math.ceil(len(queue) / idle),
                budget=max(self.throughput.within(_BATCH_S), _LEAST_BATCH),
            )

    def close(self) -> list[QueueEntry[Row]]:
        """Stop admitting requests, and return the queued jobs."""
        with self._changed:
            self._open = False
            left = [entry for queue in self._queues.values() for entry in queue.clear()]
            self._changed.notify_all()
            return left

    def _check_room(self, size: int) -> None:
        waiting = len(self)
        if waiting and waiting + size > self._settings.queue_size:
            tokens = sum(queue.tokens for queue in self._queues.values())
            raise OverloadedError(retry_after(self.throughput.expected_seconds(tokens)))

    def _check_wait(
        self, tenant: TenantId | None, lengths: Sequence[int], priority: Priority
    ) -> None:
        if priority is Priority.PASSAGE:
            return
        before = sum(queue.tokens for other, queue in self._queues.items() if other < priority)
        wait_s = self.throughput.expected_seconds(
            before + self._queues[priority].ahead(tenant, lengths)
        )
        excess_s = wait_s - self._settings.max_wait_seconds
        if excess_s > 0:
            raise OverloadedError(retry_after(excess_s))

    def _next_queue(self) -> FairQueue[Row]:
        self._batches += 1
        occupied = [queue for queue in self._queues.values() if len(queue)]
        if self._batches % PATIENCE:
            return occupied[0]
        return min(occupied, key=lambda queue: queue.oldest)
