"""How many pairs a tenant may have scored: an allowance that refills with time."""

from dataclasses import dataclass

#: seconds of its rate that a tenant may save up for one burst
BURST_S = 10.0


@dataclass(slots=True)
class Allowance:
    """A token bucket of pairs, full at first.

    Whoever has a pair left may spend more than there is, and then waits until the debt is
    refilled. So a request of any size is served in its turn, and the rate holds over time.

    Args:
        rate: Pairs a second, above 0.
        now: The instant on a clock in seconds.
    """

    rate: float
    now: float
    level: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.rate * BURST_S

    def wait(self, rate: float, now: float) -> float:
        """Seconds until something may be spent; 0: at once. The rate may have changed."""
        self.level = min(self.level + (now - self.now) * rate, rate * BURST_S)
        self.rate, self.now = rate, now
        return max((1 - self.level) / rate, 0.0)

    def spend(self, pairs: int) -> None:
        """Take pairs, or give them back with a minus."""
        self.level -= pairs
