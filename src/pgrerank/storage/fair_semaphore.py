"""Whose turn it is to have a connection: a fair order of those who wait, by tenant."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeAlias

from psycopg_pool import PoolTimeout, TooManyRequests

from pgrerank.domain.ids import TenantId

_Waiter: TypeAlias = "asyncio.Future[None]"


class FairSemaphore:
    """Lets so many in at once; when one leaves, the tenants that wait come one after another.

    So a tenant with one request waits for one of each other tenant, however many these have.

    Args:
        places: How many may be in at once, at least 1.
        wait_s: Seconds that a request may wait.
        waiting: Requests of one tenant that may wait.
    """

    def __init__(self, places: int, *, wait_s: float, waiting: int) -> None:
        self._free = places
        self._wait_s = wait_s
        self._most = waiting
        # Those whose turn is next first. No line is empty.
        self._lines: OrderedDict[TenantId | None, deque[_Waiter]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, tenant_id: TenantId | None) -> AsyncGenerator[None]:
        """Be in, as a tenant, or as nobody before one is known.

        Raises:
            TooManyRequests: Too many of the tenant's wait already.
            PoolTimeout: The turn did not come in time.
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
        line = self._lines.get(tenant_id, deque())
        if len(line) >= self._most:
            raise TooManyRequests(f"{len(line)} requests wait for a connection")
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        line.append(waiter)
        self._lines.setdefault(tenant_id, line)
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
            self._leave()  # the turn came at the same moment: it is the next one's
            return
        line = self._lines.get(tenant_id, deque())
        if waiter in line:
            line.remove(waiter)
        if not line:
            self._lines.pop(tenant_id, None)

    def _leave(self) -> None:
        while self._lines:
            tenant_id, line = self._lines.popitem(last=False)
            waiter = line.popleft()
            if line:
                self._lines[tenant_id] = line
            if not waiter.done():  # or it was cancelled just now
                waiter.set_result(None)
                return
        self._free += 1
