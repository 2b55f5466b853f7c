"""Token sequences as the padded tensors that transformers read."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor

from pgrerank.inference.tokens import TokenSequence

#: tensors by the names that transformers know them by
Features: TypeAlias = dict[str, Tensor]
#: what a transformer makes of them
Forward: TypeAlias = Callable[[Features], Tensor]


@dataclass(frozen=True, slots=True)
class Feed:
    """What a model reads, of `input_ids`, `attention_mask` and `token_type_ids`."""

    names: Sequence[str]
    #: id that fills a row; the mask hides it
    padding: int
    device: torch.device

    def __call__(self, batch: Sequence[TokenSequence]) -> Features:
        """One row a sequence, at least one; padded on the right, whatever the tokenizer prefers."""
        longest = max(len(sequence) for sequence in batch)
        rows = {
            "input_ids": [_padded(sequence.ids, longest, self.padding) for sequence in batch],
            "attention_mask": [_padded([1] * len(sequence), longest, 0) for sequence in batch],
            "token_type_ids": [_padded(sequence.types, longest, 0) for sequence in batch],
        }
        return {
            name: torch.tensor(rows[name], device=self.device)
            for name in rows
            if name in self.names
        }


def feed(tokenizer: Any, device: torch.device) -> Feed:
    """What the model of a tokenizer reads."""
    return Feed(tokenizer.model_input_names, int(tokenizer.pad_token_id or 0), device)


def _padded(values: list[int], length: int, filler: int) -> list[int]:
    return values + [filler] * (length - len(values))
