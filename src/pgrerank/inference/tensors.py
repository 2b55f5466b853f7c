"""Token sequences as the padded arrays that transformers read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgrerank.inference.tokens import TokenSequence
from pgrerank.inference.vectors import Floats

#: arrays of [batch, tokens] by the names that transformers know them by
Features: TypeAlias = dict[str, NDArray[np.int64]]
#: what a transformer makes of them
Forward: TypeAlias = Callable[[Features], Floats]

NAMES = ("input_ids", "attention_mask", "token_type_ids")
# A graph prepares itself anew for every shape it meets, and keeps what it prepared: with lengths
# in steps of 8 it took a fifth less time over lists of mixed lengths, and less memory.
_STEP = 8


@dataclass(frozen=True, slots=True)
class Feed:
    """What a model reads."""

    #: of `NAMES`
    names: Sequence[str]
    #: id that fills a row; the mask hides it
    padding: int
    #: tokens that the model reads at most
    max_length: int

    def __call__(self, batch: Sequence[TokenSequence]) -> Features:
        """One row a sequence, at least one; padded on the right, whatever the tokenizer prefers."""
        longest = _step_up(max(len(sequence) for sequence in batch), self.max_length)
        rows = {
            "input_ids": [_pad(sequence.ids, longest, self.padding) for sequence in batch],
            "attention_mask": [_pad([1] * len(sequence), longest, 0) for sequence in batch],
            "token_type_ids": [_pad(sequence.types, longest, 0) for sequence in batch],
        }
        return {name: np.array(rows[name], np.int64) for name in rows if name in self.names}


def _step_up(longest: int, most: int) -> int:
    """The next length up that is a whole number of steps, unless the model ends before it."""
    return max(longest, min(-(-longest // _STEP) * _STEP, most))


def _pad(values: list[int], length: int, filler: int) -> list[int]:
    return values + [filler] * (length - len(values))
