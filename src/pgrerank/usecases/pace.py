"""A limit of the speed of long work."""

import asyncio
from collections.abc import Awaitable, Callable

from pgrerank.ports.clock import Clock

Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """Keeps a run at a rate, on average since it began.

    Args:
        clock: Tells the time.
        per_second: Maximum rate; None: unlimited.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self, clock: Clock, per_second: float | None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._clock, self._per_second, self._sleep = clock, per_second, sleep
        self._begun = clock.monotonic()

    async def keep(self, done: int) -> None:
        """Wait if the run, which has done this much in all, is ahead of its rate."""
        if self._per_second is None:
            return
        ahead = done / self._per_second - (self._clock.monotonic() - self._begun)
        if ahead > 0:
            await self._sleep(ahead)
