"""Throughput of a model, to estimate waits and to size batches."""

import math

_MEMORY = 0.8  # decay per batch; about the last ten batches count
_LONGEST_S = 60


class Throughput:
    """Tokens per second over the recent batches, without padding.

    Args:
        threads: Number of threads that run batches concurrently.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._tokens = 0.0
        self._seconds = 0.0

    def note(self, tokens: int, seconds: float) -> None:
        """Record the tokens and the seconds of a batch on one thread."""
        self._tokens = _MEMORY * self._tokens + tokens
        self._seconds = _MEMORY * self._seconds + seconds

    def expected_seconds(self, tokens: int) -> float:
        """Expected seconds for these tokens on all threads; 0 before the first batch."""
        return tokens * self._seconds / self._tokens / self._threads if self._tokens else 0.0

    def within(self, seconds: float) -> float:
        """Tokens that one thread runs in this time; infinite before the first batch."""
        return self._tokens * seconds / self._seconds if self._seconds else math.inf


def retry_after(seconds: float) -> int:
    """Seconds for Retry-After: whole, 1 to 60."""
    return min(max(math.ceil(seconds), 1), _LONGEST_S)
