"""The cross-encoder as a backend: one logit a sequence."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from pgrerank.inference.tensors import Features, Feed, Forward
from pgrerank.inference.tokens import TokenSequence


class ClassifierBackend:
    """Runs a classification model on token ids, without any activation.

    Args:
        feed: What the model reads.
        logits: The model: [batch, 1] from its features.
        parallel: Batches that it runs the quickest, each in a thread.
    """

    def __init__(self, feed: Feed, logits: Forward, *, parallel: int = 1) -> None:
        self.parallel = parallel
        self._feed = feed
        self._logits = logits

    @torch.inference_mode()
    def forward(self, batch: Sequence[TokenSequence]) -> list[float]:
        """Run a batch: raw logits, in order."""
        return self._logits(self._feed(batch)).float().squeeze(-1).tolist()


def torch_logits(model: nn.Module, dtype: torch.dtype) -> Forward:
    """A classification model of transformers, run by torch."""
    model.to(dtype)
    for head in _heads(model):
        _keep_float(head)

    def logits(given: Features) -> Tensor:
        answer: Any = model(**given)
        return answer.logits

    return logits


def _heads(model: nn.Module) -> list[nn.Linear]:
    return [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == 1]


def _keep_float(head: nn.Linear) -> None:
    """Give the last layer fp32: eight bits of a bf16 logit would make ties of near scores."""
    head.float()
    head.register_forward_pre_hook(_as_float)


def _as_float(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(tensor.float() for tensor in inputs)
