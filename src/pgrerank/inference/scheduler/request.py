"""Jobs for a model, and the pending requests they belong to."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

from pgrerank.domain.ids import TenantId
from pgrerank.inference.tokens import TokenSequence

Row = TypeVar("Row")
Answer_co = TypeVar("Answer_co", covariant=True)


class Priority(IntEnum):
    """Order of jobs: a person waits for a query and its pairs, nobody for a passage."""

    QUERY = 0
    PAIR = 1
    PASSAGE = 2


@dataclass(frozen=True, slots=True)
class Job(Generic[Row, Answer_co]):
    """A sequence to run, and a function of the backend's row, called in the worker's thread."""

    tokens: TokenSequence
    finish: Callable[[Row], Answer_co]


class PendingRequest(Generic[Answer_co]):
    """Results of one request, written by the worker and awaited in the event loop."""

    def __init__(self, size: int, *, has_deadline: bool, tenant: TenantId | None = None) -> None:
        #: None: no result yet, or only this job failed
        self.answers: list[Any] = [None] * size
        #: whether a deadline is set, so that the head must not wait for the tail
        self.has_deadline = has_deadline
        #: tenant whose share of the model it uses
        self.tenant = tenant
        self._left = size
        self._counting = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self.settled: asyncio.Future[None] = self._loop.create_future()

    def answer(self, index: int, value: Any) -> None:
        """Set the result of one job; the last one settles the request."""
        self.answers[index] = value
        with self._counting:
            self._left -= 1
            is_last = not self._left
        if is_last:
            self._settle(None)

    def fail(self, error: Exception) -> None:
        """Fail the whole request. Later results are ignored."""
        self._settle(error)

    def _settle(self, error: Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(_resolve, self.settled, error)


def _resolve(settled: asyncio.Future[None], error: Exception | None) -> None:
    if settled.done():
        return
    if error is None:
        settled.set_result(None)
    else:
        settled.set_exception(error)
        settled.exception()  # marks it as retrieved, in case the caller is cancelled now


@dataclass(frozen=True, slots=True, eq=False)
class QueueEntry(Generic[Row]):
    """One job of a request in the queue."""

    pending: PendingRequest[Any]
    index: int
    job: Job[Row, Any]
