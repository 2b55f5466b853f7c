"""Vectors as rows of arrays."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

_LEAST = 1e-9  # length of a vector that has a direction


def unit(vectors: Floats) -> Floats:
    """The same vectors, along the last axis, at length 1; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(lengths, _LEAST)
