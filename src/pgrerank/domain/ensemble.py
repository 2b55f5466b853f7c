"""Combine several kinds of scores into one order."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.vector import Vector

#: scores of one kind by candidate, higher is better; None: this kind did not score it
Kind: TypeAlias = Sequence[float | None]
#: similarity of each candidate to the `PEERS` best, given the candidates' indexes, best first
Agreement: TypeAlias = Callable[[Sequence[int]], Kind]
_Floats: TypeAlias = NDArray[np.float64]

#: how many of the best candidates the others are compared with
PEERS = 3


def combine(kinds: Sequence[Kind], agreement: Agreement) -> list[float]:
    """Combined score of each candidate over all kinds; higher is better.

    Each kind is standardised over the candidates (mean 0, deviation 1), and all are added with
    equal weight, as in CombSUM (Fox and Shaw, 1994). Agreement with the best candidates so far is
    an additional kind, since passages that answer a query resemble each other (the cluster
    hypothesis: Jardine and van Rijsbergen, 1971).

    The scores are comparable within one list only.

    Args:
        kinds: At least one, each with a value for every candidate. A candidate without a score
            gets the lowest score of that kind: the leg did not return it because others scored
            better.
        agreement: By embeddings, see `near`, or by tokens.
    """
    total = np.sum([_standard(_fill(kind)) for kind in kinds], axis=0)
    if len(total) <= PEERS:  # all are among the best, so each would be compared with itself
        return total.tolist()
    best_first = np.argsort(-total, kind="stable").tolist()
    return (total + _standard(_fill(agreement(best_first)))).tolist()


def near(vectors: Sequence[Vector | None]) -> Agreement:
    """Agreement by embeddings: the mean cosine with the best candidates that have an embedding.

    Args:
        vectors: The candidates' embeddings, unit float32 of shape (dimensions,). A candidate
            without one gets the lowest agreement.
    """
    return partial(_nearness, vectors)


def cosines(vector: Vector | None, vectors: Sequence[Vector | None]) -> list[float | None]:
    """Cosine of a query with each candidate; None if either has no embedding."""
    return [None if vector is None or other is None else float(vector @ other) for other in vectors]


def _nearness(vectors: Sequence[Vector | None], best_first: Sequence[int]) -> Kind:
    best = [vector for place in best_first if (vector := vectors[place]) is not None]
    return cosines(np.mean(best[:PEERS], axis=0) if best else None, vectors)


def _fill(kind: Kind) -> _Floats:
    least = min((value for value in kind if value is not None), default=0.0)
    return np.array([least if value is None else value for value in kind], dtype=np.float64)


def _standard(values: _Floats) -> _Floats:
    deviation = values.std()
    # Scores that differ only by rounding carry no information and must not be scaled up.
    if deviation <= 1e-9 * max(1.0, np.abs(values).max()):
        return np.zeros_like(values)
    return (values - values.mean()) / deviation
