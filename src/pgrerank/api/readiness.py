"""Readiness of the service: its parts are checked at most once per second."""

import asyncio
from collections.abc import Awaitable, Callable

#: returns the state of each part by name: `ok`, or why it is not
Ready = Callable[[], Awaitable[dict[str, str]]]

OK = "ok"
#: key of the application's state
READINESS = "readiness"
#: seconds for which a check remains valid
FRESH_S = 1.0
STOPPING = "is about to stop; what comes meanwhile is still answered"


class Readiness:
    """The state of all parts, cached for a second. At most one check runs at a time.

    Args:
        ask: Checks every part.
        monotonic: Clock in seconds; only differences mean something.
    """

    def __init__(self, ask: Ready, monotonic: Callable[[], float]) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._asked_at = 0.0
        self._check: asyncio.Task[dict[str, str]] | None = None
        self._draining = False

    async def parts(self) -> dict[str, str]:
        """State of each part: `ok`, or why it is not."""
        if self._check is None or self._is_stale(self._check):
            self._asked_at = self._monotonic()
            self._check = asyncio.create_task(self._refresh())
        # Shielded: a caller that disconnects must not cancel the check for the others.
        parts = await asyncio.shield(self._check)
        return {**parts, "service": STOPPING} if self._draining else parts

    def drain(self) -> None:
        """Report the service as not ready from now on, so that balancers stop using it."""
        self._draining = True

    async def _refresh(self) -> dict[str, str]:
        parts = await self._ask()
        self._asked_at = self._monotonic()
        return parts

    def _is_stale(self, check: "asyncio.Task[dict[str, str]]") -> bool:
        if not check.done():
            return False
        is_failed = check.cancelled() or check.exception() is not None
        return is_failed or self._monotonic() - self._asked_at >= FRESH_S
