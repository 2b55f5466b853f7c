"""The order of waiting tenants, with real tasks and no database."""

import asyncio
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg_pool import PoolTimeout, TooManyRequests

from pgrerank.domain.ids import TenantId
from pgrerank.storage.fair_semaphore import FairSemaphore

A, B, C = TENANTS = [TenantId(UUID(int=n)) for n in range(3)]


class Door:
    """Requests that hold a slot until released, and a record of those admitted."""

    def __init__(self, places=1, *, wait_s=60.0, waiting=100):
        self.semaphore = FairSemaphore(places, wait_s=wait_s, waiting=waiting)
        self.entered = []
        self.inside = set()
        self.leaving = {}

    async def come(self, who):
        """Request a slot, and let the request run until it waits."""
        task = asyncio.create_task(self._visit(who))
        await self.settle()
        return task

    async def _visit(self, who):
        task = asyncio.current_task()
        async with self.semaphore.slot(who):
            self.entered.append(who)
            self.inside.add(task)
            self.leaving[task] = asyncio.get_running_loop().create_future()
            try:
                await self.leaving[task]
            finally:
                self.inside.remove(task)

    async def let_out(self):
        """Release one slot, of any tenant."""
        self.leaving[next(iter(self.inside))].set_result(None)
        await self.settle()

    async def empty(self):
        while self.inside:
            await self.let_out()

    async def settle(self):
        """Let every task run until it waits."""
        for _ in range(10):
            await asyncio.sleep(0)


async def test_tenants_come_one_after_another_however_many_requests_one_has():
    door = Door()
    for who in [A, A, A, A, B, A, None]:
        await door.come(who)

    await door.empty()

    assert door.entered == [A, A, B, None, A, A, A]


async def test_who_waits_too_long_is_refused_and_takes_no_turn():
    door = Door(wait_s=0.01)
    await door.come(A)

    with pytest.raises(PoolTimeout):
        await (await door.come(B))

    await door.come(C)
    await door.empty()
    assert door.entered == [A, C]


async def test_line_of_a_tenant_is_bounded_and_leaves_room_for_others():
    door = Door(waiting=1)
    await door.come(A)
    await door.come(A)

    with pytest.raises(TooManyRequests):
        await (await door.come(A))

    await door.come(B)
    await door.empty()
    assert door.entered == [A, A, B]


async def test_turn_of_one_who_is_cancelled_as_it_comes_is_the_next_ones():
    door = Door()
    first, second = await door.come(A), await door.come(B)
    await door.come(C)

    door.leaving[first].set_result(None)
    second.cancel()
    await door.settle()

    assert door.entered[-1] == C
    await door.empty()


steps_ = st.lists(st.sampled_from([*TENANTS, "let out", "cancel"]), max_size=40)


@given(places=st.integers(1, 3), steps=steps_)
async def test_places_are_filled_while_anyone_waits_and_none_is_lost(places, steps):
    door, tasks = Door(places), []
    for step in steps:
        if step == "let out" and door.inside:
            await door.let_out()
        elif step == "cancel" and tasks:
            task = tasks.pop(len(tasks) // 2)
            task.cancel()
            await door.settle()
        elif isinstance(step, UUID):
            tasks.append(await door.come(step))
        wanted = sum(not task.done() for task in tasks)
        assert len(door.inside) == min(places, wanted)

    await door.empty()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks)
    for _ in range(places):
        await door.come(A)
    assert len(door.inside) == places
    await door.empty()
