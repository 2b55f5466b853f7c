"""The cross-encoder as a backend: one logit a sequence."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from typing import Any

import torch
from sentence_transformers import CrossEncoder
from torch import Tensor, nn

from pgrerank.inference.tensors import features
from pgrerank.inference.tokens import TokenSequence


class ClassifierBackend:
    """Runs the classification model of a CrossEncoder on token ids, without any activation."""

    def __init__(self, model: CrossEncoder, *, dtype: torch.dtype) -> None:
        self._model: Any = model.model
        self._model.to(dtype)
        for head in _heads(self._model):
            _keep_float(head)
        self._inputs: Sequence[str] = model.tokenizer.model_input_names
        self._padding = int(model.tokenizer.pad_token_id or 0)
        self._device = model.device

    @torch.inference_mode()
    def forward(self, batch: Sequence[TokenSequence]) -> list[float]:
        """Run a batch: raw logits, in order."""
        given = features(batch, self._inputs, self._padding, self._device)
        logits: Tensor = self._model(**given).logits
        return logits.float().squeeze(-1).tolist()


def _heads(model: nn.Module) -> list[nn.Linear]:
    return [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == 1]


def _keep_float(head: nn.Linear) -> None:
    """Give the last layer fp32: eight bits of a bf16 logit would make ties of near scores."""
    head.float()
    head.register_forward_pre_hook(_as_float)


def _as_float(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(tensor.float() for tensor in inputs)
