"""The bundled cross-encoder, stored as its difference from the packaged model."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from pgrerank.inference import model_cache

BUNDLED = "bundled"
#: SHA-256 of the model.safetensors that `write` makes
BUNDLED_SHA256 = "1210f13ce79fa14a7b68936cec6faac67f006168944b8632dc9e42ac2e74aae3"
#: packaged files of the model: all but its tokenizer and the weights that training did not change
PARTS = Path(__file__).parent / "bundled"
CHANGES = "changes.safetensors"
WEIGHTS = "model.safetensors"
#: prefix of the encoder's weights in a classifier of transformers
ENCODER = "bert."
_SCALE = ".scale"
_LEVELS = 127

Weights: TypeAlias = Mapping[str, NDArray[Any]]


def folder(base: Path) -> Path:
    """The model as a standard folder in the user's cache, created if missing.

    Blocking: takes half a second the first time, for 90 MB. Concurrent processes do not conflict:
    each writes its own draft, and one of them is kept.

    Args:
        base: Folder of the packaged model.

    Raises:
        OSError: The cache cannot be written.
    """
    return model_cache.folder(BUNDLED, BUNDLED_SHA256, lambda target: write(base, target))


def write(base: Path, target: Path) -> None:
    """Write the standard folder to `target`, which must not exist."""
    shutil.copytree(PARTS, target, ignore=shutil.ignore_patterns(CHANGES))
    shutil.copy(base / "tokenizer.json", target)
    weights = apply_changes(load_file(base / WEIGHTS), load_file(PARTS / CHANGES))
    save_file(weights, target / WEIGHTS, metadata={"format": "pt"})


def changes(base: Weights, trained: Weights) -> dict[str, NDArray[Any]]:
    """Changes by training: one byte per number of a matrix, with a scale per row.

    Vectors, and weights that the base lacks, are stored whole. The largest change of a row is
    exact; every other has an error of at most half of a 127th of it.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, weight in trained.items():
        before = base.get(name.removeprefix(ENCODER))
        if before is not None and np.array_equal(before, weight):
            continue
        if before is None or weight.ndim < 2:  # noqa: PLR2004 - a matrix
            arrays[name] = weight
            continue
        change = weight.astype(np.float32) - before.astype(np.float32)
        scale = np.abs(change).max(axis=1, keepdims=True) / _LEVELS
        arrays[name] = np.round(change / np.maximum(scale, 1e-12)).astype(np.int8)
        arrays[name + _SCALE] = scale
    return arrays


def apply_changes(base: Weights, changed: Weights) -> dict[str, NDArray[Any]]:
    """Approximate trained weights in fp32. The inverse of `changes`."""
    weights: dict[str, NDArray[Any]] = {
        ENCODER + name: weight for name, weight in base.items() if weight.dtype == np.float32
    }
    for name, change in changed.items():
        if name.endswith(_SCALE):
            continue
        scale = changed.get(name + _SCALE)
        weights[name] = (
            change if scale is None else weights[name] + change.astype(np.float32) * scale
        )
    return weights
