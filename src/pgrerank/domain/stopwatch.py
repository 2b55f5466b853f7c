"""Time the stages of a request."""

from collections.abc import Callable, Generator
from contextlib import contextmanager


class Stopwatch:
    """A timer of stages that starts when it is created.

    Args:
        monotonic: A monotonic clock, in seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stages: dict[str, float] = {}
        self.started = monotonic()

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Time the block, even if it raises."""
        begun = self._monotonic()
        try:
            yield
        finally:
            self._stages[name] = self._since(begun)

    def timings(self) -> dict[str, float]:
        """Durations of all stages and `total`, in milliseconds with three decimals."""
        return {**self._stages, "total": self._since(self.started)}

    def _since(self, begun: float) -> float:
        return round((self._monotonic() - begun) * 1000, 3)
