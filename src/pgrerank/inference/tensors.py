"""Padded arrays of token sequences, as transformers read them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgrerank.inference.tokens import TokenSequence
from pgrerank.inference.vectors import Floats

#: arrays of [batch, tokens], by their names in transformers
Features: TypeAlias = dict[str, NDArray[np.int64]]
#: forward pass of a transformer
Forward: TypeAlias = Callable[[Features], Floats]

NAMES = ("input_ids", "attention_mask", "token_type_ids")
# A graph is prepared again for every new shape, and the result is kept: lengths in steps of 8 took
# a fifth less time on lists of mixed lengths, and less memory.
_STEP = 8


@dataclass(frozen=True, slots=True)
class Feed:
    """Makes the input arrays of a model from token sequences."""

    #: inputs of the model, a subset of `NAMES`
    names: Sequence[str]
    #: id of padding; the mask hides it
    padding: int
    #: maximum tokens of a sequence
    max_length: int

    def __call__(self, batch: Sequence[TokenSequence]) -> Features:
        """Arrays with one row per sequence, at least one; always padded on the right."""
        longest = _step_up(max(len(sequence) for sequence in batch), self.max_length)
        rows = {
            "input_ids": [_pad(sequence.ids, longest, self.padding) for sequence in batch],
            "attention_mask": [_pad([1] * len(sequence), longest, 0) for sequence in batch],
            "token_type_ids": [_pad(sequence.types, longest, 0) for sequence in batch],
        }
        return {name: np.array(rows[name], np.int64) for name in rows if name in self.names}


def _step_up(longest: int, most: int) -> int:
    """Length rounded up to a multiple of `_STEP`, but not above `most`."""
    return max(longest, min(-(-longest // _STEP) * _STEP, most))


def _pad(values: list[int], length: int, filler: int) -> list[int]:
    return values + [filler] * (length - len(values))
