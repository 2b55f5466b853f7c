"""A backend without a model: the row of a sequence is the sum of its ids."""

import threading
from collections.abc import Callable, Sequence

from pgrerank.inference.scheduler.request import Job
from pgrerank.inference.tokens import TokenSequence


class FakeBackend:
    """Records what it ran; waits at a gate and fails on demand."""

    def __init__(self, *, parallel: int = 1) -> None:
        self.parallel = parallel
        #: barrier at which concurrent batches wait for each other
        self.beside = threading.Barrier(parallel)
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.refuse: Callable[[Sequence[int]], BaseException | None] = lambda _: None

    def forward(self, batch: Sequence[TokenSequence]) -> list[float]:
        sums = [sum(sequence.ids) for sequence in batch]
        self.entered.set()
        self.beside.wait(30)
        assert self.gate.wait(30)
        if error := self.refuse(sums):
            raise error
        self.batches.append(sums)
        return [float(value) for value in sums]

    @property
    def ran(self) -> list[int]:
        return [value for batch in self.batches for value in batch]


def job(value: int, *, length: int = 1) -> Job[float, float]:
    """A sequence of this many tokens whose sum is `value`."""
    return Job(sequence([0] * (length - 1) + [value]), float)


def jobs(*values: int) -> list[Job[float, float]]:
    return [job(value) for value in values]


def sequence(ids: list[int]) -> TokenSequence:
    return TokenSequence(ids, [0] * len(ids), slice(0, len(ids)))
