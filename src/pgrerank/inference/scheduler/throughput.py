"""How fast a model gets on, to say when to come back, and how much to run at once."""

import math

_MEMORY = 0.8  # weight of the past; about the last ten batches count
_LONGEST_S = 60


class Throughput:
    """Tokens a second over the recent batches, padding left out.

    Args:
        threads: How many run batches beside each other.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._tokens = 0.0
        self._seconds = 0.0

    def note(self, tokens: int, seconds: float) -> None:
        """A batch of so many tokens took a thread so long."""
        self._tokens = _MEMORY * self._tokens + tokens
        self._seconds = _MEMORY * self._seconds + seconds

    def expected_seconds(self, tokens: int) -> float:
        """Seconds that so many tokens will take all threads; 0 while nothing is known."""
        return tokens * self._seconds / self._tokens / self._threads if self._tokens else 0.0

    def within(self, seconds: float) -> float:
        """Tokens that one thread runs in so many seconds; without end while nothing is known."""
        return self._tokens * seconds / self._seconds if self._seconds else math.inf


def retry_after(seconds: float) -> int:
    """A wait as it is told: whole seconds, 1 to 60."""
    return min(max(math.ceil(seconds), 1), _LONGEST_S)
