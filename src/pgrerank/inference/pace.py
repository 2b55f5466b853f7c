"""How fast a model gets on, to say when to come back."""

import math

_MEMORY = 0.8  # weight of the past; about the last ten batches count
_LONGEST_S = 60


class Pace:
    """Sequences a second over the recent batches."""

    def __init__(self) -> None:
        self._sequences = 0.0
        self._seconds = 0.0

    def note(self, sequences: int, seconds: float) -> None:
        """A batch of so many sequences took so long."""
        self._sequences = _MEMORY * self._sequences + sequences
        self._seconds = _MEMORY * self._seconds + seconds

    def seconds(self, sequences: int) -> int:
        """Whole seconds that so many sequences will take, 1 to 60; 1 while nothing is known."""
        if not self._sequences:
            return 1
        expected = math.ceil(sequences * self._seconds / self._sequences)
        return min(max(expected, 1), _LONGEST_S)
