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
    """Limits the number of concurrent requests. Waiting tenants get free slots in turn (round-robin).

    Each tenant has its own queue. When a slot becomes free, the tenant whose turn it is gets it for
    its oldest waiting request. So a tenant with one request waits for at most one request of every
    other tenant, even if another tenant has hundreds of them in its queue.

    Args:
        places: Number of slots, at least 1.
        wait_s: Maximum time that a request waits, seconds.
        waiting: Maximum number of waiting requests of one tenant.
    """

    def __init__(self, places: int, *, wait_s: float, waiting: int) -> None:
        self._free = places
        self._wait_s = wait_s
        self._most = waiting
        # Tenants in the order of their turns. Each queue has at least one request.
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
