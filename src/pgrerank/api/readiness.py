"""Whether the service can serve: asked of its parts once a second at most, however many want to know."""

import asyncio
from collections.abc import Awaitable, Callable

#: name of each part, with `ok` or why it is not
Ready = Callable[[], Awaitable[dict[str, str]]]

OK = "ok"
#: where the application keeps it
READINESS = "readiness"
#: seconds that an answer is good for
FRESH_S = 1.0
STOPPING = "is about to stop; what comes meanwhile is still answered"


class Readiness:
    """The state of all parts, remembered for a second, with one check under way at a time.

    Args:
        ask: Asks every part.
        elapsed: Seconds on a clock that never goes back.
    """

    def __init__(self, ask: Ready, elapsed: Callable[[], float]) -> None:
        self._ask = ask
        self._elapsed = elapsed
        self._asked_at = 0.0
        self._check: asyncio.Task[dict[str, str]] | None = None
        self._draining = False

    async def parts(self) -> dict[str, str]:
        """Each part with `ok` or why it is not."""
        if self._check is None or self._is_stale(self._check):
            self._asked_at = self._elapsed()
            self._check = asyncio.create_task(self._refresh())
        # Shielded: who hangs up must not end the check for the others.
        found = await asyncio.shield(self._check)
        return {**found, "service": STOPPING} if self._draining else found

    def drain(self) -> None:
        """From now on say that the service is not ready, so that nothing new is sent to it."""
        self._draining = True

    async def _refresh(self) -> dict[str, str]:
        found = await self._ask()
        self._asked_at = self._elapsed()
        return found

    def _is_stale(self, check: "asyncio.Task[dict[str, str]]") -> bool:
        if not check.done():
            return False
        is_failed = check.cancelled() or check.exception() is not None
        return is_failed or self._elapsed() - self._asked_at >= FRESH_S
