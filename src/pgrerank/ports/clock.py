"""The port of time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A clock, which tests can replace."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a monotonic clock; only differences are meaningful."""
        ...
