"""A student: some layers of a deeper model, which learns to compute what all of them compute."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import CrossEncoder
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from transformers import AutoModel, AutoTokenizer

from pgrerank.domain.errors import ModelError


def layers(encoder: CrossEncoder) -> nn.ModuleList | None:
    """All layers of the model, lowest first; None if it has no list of them."""
    return next(_stacks(encoder), None)


def keep_layers(encoder: CrossEncoder, count: int, base: str) -> tuple[int, ...]:
    """Remove all layers but `count`, evenly spaced from the lowest. Returns their former indices.

    Raises:
        ModelError: The base has fewer layers, or they are of several kinds.
    """
    stack = layers(encoder)
    depth = 0 if stack is None else len(stack)
    if stack is None or count > depth:
        raise ModelError(base, f"it has {depth} layers, so {count} cannot be kept.")
    inner: Any = encoder.model
    if len(set(getattr(inner.config, "layer_types", None) or [None])) > 1:
        raise ModelError(base, "its layers are of several kinds, so all must be kept.")
    kept = tuple(number * depth // count for number in range(count))
    for number in reversed(range(depth)):
        if number not in kept:
            del stack[number]
    inner.config.num_hidden_layers = count
    return kept


def take_embeddings(encoder: CrossEncoder, folder: Path, name: str) -> None:
    """Replace the embeddings by those of another model, and freeze them.

    Args:
        encoder: The cross-encoder.
        folder: Folder of the other model.
        name: Its name, for errors.

    Raises:
        ModelError: Its tokens or the sizes of its embeddings differ.
    """
    inner: Any = encoder.model
    tokenizer: Any = encoder.tokenizer
    other = AutoModel.from_pretrained(folder, local_files_only=True)
    same = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    mine, theirs = (_embeddings(each) for each in (inner.base_model, other))
    tokens_agree = tokenizer.get_vocab() == same.get_vocab()
    if not tokens_agree or mine is None or theirs is None or _shapes(mine) != _shapes(theirs):
        raise ModelError(name, "--embeddings needs a model with the tokens and width of the base.")
    mine.load_state_dict(theirs.state_dict())
    mine.requires_grad_(requires_grad=False)


class States:
    """Trains the layers of a student to reach the states of the model that they were taken from.

    The student's layer i stands for all layers of the base from its own up to the next that was
    kept. A score is one number per pair; the states are hundreds per token, so far fewer pairs are
    needed to learn from them.

    Args:
        encoder: The student.
        base: The encoder of the base with all layers, without a head.
        kept: Indices in the base of the student's layers.
    """

    def __init__(self, encoder: CrossEncoder, base: nn.Module, kept: Sequence[int]) -> None:
        self._base = base
        stack = layers(encoder) or []
        self._states: list[Tensor] = [torch.empty(0)] * len(kept)
        config: Any = base.config
        #: number of layers of the base that each layer of the student is to match
        self._places = (*kept[1:], int(config.num_hidden_layers))
        for number, layer in enumerate(stack):
            layer.register_forward_hook(partial(self._keep, number))

    def loss(self, inputs: dict[str, Tensor]) -> Tensor:
        """Mean squared error as a share of the variance, over layers, for the last forward pass.

        Args:
            inputs: What the student has read.
        """
        read: Any = self._base
        with torch.no_grad():
            reached = read(**inputs, output_hidden_states=True).hidden_states
        words = inputs["attention_mask"].bool()
        errors = [
            _relative_error(state[words].float(), reached[place][words].float())
            for state, place in zip(self._states, self._places, strict=True)
        ]
        return torch.stack(errors).mean()

    def _keep(self, number: int, _module: nn.Module, _given: object, output: Any) -> None:
        self._states[number] = output if isinstance(output, Tensor) else output[0]


def frozen_copy(encoder: CrossEncoder) -> nn.Module:
    """The encoder without its head as it is now, for `States`."""
    inner: Any = encoder.model
    copy: nn.Module = deepcopy(inner.base_model)
    return copy.requires_grad_(requires_grad=False).eval()


def _relative_error(state: Tensor, target: Tensor) -> Tensor:
    return mse_loss(state, target) / target.var(dim=0).mean().clamp_min(1e-6)


def _embeddings(model: nn.Module) -> nn.Module | None:
    return getattr(model, "embeddings", None)


def _shapes(module: nn.Module) -> dict[str, torch.Size]:
    return {name: weight.shape for name, weight in module.state_dict().items()}


def _stacks(encoder: CrossEncoder) -> Iterator[nn.ModuleList]:
    """Module lists that contain all layers of the model."""
    count = getattr(encoder.config, "num_hidden_layers", 0)
    for module in encoder.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            yield module
