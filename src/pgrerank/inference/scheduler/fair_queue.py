"""Whose turn it is: a fair order of the requests that wait for one model, by tenant and request."""

import math
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Generic

from pgrerank.domain.ids import TenantId
from pgrerank.inference.scheduler.batching import next_batch
from pgrerank.inference.scheduler.request import Job, PendingRequest, QueueEntry, Row

# Sequences among which a batch is sorted by length. Under a deadline the head must not be
# overtaken by much.
_WINDOW = 256
_HURRIED_WINDOW = 32
_SMALL = 2  # batches that a small request has at most
_QUANTUM = 4  # batches that a large request runs before the next large one has its turn
PATIENCE = 4  # every so many batches those go first who usually come last


class _Request(Generic[Row]):
    """What is left of a request."""

    def __init__(
        self, ticket: PendingRequest[Any], jobs: Sequence[Job[Row, Any]], arrival: int, budget: int
    ) -> None:
        self.ticket = ticket
        self.entries = [QueueEntry(ticket, index, job) for index, job in enumerate(jobs)]
        self.arrival = arrival
        lengths = [len(job.tokens) for job in jobs]
        self.tokens = sum(lengths)
        padded = len(lengths) * max(lengths)
        #: goes before the large ones
        self.small = padded <= _SMALL * budget
        #: how many run in one batch, if it leads
        self.together = len(lengths) if padded <= budget else 1
        #: padded tokens that it may still run before another's turn
        self.turn = _QUANTUM * budget


class _Share(Generic[Row]):
    """The requests of one tenant."""

    def __init__(self, used: float) -> None:
        #: padded tokens it ran, on the scale of the line
        self.used = used
        #: batches it led
        self.batches = 0
        self.small: deque[_Request[Row]] = deque()
        self.large: deque[_Request[Row]] = deque()

    def __iter__(self) -> Iterator[_Request[Row]]:
        """Small requests first, but not always, lest many of them hold up a large one."""
        first, second = self.small, self.large
        if self.batches % PATIENCE == PATIENCE - 1:
            first, second = second, first
        yield from first
        yield from second

    def tokens(self, *, small: bool = False) -> int:
        """Tokens that wait, of all requests or of the small ones."""
        requests = self.small if small else self
        return sum(request.tokens for request in requests)

    def line(self, request: _Request[Row]) -> deque[_Request[Row]]:
        """Where a request stands."""
        return self.small if request.small else self.large


class FairQueue(Generic[Row]):
    """Requests in a fair order. Not for several threads at once.

    Between tenants: a batch is led by the tenant that used the least, counted in padded tokens
    (start-time fair queueing). So each of n waiting tenants gets an n-th of the model, however
    many requests it has. Time away is no claim but to one batch: who asked for less than its share
    leads the next batch. What the leader leaves free of a batch is filled with what others have of
    a like length, and charged to them.

    Between the requests of a tenant: those of at most `_SMALL` batches go first, in the order of
    their arrival, and what fits into one batch runs in one. The larger ones take turns of `_QUANTUM` batches, and lead every
    `PATIENCE`th batch whatever else waits. So a small request waits for the small ones before it
    and no large one, and a large one is done after a bounded number of batches.

    Args:
        budget: Padded tokens of a batch.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._shares: dict[TenantId | None, _Share[Row]] = {}
        self._requests: dict[PendingRequest[Any], _Request[Row]] = {}
        # The most that a leader had used before its batch.
        self._level = 0.0
        # What those who went away had used.
        self._left: dict[TenantId | None, float] = {}
        # Tokens of requests that are on their way, by tenant and whether they are small.
        self._coming = Counter[tuple[TenantId | None, bool]]()

    def __len__(self) -> int:
        """Sequences that wait."""
        return sum(len(request.entries) for request in self._requests.values())

    @property
    def tokens(self) -> int:
        """Tokens that wait."""
        return sum(request.tokens for request in self._requests.values())

    @property
    def oldest(self) -> int:
        """Arrival of the request that waits the longest. There must be one."""
        return min(request.arrival for request in self._requests.values())

    def put(self, ticket: PendingRequest[Any], jobs: Sequence[Job[Row, Any]], arrival: int) -> None:
        """Put a request in its place. It has at least one job."""
        request = _Request(ticket, jobs, arrival, self._budget)
        self._requests[ticket] = request
        share = self._shares.get(ticket.tenant)
        if share is None:
            used = max(self._level - self._budget, self._left.pop(ticket.tenant, -math.inf))
            share = self._shares[ticket.tenant] = _Share[Row](used)
        share.line(request).append(request)

    def announce(self, tenant: TenantId | None, lengths: Sequence[int]) -> None:
        """Count a request as waiting that is still being made."""
        self._coming[tenant, self._is_small(lengths)] += sum(lengths)

    def retract(self, tenant: TenantId | None, lengths: Sequence[int]) -> None:
        """It came, or it does not come."""
        self._coming[tenant, self._is_small(lengths)] -= sum(lengths)
        self._coming = +self._coming

    def withdraw(self, ticket: PendingRequest[Any]) -> None:
        """Take what is left of a request out, if anything is."""
        if request := self._requests.get(ticket):
            self._remove(request)

    def clear(self) -> list[QueueEntry[Row]]:
        """Take everything out."""
        left = [entry for request in self._requests.values() for entry in request.entries]
        for request in list(self._requests.values()):
            self._remove(request)
        return left

    def ahead(self, tenant: TenantId | None, lengths: Sequence[int]) -> int:
        """Tokens that would run before a request was done, if it came now and none after it.

        Of its own tenant those that go first; of each other tenant as many as it may run in the
        same time. What is announced counts as if it were there.
        """
        small = self._is_small(lengths)
        before = self._waiting(tenant, small=small)
        others = (self._shares.keys() | {owner for owner, _ in self._coming}) - {tenant}
        return before + sum(min(self._waiting(owner), before + sum(lengths)) for owner in others)

    def take(self, *, most: int | None = None, budget: float = math.inf) -> list[QueueEntry[Row]]:
        """The next batch, of so many sequences and padded tokens at most. Something must wait."""
        shares = sorted(self._shares.values(), key=lambda share: share.used)
        leader = shares[0]
        first = next(iter(leader))
        window = self._window(shares, hurried=first.ticket.hurried)
        chosen = next_batch(
            [len(entry.job.tokens) for entry in window],
            min(self._budget, budget),
            together=min(first.together, len(first.entries)),
            own=sum(entry.ticket.tenant == first.ticket.tenant for entry in window),
        )
        self._level = max(self._level, leader.used)
        leader.batches += 1
        batch = [window[index] for index in chosen[:most]]
        self._charge(batch)
        return batch

    def _is_small(self, lengths: Sequence[int]) -> bool:
        return len(lengths) * max(lengths) <= _SMALL * self._budget

    def _waiting(self, tenant: TenantId | None, *, small: bool = False) -> int:
        """Tokens of a tenant that wait or come, of all requests or of the small ones."""
        share = self._shares.get(tenant)
        coming = self._coming[tenant, True] + (0 if small else self._coming[tenant, False])
        return coming + (share.tokens(small=small) if share else 0)

    def _window(self, shares: Sequence[_Share[Row]], *, hurried: bool) -> list[QueueEntry[Row]]:
        ordered = (entry for share in shares for request in share for entry in request.entries)
        return list(islice(ordered, _HURRIED_WINDOW if hurried else _WINDOW))

    def _charge(self, batch: Sequence[QueueEntry[Row]]) -> None:
        """Take a batch out. Each sequence costs what the longest does."""
        cost = max(len(entry.job.tokens) for entry in batch)
        for entry in batch:
            request = self._requests[entry.ticket]
            request.entries.remove(entry)
            request.tokens -= len(entry.job.tokens)
            request.turn -= cost
            self._shares[entry.ticket.tenant].used += cost
        for request in dict.fromkeys(self._requests[entry.ticket] for entry in batch):
            if not request.entries:
                self._remove(request)
            elif request.turn <= 0 and not request.small:
                self._yield_turn(request)

    def _yield_turn(self, request: _Request[Row]) -> None:
        line = self._shares[request.ticket.tenant].large
        line.remove(request)
        line.append(request)
        request.turn = _QUANTUM * self._budget

    def _remove(self, request: _Request[Row]) -> None:
        tenant = request.ticket.tenant
        share = self._shares[tenant]
        del self._requests[request.ticket]
        share.line(request).remove(request)
        if not share.small and not share.large:
            del self._shares[tenant]
            self._left = {
                owner: used
                for owner, used in [*self._left.items(), (tenant, share.used)]
                if used > self._level - self._budget
            }
