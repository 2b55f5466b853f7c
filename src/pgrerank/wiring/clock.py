"""The clock of the machine."""

from datetime import UTC, datetime
from time import perf_counter


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds since some fixed instant; never goes back."""
        return perf_counter()
