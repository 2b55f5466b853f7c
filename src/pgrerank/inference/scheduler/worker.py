"""The threads that run a model. Every waiting request is answered, whatever happens."""

import threading
import time
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import structlog

from pgrerank.domain.errors import ScoringError
from pgrerank.inference.scheduler.queue import Queue
from pgrerank.inference.scheduler.request import QueueEntry, Row
from pgrerank.inference.tokens import TokenSequence

Row_co = TypeVar("Row_co", covariant=True)

_log = structlog.get_logger()
_MEMORY_SIGNS = ("not enough memory", "out of memory", "alloc")  # of torch on CPU and CUDA


class BatchBackend(Protocol[Row_co]):
    """A loaded transformer: handles token sequences and tensors, not requests."""

    @property
    def parallel(self) -> int:
        """Number of threads that may call `forward` at once, for the best throughput."""
        ...

    def forward(self, batch: Sequence[TokenSequence]) -> Sequence[Row_co]:
        """Run the model once on a batch. Returns one row per sequence, in order."""
        ...


class Worker(Generic[Row]):
    """Takes batches from the queue until it closes. Only its own threads touch the backend."""

    def __init__(self, backend: BatchBackend[Row], queue: Queue[Row], *, part: str) -> None:
        #: number of sequences and of batches run so far
        self.sequences = 0
        self.batches = 0
        self._backend = backend
        self._queue = queue
        self._part = part
        self._counting = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, name=f"inference {part} {number}", daemon=True)
            for number in range(backend.parallel)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether all threads are running."""
        return all(thread.is_alive() for thread in self._threads)

    def join(self) -> None:
        """Wait for the running batches. The queue must be closed."""
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        batch: Sequence[QueueEntry[Row]] = []
        try:
            while batch := self._queue.take():
                self._serve(batch)
        finally:
            fail([*batch, *self._queue.close()], self._part)

    def _serve(self, batch: Sequence[QueueEntry[Row]]) -> None:
        started = time.perf_counter()
        outcome = self._outcome(batch)
        if isinstance(outcome, BaseException):
            self._recover(batch, outcome)
            return
        self._count(batch, time.perf_counter() - started)
        for entry, answer in zip(batch, outcome, strict=True):
            entry.pending.answer(entry.index, answer)

    def _count(self, batch: Sequence[QueueEntry[Row]], seconds: float) -> None:
        tokens = sum(len(entry.job.tokens) for entry in batch)
        with self._counting:
            self._queue.throughput.note(tokens, seconds)
            self.sequences += len(batch)
            self.batches += 1

    def _outcome(self, batch: Sequence[QueueEntry[Row]]) -> list[Any] | BaseException:
        try:
            rows = self._backend.forward([entry.job.tokens for entry in batch])
            return [entry.job.finish(row) for entry, row in zip(batch, rows, strict=True)]
        except BaseException as error:  # noqa: BLE001 - a request waits for any outcome
            _log.warning("batch.failed", part=self._part, size=len(batch), error=repr(error))
            # The traceback's frames would keep the tensors that did not fit in memory.
            return error.with_traceback(None)

    def _recover(self, batch: Sequence[QueueEntry[Row]], error: BaseException) -> None:
        if _is_memory(error):
            self._halve(batch)
        else:
            self._isolate(batch, error)

    def _halve(self, batch: Sequence[QueueEntry[Row]]) -> None:
        middle = len(batch) // 2
        if not middle:
            batch[0].pending.answer(batch[0].index, None)
            return
        self._serve(batch[:middle])
        self._serve(batch[middle:])

    def _isolate(self, batch: Sequence[QueueEntry[Row]], error: BaseException) -> None:
        """Run each request of a failed batch separately, so that only the faulty one fails."""
        requests = list(dict.fromkeys(entry.pending for entry in batch))
        if len(requests) == 1:
            self._queue.withdraw(requests[0])
            fail(batch, self._part, error)
            return
        for pending in requests:
            self._serve([entry for entry in batch if entry.pending is pending])


def fail(waiting: Sequence[QueueEntry[Any]], part: str, cause: BaseException | None = None) -> None:
    """Fail every request that waits for one of these jobs."""
    for pending in {entry.pending for entry in waiting}:
        error = ScoringError(part)
        error.__cause__ = cause
        pending.fail(error)


def _is_memory(error: BaseException) -> bool:
    text = str(error)
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(sign in text for sign in _MEMORY_SIGNS)
    )
