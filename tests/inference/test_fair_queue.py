"""The order of requests: properties that hold for arrivals of every kind."""

from collections import Counter
from dataclasses import dataclass
from itertools import count
from math import ceil, inf
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.ids import TenantId
from pgrerank.inference.scheduler.fair_queue import PATIENCE, FairQueue
from tests.inference.backends import job

BUDGET = 100
LARGE = 40  # sequences; more than two batches at any length used here
A, B, C, D = TENANTS = [TenantId(UUID(int=n)) for n in range(4)]


@dataclass(eq=False)
class Request:
    """Replaces a PendingRequest, which would need an event loop."""

    tenant: TenantId | None
    lengths: list[int]
    has_deadline: bool = False


class Bench:
    """A queue, and the entries that it ran."""

    def __init__(self) -> None:
        self.queue: FairQueue[float] = FairQueue(BUDGET)
        self.batches: list[list[tuple[Request, int]]] = []
        self._arrivals = count()

    def put(self, tenant: TenantId | None, *lengths: int, has_deadline: bool = False) -> Request:
        request = Request(tenant, list(lengths), has_deadline)
        jobs = [job(1, length=length) for length in lengths]
        self.queue.put(request, jobs, next(self._arrivals))
        return request

    def run(self, batches: int = 1, *, most: int | None = None, budget: float = inf) -> None:
        for _ in range(batches):
            taken = self.queue.take(most=most, budget=budget)
            self.batches.append([(entry.pending, entry.index) for entry in taken])

    def drain(self, *, most: int | None = None, budget: float = inf) -> None:
        while len(self.queue):
            self.run(most=most, budget=budget)

    def finish(self, request: Request) -> None:
        """Run until a request is done."""
        while self.ran(request) < len(request.lengths):
            self.run()

    def ran(self, request: Request) -> int:
        """Number of sequences of a request that were run."""
        return sum(pending is request for batch in self.batches for pending, _ in batch)

    def done(self, request: Request) -> int:
        """Number of batches after which a request was done."""
        return max(n for n, batch in enumerate(self.batches, 1) if request in dict(batch))

    def used(self, tenant: TenantId) -> int:
        """Padded tokens that a tenant used."""
        return sum(
            max(pending.lengths[index] for pending, index in batch)
            for batch in self.batches
            for pending, _ in batch
            if pending.tenant == tenant
        )


lengths_ = st.lists(st.integers(1, 60), min_size=1, max_size=60)
requests_ = st.lists(
    st.tuples(st.sampled_from(TENANTS), lengths_, st.booleans()), min_size=1, max_size=12
)


@given(requests_, st.integers(0, 6), st.integers(1, 20), st.integers(1, 2 * BUDGET))
def test_everything_is_run_once_in_batches_within_the_budget(requests, between, most, budget):
    bench = Bench()
    given_ = []
    for tenant, lengths, has_deadline in requests:
        given_.append(bench.put(tenant, *lengths, has_deadline=has_deadline))
        bench.run(min(between, len(bench.queue)) and 1, most=most, budget=budget)
    bench.drain(most=most, budget=budget)

    ran = Counter(entry for batch in bench.batches for entry in batch)
    assert ran == Counter((r, i) for r in given_ for i in range(len(r.lengths)))
    for batch in bench.batches:
        longest = max(pending.lengths[index] for pending, index in batch)
        assert len(batch) == 1 or longest * len(batch) <= min(BUDGET, budget)
        assert len(batch) <= most
    assert (len(bench.queue), bench.queue.tokens) == (0, 0)


@given(st.lists(st.integers(1, 300), min_size=2, max_size=4), st.integers(1, 5))
def test_a_tenant_is_done_as_soon_as_equal_shares_allow(demands, requests_each):
    """A tenant waits for no more work of another tenant than it requested itself."""
    bench = Bench()
    length = 10
    last = {}
    for tenant, demand in zip(TENANTS, demands, strict=False):
        for part in range(requests_each if tenant == A else 1):
            size = len(range(part, demand, requests_each)) if tenant == A else demand
            if size:
                last[tenant] = [*last.get(tenant, []), bench.put(tenant, *[length] * size)]
    bench.drain()

    for tenant, demand in zip(TENANTS, demands, strict=False):
        fair = sum(min(demand, other) for other in demands) * length / BUDGET
        done = max(bench.done(request) for request in last[tenant])
        assert done <= ceil(fair) + 2 * len(demands)


@given(lengths_, st.integers(1, 20))
def test_a_tenant_with_many_requests_does_not_hold_up_another(lengths, crowd):
    bench = Bench()
    for _ in range(crowd):
        bench.put(A, *[10] * LARGE)
    bench.run(3)
    other = bench.put(B, *lengths)
    bench.finish(other)

    # Each of its batches runs at least one sequence, and the crowd gets one batch in between.
    assert bench.done(other) - 3 <= 2 * len(lengths) + 1


@given(st.lists(st.integers(1, 30), min_size=1, max_size=3), st.integers(1, 20), st.booleans())
def test_a_small_request_waits_for_no_large_one(lengths, crowd, same):
    bench = Bench()
    for _ in range(crowd):
        bench.put(A, *[20, 25, 30] * 10)
    bench.run(2)
    small = bench.put(A if same else B, *lengths)
    bench.finish(small)

    # Every fourth batch of a tenant serves a large request, whatever else waits.
    assert bench.done(small) - 2 <= 2


@given(st.integers(1, 200), st.integers(1, 30))
def test_a_large_request_gets_on_however_many_small_ones_come(size, length):
    bench = Bench()
    large = bench.put(A, *[length] * max(size, 2 * BUDGET // length + 1))
    batches = ceil(len(large.lengths) / (BUDGET // length)) * PATIENCE
    for _ in range(batches):
        for _ in range(3):  # more than fits into one batch
            bench.put(A, 40)
        bench.run()

    assert bench.ran(large) == len(large.lengths)


@given(st.integers(2, 12))
def test_large_requests_of_a_tenant_take_turns(crowd):
    bench = Bench()
    huge = bench.put(A, *[50] * 200)
    others = [bench.put(A, *[50] * 8) for _ in range(crowd)]
    bench.drain()

    # Four batches of the huge request, then four of each other one.
    assert max(bench.done(other) for other in others) == 4 + 4 * crowd
    assert bench.done(huge) == len(bench.batches)


@given(st.integers(1, 20))
def test_leaving_and_coming_back_gains_no_more_than_a_batch(rounds):
    bench = Bench()
    bench.put(A, *[10] * 400)
    bench.put(B, *[10] * 400)
    for _ in range(rounds):
        bench.finish(bench.put(C, *[10] * 10))

    assert bench.used(C) <= (bench.used(A) + bench.used(B)) / 2 + 3 * BUDGET


@given(requests_, st.data())
def test_what_is_withdrawn_does_not_run_and_holds_no_place(requests, data):
    bench = Bench()
    given_ = [bench.put(tenant, *lengths) for tenant, lengths, _ in requests]
    bench.run()
    gone = data.draw(st.sampled_from(given_))
    bench.queue.withdraw(gone)
    ran = bench.ran(gone)
    bench.drain()

    assert bench.ran(gone) == ran
    assert all(bench.ran(r) == len(r.lengths) for r in given_ if r is not gone)


def test_under_a_deadline_a_request_keeps_its_order():
    bench = Bench()
    has_deadline = bench.put(A, *[30, 10, 30, 10] * 20, has_deadline=True)
    bench.drain()

    order = [
        index for batch in bench.batches for pending, index in batch if pending is has_deadline
    ]
    assert all(index < place + 32 for place, index in enumerate(order))


def test_what_is_ahead_is_what_shares_and_sizes_say():
    bench = Bench()
    bench.put(A, *[50] * 20)  # large
    bench.put(A, 10, 10)  # small
    bench.put(B, *[50] * 2)

    def ahead(tenant: TenantId, *lengths: int) -> int:
        return bench.queue.ahead(tenant, lengths)

    assert ahead(A, 30) == 20 + min(20 + 30, 100)
    assert ahead(A, *[50] * 10) == 1020 + 100
    assert ahead(C, 60) == 60 + 60
    assert ahead(B, *[50] * 30) == 100 + 1020


def test_what_is_announced_counts_as_if_it_were_there():
    bench = Bench()
    bench.put(A, *[50] * 5)
    bench.queue.reserve(A, [50] * 10)
    bench.queue.reserve(B, [10, 10])

    def ahead(tenant: TenantId, *lengths: int) -> int:
        return bench.queue.ahead(tenant, lengths)

    assert ahead(A, *[50] * 10) == 750 + 20
    assert ahead(A, 30) == 20
    assert ahead(B, 30) == 20 + 50
    assert ahead(C, 60) == 60 + 20

    bench.queue.release(A, [50] * 10)
    bench.queue.release(B, [10, 10])

    assert ahead(A, *[50] * 10) == 250
    assert ahead(B, 30) == 30
