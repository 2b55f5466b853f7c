"""Time the stages of a request."""

from collections.abc import Callable, Generator
from contextlib import contextmanager


class Stopwatch:
    """A timer of stages that starts when it is created.

    Args:
        elapsed: A monotonic clock, in seconds.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._stages: dict[str, float] = {}
        self.started = elapsed()

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Time the block, even if it raises."""
        begun = self._elapsed()
        try:
            yield
        finally:
            self._stages[name] = self._since(begun)

    def timings(self) -> dict[str, float]:
        """Durations of all stages and `total`, in milliseconds with three decimals."""
        return {**self._stages, "total": self._since(self.started)}

    def _since(self, begun: float) -> float:
        return round((self._elapsed() - begun) * 1000, 3)
