"""Token sequences as the padded tensors that transformers read."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pgrerank.inference.tokens import TokenSequence


def features(
    batch: Sequence[TokenSequence], names: Sequence[str], padding: int, device: torch.device
) -> dict[str, Tensor]:
    """The inputs that a model names, one row a sequence, padded on the right.

    Args:
        batch: At least one sequence.
        names: What the model reads, of `input_ids`, `attention_mask` and `token_type_ids`.
        padding: Id that fills a row; the mask hides it.
        device: Where the tensors go.
    """
    longest = max(len(sequence) for sequence in batch)
    rows = {
        "input_ids": [_padded(sequence.ids, longest, padding) for sequence in batch],
        "attention_mask": [_padded([1] * len(sequence), longest, 0) for sequence in batch],
        "token_type_ids": [_padded(sequence.types, longest, 0) for sequence in batch],
    }
    return {name: torch.tensor(rows[name], device=device) for name in rows if name in names}


def _padded(values: list[int], length: int, filler: int) -> list[int]:
    return values + [filler] * (length - len(values))
