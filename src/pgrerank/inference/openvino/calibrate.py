"""How far the numbers inside a transformer reach, measured on texts."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from importlib import resources
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from pgrerank.inference.openvino.quantise import MOVED, MOVED_BEHIND_GELU, Reach
from pgrerank.inference.tensors import Features

_TEXTS = resources.files("pgrerank.inference.openvino") / "calibration.txt"


def questions() -> list[tuple[str, list[str]]]:
    """Packaged queries, each with some passages that answer it and some that do not."""
    blocks = _TEXTS.read_text(encoding="utf-8").strip().split("\n\n")
    return [(query, passages) for query, *passages in (block.splitlines() for block in blocks)]


def recipe() -> str:
    """What of the calibration decides the numbers of a model in int8."""
    digest = hashlib.sha256(_TEXTS.read_bytes()).hexdigest()
    return f"{MOVED}/{MOVED_BEHIND_GELU}/{digest}"


@torch.inference_mode()
def reaches(module: PreTrainedModel, texts: Iterable[Features]) -> list[Reach]:
    """The reach of every layer's inputs over some texts.

    Args:
        module: A transformer of the BERT family, in fp32.
        texts: Features without padding, whose numbers would count too.
    """
    part: Any = module
    layers = list(part.encoder.layer)
    watches = [_Watch(layer) for layer in layers]
    for text in texts:
        module(**text)
    found = [watch.finish() for watch in watches]
    half = len(layers) // 2
    return [replace(reach, down=None) for reach in found[:half]] + found[half:]


class _Watch:
    """Notes the largest magnitudes that come into the products of one layer."""

    def __init__(self, layer: Any) -> None:
        products: dict[str, nn.Module] = {
            "attention": layer.attention.self.query,
            "up": layer.intermediate.dense,
            "down": layer.output.dense,
        }
        self._largest: dict[str, Tensor] = {}
        self._hooks = [
            product.register_forward_pre_hook(self._noting(name))
            for name, product in products.items()
        ]

    def finish(self) -> Reach:
        for hook in self._hooks:
            hook.remove()
        return Reach(**{name: seen.numpy() for name, seen in self._largest.items()})

    def _noting(self, name: str) -> Any:
        def note(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            seen = inputs[0].abs().amax(dim=(0, 1))
            self._largest[name] = torch.maximum(self._largest.get(name, seen), seen)

        return note
