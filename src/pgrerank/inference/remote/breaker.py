"""Leaves a server alone that has just failed several times in a row."""

import math
from collections.abc import Callable

FAILURES = 5  # in a row, after which a server is left alone
COOLING_S = 10.0  # for so long


class Breaker:
    """Counts failures in a row. Once it is open, one call at a time tries whether they are over.

    The libraries there are take a call that was cancelled, as one is at its deadline, for a
    success, and let every waiting call through at once when the time is up.

    Args:
        elapsed: A clock in seconds.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._failures = 0
        self._closed_until = 0.0

    def remaining(self) -> int:
        """Seconds for which the server is left alone yet, rounded up; 0: it may be called.

        Who is told 0 after failures is the one to try; the others wait for what becomes of it.
        """
        if self._failures < FAILURES:
            return 0
        left = self._closed_until - self._elapsed()
        if left > 0:
            return math.ceil(left)
        self._closed_until = self._elapsed() + COOLING_S
        return 0

    def record_success(self) -> None:
        """A call was answered."""
        self._failures = 0

    def record_failure(self) -> None:
        """A call was not answered, or the server said that it is broken."""
        self._failures += 1
        self._closed_until = self._elapsed() + COOLING_S
