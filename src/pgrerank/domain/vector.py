"""Embeddings."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: one embedding, shape (dimensions,), unit length
Vector: TypeAlias = NDArray[np.float32]

_LEAST = 1e-9  # minimum divisor, so that a zero vector stays zero


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors along the last axis scaled to length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(lengths, _LEAST)
