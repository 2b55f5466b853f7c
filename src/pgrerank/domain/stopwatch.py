"""Milliseconds by stage of a request."""

from collections.abc import Callable, Generator
from contextlib import contextmanager


class Stopwatch:
    """Starts running when made.

    Args:
        elapsed: Seconds on a clock that never goes back.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._stages: dict[str, float] = {}
        self.started = elapsed()

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Time what happens inside, also when it fails."""
        begun = self._elapsed()
        try:
            yield
        finally:
            self._stages[name] = self._since(begun)

    def timings(self) -> dict[str, float]:
        """All stages and `total`, in milliseconds to the microsecond."""
        return {**self._stages, "total": self._since(self.started)}

    def _since(self, begun: float) -> float:
        return round((self._elapsed() - begun) * 1000, 3)
