"""Token vectors made small enough to store: like ones merged, numbers in four bits."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

# Part of a fingerprint: change it when the bytes or the scores change.
TEMPLATE = "late-interaction-stored/1"
# Vectors of a passage, which bounds it to 15,520 bytes. Half as many vectors as tokens in passages
# of every length takes as much room and loses 1 % of nDCG@10 where passages are short (npl).
MOST = 80
_SCALE = np.dtype("<f2")
_LEVELS = 8  # on each side of zero
# The widest level in standard deviations of a vector's numbers, which are about normal: the step
# that loses least for sixteen levels is a third of one.
_WIDEST = 2.6
_EMPTY = -1.0  # the lowest cosine, for a passage without a token


def compressed(tokens: Floats) -> bytes | None:
    """Pool and quantise the token vectors of one passage.

    Args:
        tokens: Vectors of any length, one row a token, of an even number of dimensions.

    Returns:
        For each vector that is left a scale (float16) and half a byte a dimension; None where a
        number is not finite, which says that the model failed.
    """
    if not np.isfinite(tokens).all():
        return None
    vectors = _unit(pooled(_unit(tokens), MOST))
    steps = np.sqrt(np.mean(vectors**2, axis=1, keepdims=True)) * (_WIDEST / _LEVELS)
    codes = np.floor(vectors / np.maximum(steps, 1e-9)).clip(-_LEVELS, _LEVELS - 1) + _LEVELS
    low, high = np.split(codes.astype(np.uint8), 2, axis=1)
    rows = [steps.astype(_SCALE).view(np.uint8), low | high << 4]
    return np.concatenate(rows, axis=1).tobytes()


def pooled(tokens: Floats, size: int) -> Floats:
    """Merge vectors that are alike until `size` sums are left, wherever in the text they stand.

    Each round merges the pairs that are nearest to each other on both sides, the nearest first,
    by Ward's criterion. Merging neighbours in the text alone is cheaper, and loses twice as many
    of the top 10.
    """
    sums, counts = tokens.copy(), np.ones(len(tokens), dtype=np.float32)
    while len(sums) > size:
        kept, merged = _pairs(sums / counts[:, None], counts, len(sums) - size)
        sums[kept] += sums[merged]
        counts[kept] += counts[merged]
        sums, counts = np.delete(sums, merged, axis=0), np.delete(counts, merged)
    return sums


def scores(query: Floats, passages: Sequence[bytes]) -> list[float]:
    """MaxSim of each compressed passage: mean over query tokens of the best cosine, about -1 to 1.

    Args:
        query: Unit vectors, one row a token.
        passages: As `compressed` made them.
    """
    if not any(passages):
        return [_EMPTY] * len(passages)
    width = query.shape[1] // 2 + _SCALE.itemsize
    sizes = np.array([len(passage) // width for passage in passages])
    rows = np.frombuffer(b"".join(passages), dtype=np.uint8).reshape(-1, width)
    best = np.maximum.reduceat(_similarities(query, rows), _offsets(sizes), axis=1).mean(axis=0)
    found = np.full(len(passages), _EMPTY)
    found[sizes > 0] = best
    return found.tolist()


def _similarities(query: Floats, rows: NDArray[np.uint8]) -> Floats:
    """Cosines of each query token with each stored vector."""
    steps = rows[:, : _SCALE.itemsize].copy().view(_SCALE).astype(np.float32)
    codes = rows[:, _SCALE.itemsize :]
    low, high = np.split(query, 2, axis=1)
    products = low @ (codes & 15).astype(np.float32).T + high @ (codes >> 4).astype(np.float32).T
    # A code stands for the middle of its step.
    middle = query.sum(axis=1, keepdims=True) * (_LEVELS - 0.5)
    return (products - middle) * steps.T


def _pairs(means: Floats, counts: Floats, most: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Up to `most` pairs of clusters each of which is the other's nearest."""
    squares = np.sum(means**2, axis=1)
    costs = squares[:, None] + squares - 2 * (means @ means.T)
    costs *= counts[:, None] * counts / (counts[:, None] + counts)
    np.fill_diagonal(costs, np.inf)
    costs = np.minimum(costs, costs.T)  # by a rounding it might have no mutual pair, and no end
    nearest, places = costs.argmin(axis=1), np.arange(len(means))
    mutual = places[(nearest[nearest] == places) & (places < nearest)]
    chosen = mutual[np.argsort(costs[mutual, nearest[mutual]], kind="stable")[:most]]
    return chosen, nearest[chosen]


def _offsets(sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each passage that has vectors begins."""
    return (np.cumsum(sizes) - sizes)[sizes > 0]


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-9)
