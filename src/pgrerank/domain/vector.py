"""Embeddings."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: one embedding, shape (dimensions,), unit length
Vector: TypeAlias = NDArray[np.float32]
