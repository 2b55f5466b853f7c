"""Fair queue of the requests for one model, by tenant and request."""

import math
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Generic

from pgrerank.domain.ids import TenantId
from pgrerank.inference.scheduler.batching import next_batch
from pgrerank.inference.scheduler.request import Job, PendingRequest, QueueEntry, Row

# Number of sequences from which a batch is chosen by length. Fewer if there is a deadline, so that
# the first sequences of a request are not delayed by much.
_WINDOW = 256
_DEADLINE_WINDOW = 32
_SMALL = 2  # maximum batches of a small request
_QUANTUM = 4  # batches of a large request before the next large one has its turn
PATIENCE = 4  # every fourth batch goes to those that usually come last


class _Request(Generic[Row]):
    """The queued jobs of a request."""

    def __init__(
        self, pending: PendingRequest[Any], jobs: Sequence[Job[Row, Any]], arrival: int, budget: int
    ) -> None:
        self.pending = pending
        self.entries = [QueueEntry(pending, index, job) for index, job in enumerate(jobs)]
        self.arrival = arrival
        lengths = [len(job.tokens) for job in jobs]
        self.tokens = sum(lengths)
        padded = len(lengths) * max(lengths)
        #: whether it goes before the large ones
        self.small = padded <= _SMALL * budget
        #: how many of its sequences run together in a batch that it leads
        self.leading = len(lengths) if padded <= budget else 1
        #: padded tokens that it may still run before the next large request
        self.quantum_left = _QUANTUM * budget


class _Share(Generic[Row]):
    """The requests of one tenant."""

    def __init__(self, virtual_time: float) -> None:
        #: padded tokens that it ran, added to the queue's virtual time at its arrival
        self.virtual_time = virtual_time
        #: number of batches it led
        self.batches = 0
        self.small: deque[_Request[Row]] = deque()
        self.large: deque[_Request[Row]] = deque()

    def __iter__(self) -> Iterator[_Request[Row]]:
        """Small requests first, in every `PATIENCE`th batch large ones, to avoid starvation."""
        first, second = self.small, self.large
        if self.batches % PATIENCE == PATIENCE - 1:
            first, second = second, first
        yield from first
        yield from second

    def tokens(self, *, small: bool = False) -> int:
        """Queued tokens, of all requests or of the small ones."""
        requests = self.small if small else self
        return sum(request.tokens for request in requests)

    def queue(self, request: _Request[Row]) -> deque[_Request[Row]]:
        """The queue that a request belongs to."""
        return self.small if request.small else self.large


class FairQueue(Generic[Row]):
    """Requests in a fair order. Not thread-safe.

    Between tenants: the tenant that used the fewest padded tokens leads the next batch (start-time
    fair queueing). So each of n waiting tenants gets 1/n of the model, however many requests it
    has. A tenant that was idle returns at most one batch behind the others, so it cannot save up
    credit. The rest of a batch is filled with sequences of other tenants of similar length, and
    charged to them.

    Between the requests of a tenant: those of at most `_SMALL` batches go first, in order of
    arrival, and one that fits into a batch runs in one. Larger ones take turns of `_QUANTUM`
    batches, and lead every `PATIENCE`th batch. So a small request mostly waits for earlier small
    ones, and a large one is done after a bounded number of batches.

    Args:
        budget: Maximum padded tokens of a batch.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._shares: dict[TenantId | None, _Share[Row]] = {}
        self._requests: dict[PendingRequest[Any], _Request[Row]] = {}
        # Highest virtual time of a leader before its batch.
        self._virtual_time = 0.0
        # Virtual times of tenants with nothing queued.
        self._past_times: dict[TenantId | None, float] = {}
        # Reserved tokens, by tenant and whether the request is small.
        self._reserved = Counter[tuple[TenantId | None, bool]]()

    def __len__(self) -> int:
        """Number of queued sequences."""
        return sum(len(request.entries) for request in self._requests.values())

    @property
    def tokens(self) -> int:
        """Queued tokens."""
        return sum(request.tokens for request in self._requests.values())

    @property
    def oldest(self) -> int:
        """Arrival number of the oldest request. The queue must not be empty."""
        return min(request.arrival for request in self._requests.values())

    def put(
        self, pending: PendingRequest[Any], jobs: Sequence[Job[Row, Any]], arrival: int
    ) -> None:
        """Add a request with at least one job."""
        request = _Request(pending, jobs, arrival, self._budget)
        self._requests[pending] = request
        share = self._shares.get(pending.tenant)
        if share is None:
            past = self._past_times.pop(pending.tenant, -math.inf)
            share = _Share[Row](max(self._virtual_time - self._budget, past))
            self._shares[pending.tenant] = share
        share.queue(request).append(request)

    def reserve(self, tenant: TenantId | None, lengths: Sequence[int]) -> None:
        """Count a request that is still being prepared as waiting."""
        self._reserved[tenant, self._is_small(lengths)] += sum(lengths)

    def release(self, tenant: TenantId | None, lengths: Sequence[int]) -> None:
        """End a reservation: the request was added, or will not be."""
        self._reserved[tenant, self._is_small(lengths)] -= sum(lengths)
        self._reserved = +self._reserved

    def withdraw(self, pending: PendingRequest[Any]) -> None:
        """Remove the queued jobs of a request, if any."""
        if request := self._requests.get(pending):
            self._remove(request)

    def clear(self) -> list[QueueEntry[Row]]:
        """Remove and return all queued jobs."""
        left = [entry for request in self._requests.values() for entry in request.entries]
        for request in list(self._requests.values()):
            self._remove(request)
        return left

    def ahead(self, tenant: TenantId | None, lengths: Sequence[int]) -> int:
        """Tokens that would run before a request arriving now, if no other follows.

        Counts those of its own tenant that go first, and of each other tenant as many as may run in
        the same time. Reservations count as waiting.
        """
        small = self._is_small(lengths)
        before = self._waiting(tenant, small=small)
        others = (self._shares.keys() | {owner for owner, _ in self._reserved}) - {tenant}
        return before + sum(min(self._waiting(owner), before + sum(lengths)) for owner in others)

    def take(self, *, most: int | None = None, budget: float = math.inf) -> list[QueueEntry[Row]]:
        """Remove and return the next batch of at most `most` sequences and `budget` padded tokens.

        The queue must not be empty.
        """
        shares = sorted(self._shares.values(), key=lambda share: share.virtual_time)
        leader = shares[0]
        first = next(iter(leader))
        window = self._window(shares, has_deadline=first.pending.has_deadline)
        chosen = next_batch(
            [len(entry.job.tokens) for entry in window],
            min(self._budget, budget),
            leading=min(first.leading, len(first.entries)),
            own=sum(entry.pending.tenant == first.pending.tenant for entry in window),
        )
        self._virtual_time = max(self._virtual_time, leader.virtual_time)
        leader.batches += 1
        batch = [window[index] for index in chosen[:most]]
        self._charge(batch)
        return batch

    def _is_small(self, lengths: Sequence[int]) -> bool:
        return len(lengths) * max(lengths) <= _SMALL * self._budget

    def _waiting(self, tenant: TenantId | None, *, small: bool = False) -> int:
        """Queued and reserved tokens of a tenant, of all requests or of the small ones."""
        share = self._shares.get(tenant)
        reserved = self._reserved[tenant, True] + (0 if small else self._reserved[tenant, False])
        return reserved + (share.tokens(small=small) if share else 0)

    def _window(
        self, shares: Sequence[_Share[Row]], *, has_deadline: bool
    ) -> list[QueueEntry[Row]]:
        ordered = (entry for share in shares for request in share for entry in request.entries)
        return list(islice(ordered, _DEADLINE_WINDOW if has_deadline else _WINDOW))

    def _charge(self, batch: Sequence[QueueEntry[Row]]) -> None:
        """Remove a batch and charge it. Each sequence costs as much as the longest."""
        cost = max(len(entry.job.tokens) for entry in batch)
        for entry in batch:
            request = self._requests[entry.pending]
            request.entries.remove(entry)
            request.tokens -= len(entry.job.tokens)
            request.quantum_left -= cost
            self._shares[entry.pending.tenant].virtual_time += cost
        for request in dict.fromkeys(self._requests[entry.pending] for entry in batch):
            if not request.entries:
                self._remove(request)
            elif request.quantum_left <= 0 and not request.small:
                self._move_to_the_end(request)

    def _move_to_the_end(self, request: _Request[Row]) -> None:
        queue = self._shares[request.pending.tenant].large
        queue.remove(request)
        queue.append(request)
        request.quantum_left = _QUANTUM * self._budget

    def _remove(self, request: _Request[Row]) -> None:
        tenant = request.pending.tenant
        share = self._shares[tenant]
        del self._requests[request.pending]
        share.queue(request).remove(request)
        if not share.small and not share.large:
            del self._shares[tenant]
            self._past_times = {
                owner: virtual_time
                for owner, virtual_time in [*self._past_times.items(), (tenant, share.virtual_time)]
                if virtual_time > self._virtual_time - self._budget
            }
