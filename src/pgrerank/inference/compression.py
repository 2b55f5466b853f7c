"""Compression of token vectors for storage: similar ones merged, numbers in two bits."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.vector import unit
from pgrerank.inference.vectors import Floats

Places: TypeAlias = NDArray[np.intp]

# Part of a fingerprint: change it when the bytes or the scores change.
TEMPLATE = "late-interaction-stored/2"
# Maximum vectors of a passage, which bounds it to 7,840 bytes. Half as many vectors as tokens, at
# every length, takes as much space and loses 1 % of nDCG@10 where passages are short (npl).
MOST = 80
_SCALE = np.dtype("<f2")
#: bytes before the numbers of each vector
SCALE_BYTES = _SCALE.itemsize
_BITS = 2
_PER_BYTE = 8 // _BITS
_MASK = 2**_BITS - 1
_LEVELS = 2 ** (_BITS - 1)  # on each side of zero
_MIDDLE = _LEVELS - 0.5  # a code represents the middle of its step
# In standard deviations of a vector's numbers, which are about normal: the least loss for 4 levels.
_STEP = 0.9957
_BLOCK = 128  # vectors unpacked at once, so that they stay in the L1 cache
_EMPTY = -1.0  # the lowest cosine, for a passage without a token


def compress(tokens: Floats) -> bytes | None:
    """Pool and quantise the token vectors of one passage.

    Args:
        tokens: Vectors of any norm, one row per token; their dimensions are a multiple of four.

    Returns:
        For each remaining vector a scale (float16) and two bits per dimension. None if a number is
        not finite, which means that the model failed.
    """
    if not np.isfinite(tokens).all():
        return None
    vectors = unit(pool(unit(tokens), MOST))
    steps = np.sqrt(np.mean(vectors**2, axis=1, keepdims=True)) * _STEP
    codes = np.floor(vectors / np.maximum(steps, 1e-9)).clip(-_LEVELS, _LEVELS - 1) + _LEVELS
    parts = np.split(codes.astype(np.uint8), _PER_BYTE, axis=1)
    packed = sum(part << (place * _BITS) for place, part in enumerate(parts))
    scales = _level(vectors, codes - _MIDDLE).astype(_SCALE)
    return np.concatenate([scales.view(np.uint8), packed], axis=1).tobytes()


def _level(vectors: Floats, codes: Floats) -> Floats:
    """Scales with which the codes of a vector have a cosine of 1 with it; 0 for a zero vector.

    With the scales of least error all cosines would be an eighth lower than without compression.
    """
    products = np.sum(vectors * codes, axis=1, keepdims=True)
    return np.divide(1, products, out=np.zeros_like(products), where=products > 0)


def pool(tokens: Floats, size: int) -> Floats:
    """Merge similar vectors, regardless of their position in the text, until `size` sums are left.

    Each round merges mutually nearest pairs, the nearest first, by Ward's criterion. Merging only
    neighbours in the text is cheaper, and loses twice as many of the top 10.
    """
    counts = np.ones(len(tokens), dtype=np.float32)
    clusters = np.arange(len(tokens))
    products = tokens @ tokens.T  # updated with the sums, which saves a matrix product per round
    while len(counts) > size:
        kept, merged = _pairs(products, counts, len(counts) - size)
        places = np.delete(np.arange(len(counts)), merged)
        counts[kept] += counts[merged]
        products[kept] += products[merged]
        products[:, kept] += products[:, merged]
        counts, products = counts[places], products[np.ix_(places, places)]
        clusters = _renumber(places, kept, merged)[clusters]
    belongs = clusters == np.arange(len(counts))[:, None]
    return belongs.astype(np.float32) @ tokens


def scores(query: Floats, passages: Sequence[bytes]) -> list[float]:
    """MaxSim of each compressed passage: mean over query tokens of the best cosine, about -1 to 1.

    Args:
        query: Unit vectors, one row per token.
        passages: Results of `compress`.
    """

    def maxsim(similarities: Floats, starts: Places, _: Places) -> Floats:
        return np.maximum.reduceat(similarities, starts).mean(axis=1)

    return _each(query, passages, maxsim)


def likeness(passage: Floats, others: Sequence[bytes]) -> list[float]:
    """Similarity of a passage to compressed ones: mean of MaxSim in both directions, about -1 to 1.

    One direction tells how much of the passage is found in the other, the reverse how much of the
    other is found in the passage.

    Args:
        passage: Unit vectors, one row per token, see `unpack`.
        others: Results of `compress`.
    """

    def both_ways(similarities: Floats, starts: Places, sizes: Places) -> Floats:
        there = np.maximum.reduceat(similarities, starts).mean(axis=1)
        back = np.add.reduceat(similarities.max(axis=1), starts) / sizes
        return (there + back) / 2

    return _each(passage, others, both_ways)


def unpack(passage: bytes, dimensions: int) -> Floats:
    """Vectors of a compressed passage, one per row, of unit length except for rounding."""
    rows = _rows([passage], dimensions)
    numbers = np.empty((len(rows), dimensions), dtype=np.float32)
    _unpack_codes(rows[:, _SCALE.itemsize :], numbers)
    return (numbers - _MIDDLE) * _scales(rows)


def split_rows(passages: Sequence[bytes], dimensions: int) -> tuple[NDArray[np.uint8], Floats]:
    """The packed numbers and the scales of all vectors of compressed passages, one row for each.

    Byte `j` of a row has the numbers `j`, `j + width`, `j + 2 * width` and `j + 3 * width`.
    """
    rows = _rows(passages, dimensions)
    return rows[:, SCALE_BYTES:], _scales(rows).ravel()


def numbers_of_bytes() -> Floats:
    """The four numbers that each byte stands for, before scaling; shape (256, 4)."""
    codes = np.arange(256)[:, None] >> np.arange(_PER_BYTE) * _BITS & _MASK
    return (codes - _MIDDLE).astype(np.float32)


def _each(
    query: Floats,
    passages: Sequence[bytes],
    found: Callable[[Floats, Places, Places], Floats],
) -> list[float]:
    """Result of `found` for the similarities of each passage; `_EMPTY` for one without vectors."""
    if not len(query) or not any(passages):
        return [_EMPTY] * len(passages)
    rows = _rows(passages, query.shape[1])
    sizes = np.array([len(passage) for passage in passages]) // rows.shape[1]
    values = np.full(len(passages), _EMPTY)
    filled = sizes > 0
    starts = (np.cumsum(sizes) - sizes)[filled]
    values[filled] = found(_similarities(query, rows), starts, sizes[filled])
    return values.tolist()


def _rows(passages: Sequence[bytes], dimensions: int) -> NDArray[np.uint8]:
    width = dimensions // _PER_BYTE + _SCALE.itemsize
    return np.frombuffer(b"".join(passages), dtype=np.uint8).reshape(-1, width)


def _scales(rows: NDArray[np.uint8]) -> Floats:
    return rows[:, : _SCALE.itemsize].copy().view(_SCALE).astype(np.float32)


def _similarities(query: Floats, rows: NDArray[np.uint8]) -> Floats:
    """Cosines of each stored vector with each query token."""
    similarities = np.empty((len(rows), len(query)), dtype=np.float32)
    asked = np.ascontiguousarray(query.T)
    numbers = np.empty((_BLOCK, query.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), _BLOCK):
        codes = rows[start : start + _BLOCK, _SCALE.itemsize :]
        block = numbers[: len(codes)]
        _unpack_codes(codes, block)
        np.matmul(block, asked, out=similarities[start : start + _BLOCK])
    return (similarities - query.sum(axis=1) * _MIDDLE) * _scales(rows)


def _unpack_codes(packed: NDArray[np.uint8], numbers: Floats) -> None:
    """Write the codes of packed vectors to an array, one vector per row."""
    width = packed.shape[1]
    for place in range(_PER_BYTE):
        codes = packed >> (place * _BITS) & _MASK
        numbers[:, place * width : (place + 1) * width] = codes


def _pairs(products: Floats, counts: Floats, most: int) -> tuple[Places, Places]:
    """Up to `most` pairs of mutually nearest clusters."""
    shares = 1 / counts
    squares = np.diag(products) * shares**2
    costs = squares[:, None] + squares - 2 * products * np.outer(shares, shares)
    costs /= shares[:, None] + shares
    np.fill_diagonal(costs, np.inf)
    costs = np.minimum(costs, costs.T)  # rounding might leave no mutual pair, and loop forever
    nearest, places = costs.argmin(axis=1), np.arange(len(counts))
    mutual = places[(nearest[nearest] == places) & (places < nearest)]
    chosen = mutual[np.argsort(costs[mutual, nearest[mutual]], kind="stable")[:most]]
    return chosen, nearest[chosen]


def _renumber(places: Places, kept: Places, merged: Places) -> Places:
    """New number of each cluster, by its old number."""
    numbers = np.empty(len(places) + len(merged), dtype=np.intp)
    numbers[places] = np.arange(len(places))
    numbers[merged] = numbers[kept]
    return numbers
