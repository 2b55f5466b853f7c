"""Circuit breaker for a server that failed several times in a row."""

import math
from collections.abc import Callable

FAILURES = 5  # failures in a row that open the breaker
COOLING_S = 10.0  # seconds for which it then stays open


class Breaker:
    """Counts failures in a row. Once open, it lets one trial call through per cooling period.

    Existing libraries count a cancelled call, such as one at its deadline, as a success, and let
    all waiting calls through at once after the cooling period.

    Args:
        monotonic: Clock in seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._closed_until = 0.0

    def remaining(self) -> int:
        """Seconds until the server may be called, rounded up; 0: call it now.

        After failures, the caller that gets 0 makes the trial call; others wait for its outcome.
        """
        if self._failures < FAILURES:
            return 0
        left = self._closed_until - self._monotonic()
        if left > 0:
            return math.ceil(left)
        self._closed_until = self._monotonic() + COOLING_S
        return 0

    def record_success(self) -> None:
        """Record that a call was answered."""
        self._failures = 0

    def record_failure(self) -> None:
        """Record that a call was not answered, or that the server reported an error."""
        self._failures += 1
        self._closed_until = self._monotonic() + COOLING_S
