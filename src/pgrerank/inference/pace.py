"""How fast a model gets on, to say when to come back."""

import math

_MEMORY = 0.8  # weight of the past; about the last ten batches count
_LONGEST_S = 60


class Pace:
    """Tokens a second over the recent batches, padding left out."""

    def __init__(self) -> None:
        self._tokens = 0.0
        self._seconds = 0.0

    def note(self, tokens: int, seconds: float) -> None:
        """A batch of so many tokens took so long."""
        self._tokens = _MEMORY * self._tokens + tokens
        self._seconds = _MEMORY * self._seconds + seconds

    def expected(self, tokens: int) -> float:
        """Seconds that so many tokens will take; 0 while nothing is known."""
        return tokens * self._seconds / self._tokens if self._tokens else 0.0


def retry_after(seconds: float) -> int:
    """A wait as it is told: whole seconds, 1 to 60."""
    return min(max(math.ceil(seconds), 1), _LONGEST_S)
