"""What waits for a model: jobs, and the pending request that each belongs to."""

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
    """Who goes first: a person waits for a query and its pairs, nobody for a passage."""

    QUERY = 0
    PAIR = 1
    PASSAGE = 2


@dataclass(frozen=True, slots=True)
class Job(Generic[Row, Answer_co]):
    """A sequence to run, and what to make of the backend's row for it, in the worker's thread."""

    tokens: TokenSequence
    finish: Callable[[Row], Answer_co]


class PendingRequest(Generic[Answer_co]):
    """The answers of one request, written by the worker, awaited in the event loop."""

    def __init__(self, size: int, *, has_deadline: bool, tenant: TenantId | None = None) -> None:
        #: None: not answered yet, or failed alone
        self.answers: list[Any] = [None] * size
        #: a deadline is set, so the head must not wait for the tail
        self.has_deadline = has_deadline
        #: in whose share of the model it runs
        self.tenant = tenant
        self._left = size
        self._counting = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self.settled: asyncio.Future[None] = self._loop.create_future()

    def answer(self, index: int, value: Any) -> None:
        """Answer one job; the last one settles the request."""
        self.answers[index] = value
        with self._counting:
            self._left -= 1
            is_last = not self._left
        if is_last:
            self._settle(None)

    def fail(self, error: Exception) -> None:
        """Fail the whole request. Later answers change nothing."""
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
        settled.exception()  # counts as seen, should the caller be cancelled at this moment


@dataclass(frozen=True, slots=True, eq=False)
class QueueEntry(Generic[Row]):
    """One job of a request in the queue."""

    pending: PendingRequest[Any]
    index: int
    job: Job[Row, Any]
