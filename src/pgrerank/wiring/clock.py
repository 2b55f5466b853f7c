"""The system clock."""

from datetime import UTC, datetime
from time import perf_counter


class SystemClock:
    """The clock of the operating system."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on a monotonic clock."""
        return perf_counter()
