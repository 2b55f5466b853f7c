"""The quota of pairs that a tenant may have scored: a token bucket."""

from dataclasses import dataclass

#: size of the bucket, in seconds of the tenant's rate
BURST_S = 10.0


@dataclass(slots=True)
class Allowance:
    """A token bucket of pairs, full at first.

    With at least one pair left, a tenant may spend more than there is, and then waits until the
    debt is refilled. So a request of any size is served, and the rate holds over time.

    Args:
        rate: Pairs per second, above 0.
        now: Current instant of a clock, in seconds.
    """

    rate: float
    now: float
    level: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.rate * BURST_S

    def wait(self, rate: float, now: float) -> float:
        """Refill at the given rate; return the seconds until pairs may be spent, 0: at once."""
        self.level = min(self.level + (now - self.now) * rate, rate * BURST_S)
        self.rate, self.now = rate, now
        return max((1 - self.level) / rate, 0.0)

    def spend(self, pairs: int) -> None:
        """Take pairs; a negative number gives them back."""
        self.level -= pairs
