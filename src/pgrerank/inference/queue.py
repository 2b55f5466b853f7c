"""The bounded waiting line: admit or refuse, drop the cancelled, hand out a batch."""

import threading
from collections.abc import Sequence
from typing import Any, Generic

from pgrerank.domain.errors import OverloadedError, UnavailableError
from pgrerank.inference.batching import next_batch
from pgrerank.inference.pace import Pace
from pgrerank.inference.ticket import Entry, Job, Lane, Row, Ticket, entries

# Sequences among which a batch is sorted by length. Under a deadline the head must not be
# overtaken by much, and a smaller batch wastes less when the time is up: 1024 padded tokens are
# about 0.1 s on two cores, and still run at the full rate.
_WINDOW = 256
_HURRIED_WINDOW = 32
_HURRIED_BUDGET = 1024
_PATIENCE = 4  # every so many batches the longest waiting goes first, whatever its lane


class Queue(Generic[Row]):
    """Sequences of many requests, waiting for one worker. Every method may be called anywhere.

    Args:
        part: What the model is called in errors.
        capacity: Sequences that may wait.
        budget: Padded tokens of a batch.
    """

    def __init__(self, part: str, *, capacity: int, budget: int) -> None:
        self.pace = Pace()
        self._part = part
        self._capacity = capacity
        self._budget = budget
        self._lanes: dict[Lane, list[Entry[Row]]] = {lane: [] for lane in Lane}
        self._turns = dict.fromkeys(Lane, 0)
        self._arrivals = 0
        self._batches = 0
        self._open = True
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._lanes.values())

    def admit(self, ticket: Ticket[Any], jobs: Sequence[Job[Row, Any]], lane: Lane) -> None:
        """Put a request in line, all of it or nothing.

        A request larger than the line is admitted when nobody else waits.

        Raises:
            OverloadedError: There is no room.
            UnavailableError: The line is closed.
        """
        with self._changed:
            self._check_room(len(jobs))
            turn, self._arrivals = self._turns[lane], self._arrivals + 1
            waiting = self._lanes[lane]
            waiting += entries(ticket, jobs, lane, turn, self._arrivals)
            waiting.sort(key=lambda entry: (entry.turn, entry.arrival))
            self._changed.notify()

    def withdraw(self, ticket: Ticket[Any]) -> None:
        """Take what is left of a request out of the line."""
        with self._changed:
            for waiting in self._lanes.values():
                waiting[:] = [entry for entry in waiting if entry.ticket is not ticket]

    def take(self) -> list[Entry[Row]]:
        """Wait for work and take the next batch of it. Empty: the line is closed."""
        with self._changed:
            self._changed.wait_for(lambda: len(self) or not self._open)
            return self._next() if self._open else []

    def close(self) -> list[Entry[Row]]:
        """Admit nothing more and hand back what was waiting."""
        with self._changed:
            self._open = False
            left = [entry for waiting in self._lanes.values() for entry in waiting]
            for waiting in self._lanes.values():
                waiting.clear()
            self._changed.notify_all()
            return left

    def _check_room(self, size: int) -> None:
        if not self._open:
            raise UnavailableError(self._part)
        waiting = len(self)
        if waiting and waiting + size > self._capacity:
            raise OverloadedError(self.pace.seconds(waiting))

    def _next(self) -> list[Entry[Row]]:
        waiting = self._lanes[self._next_lane()]
        first = waiting[0]
        self._turns[first.lane] = first.turn
        window = waiting[: _HURRIED_WINDOW if first.ticket.hurried else _WINDOW]
        budget = min(self._budget, _HURRIED_BUDGET) if first.ticket.hurried else self._budget
        chosen = next_batch([len(entry.job.tokens) for entry in window], budget)
        for index in sorted(chosen, reverse=True):
            del waiting[index]
        return [window[index] for index in chosen]

    def _next_lane(self) -> Lane:
        self._batches += 1
        occupied = [lane for lane, waiting in self._lanes.items() if waiting]
        if self._batches % _PATIENCE:
            return occupied[0]
        return min(occupied, key=lambda lane: self._lanes[lane][0].arrival)
