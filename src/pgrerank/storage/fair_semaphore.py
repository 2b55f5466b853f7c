"""A semaphore that serves waiting tenants in turn."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeAlias

from psycopg_pool import PoolTimeout, TooManyRequests

from pgrerank.domain.ids import TenantId

_Waiter: TypeAlias = "asyncio.Future[None]"


class FairSemaphore:
    """Limits concurrent requests. Free slots go to waiting tenants round-robin.

    So a tenant's first request waits for at most one of each other tenant, however many these have.

    Args:
        places: Slots, at least 1.
        wait_s: Seconds that a request may wait.
        waiting: Most requests of one tenant that may wait.
    """

    def __init__(self, places: int, *, wait_s: float, waiting: int) -> None:
        self._free = places
        self._wait_s = wait_s
        self._most = waiting
        # In the order in which tenants get their next slot. No queue is empty.
        self._queues: OrderedDict[TenantId | None, deque[_Waiter]] = OrderedDict()

    @asynccontextmanager
    async def slot(self, tenant_id: TenantId | None) -> AsyncGenerator[None]:
        """Hold a slot for a tenant; None: for requests whose tenant is not known yet.

        Raises:
            TooManyRequests: Too many requests of the tenant wait already.
            PoolTimeout: No slot became free in time.
        """
        if self._free:
            self._free -= 1
        else:
            await self._wait(tenant_id)
        try:
            yield
        finally:
            self._leave()

    async def _wait(self, tenant_id: TenantId | None) -> None:
        queue = self._queues.get(tenant_id, deque())
        if len(queue) >= self._most:
            raise TooManyRequests(f"{len(queue)} requests wait for a connection")
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        queue.append(waiter)
        self._queues.setdefault(tenant_id, queue)
        try:
            async with asyncio.timeout(self._wait_s):
                await waiter
        except BaseException as error:
            self._give_up(tenant_id, waiter)
            if isinstance(error, TimeoutError):
                raise PoolTimeout(f"no connection after {self._wait_s} s") from error
            raise

    def _give_up(self, tenant_id: TenantId | None, waiter: _Waiter) -> None:
        if waiter.done() and not waiter.cancelled():
            self._leave()  # the slot was granted at the same moment: pass it on
            return
        queue = self._queues.get(tenant_id, deque())
        if waiter in queue:
            queue.remove(waiter)
        if not queue:
            self._queues.pop(tenant_id, None)

    def _leave(self) -> None:
        while self._queues:
            tenant_id, queue = self._queues.popitem(last=False)
            waiter = queue.popleft()
            if queue:
                self._queues[tenant_id] = queue
            if not waiter.done():  # False: it was cancelled just now
                waiter.set_result(None)
                return
        self._free += 1
