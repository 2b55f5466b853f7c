"""Late interaction of many stored documents with many stored passages, by products over blocks."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.vector import unit
from pgrerank.inference import compression
from pgrerank.inference.threads import cores
from pgrerank.inference.vectors import Floats

Bytes: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[np.intp]

#: vectors of a document as query: similar ones are merged, as in the stored form of a passage
QUERY_VECTORS = 32
#: chunks of a long document that its query is made of, from its beginning
QUERY_CHUNKS = 8
_BLOCK = 32  # passages unpacked at once: 4 MB of numbers, which stay in the cache of a core
_EMPTY = -1.0  # the lowest cosine, for a passage or query without vectors


class StoredPassages:
    """Compressed passages side by side.

    Args:
        passages: Results of `compression.compress`; empty: without vectors.
        dimensions: Dimensions of their vectors.
    """

    def __init__(self, passages: Sequence[bytes], dimensions: int) -> None:
        self._dimensions = dimensions
        self._packed, self._scales = compression.split_rows(passages, dimensions)
        width = self._packed.shape[1] + compression.SCALE_BYTES
        self._sizes = np.array([len(each) // width for each in passages], dtype=np.intp)
        self._starts = np.cumsum(self._sizes) - self._sizes

    def scores(self, query: Floats, chosen: Places) -> Floats:
        """MaxSim of passages: mean over query vectors of the best cosine, about -1 to 1.

        Args:
            query: Unit vectors with the dimensions in stored order, one row for each.
            chosen: Places of the passages.
        """
        values = np.full(len(chosen), _EMPTY, dtype=np.float32)
        if not len(query):
            return values
        # Blocks of passages of similar length need little padding.
        by_length = np.argsort(self._sizes[chosen], kind="stable")
        filled = by_length[self._sizes[chosen[by_length]] > 0]
        asked = np.ascontiguousarray(query.T)
        for start in range(0, len(filled), _BLOCK):
            block = filled[start : start + _BLOCK]
            values[block] = self._block(asked, chosen[block])
        return values

    def _block(self, asked: Floats, chosen: Places) -> Floats:
        """Scores of some passages, each padded by its last vector, which changes no maximum."""
        sizes = self._sizes[chosen]
        offsets = np.minimum(np.arange(int(sizes.max())), sizes[:, None] - 1)
        rows = (self._starts[chosen][:, None] + offsets).ravel()
        similarities = _unpacked(self._packed[rows]) @ asked
        similarities *= self._scales[rows][:, None]
        best = similarities.reshape(len(chosen), -1, asked.shape[1]).max(axis=1)
        return best.mean(axis=1)


def query(passages: Sequence[bytes], dimensions: int) -> Floats:
    """The vectors of a document as query: of its first chunks, similar ones merged.

    Args:
        passages: Its chunks, results of `compression.compress`.
        dimensions: Dimensions of their vectors.

    Returns:
        At most `QUERY_VECTORS` unit vectors with the dimensions in stored order.
    """
    packed, scales = compression.split_rows(passages[:QUERY_CHUNKS], dimensions)
    vectors = unit(_unpacked(packed) * scales[:, None])
    return unit(compression.pool(vectors, QUERY_VECTORS)) if len(vectors) else vectors


def scores(
    queries: Sequence[Sequence[bytes]],
    passages: Sequence[bytes],
    pairs: Sequence[Sequence[int]],
    dimensions: int,
) -> list[list[float]]:
    """MaxSim of documents as queries with passages, in a thread for each core.

    Args:
        queries: The chunks of each document.
        passages: The passages.
        pairs: For each document the places of its passages.
        dimensions: Dimensions of the vectors.

    Returns:
        For each document the scores in the order of its pairs, about -1 to 1.
    """
    stored = StoredPassages(passages, dimensions)

    def scored(document: Sequence[bytes], chosen: Sequence[int]) -> list[float]:
        asked = query(document, dimensions)
        return stored.scores(asked, np.asarray(chosen, dtype=np.intp)).tolist()

    with ThreadPoolExecutor(cores(), thread_name_prefix="related") as threads:
        return list(threads.map(scored, queries, pairs))


def _unpacked(packed: Bytes) -> Floats:
    """The numbers of packed vectors, four from each byte, in stored order."""
    wide = np.take(_four_numbers(), packed, mode="clip")
    return wide.view(np.float32)


@cache
def _four_numbers() -> NDArray[np.complex128]:
    """The four numbers of each byte in 16 bytes, so that a look-up copies all at once."""
    return compression.numbers_of_bytes().view(np.complex128).ravel()
