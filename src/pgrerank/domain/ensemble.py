"""Several kinds of scores combined for one order, where no single one is good enough alone."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: scores of one kind by candidate, higher is better; None: this kind did not score it
Kind: TypeAlias = Sequence[float | None]
#: how similar each candidate is to the `PEERS` best, given the places of the candidates, best first
Agreement: TypeAlias = Callable[[Sequence[int]], Kind]
_Floats: TypeAlias = NDArray[np.float64]

#: how many of the best candidates the others are compared with
PEERS = 3


def combine(kinds: Sequence[Kind], agreement: Agreement) -> list[float]:
    """The combined score of each candidate, of all kinds together; higher is better.

    Each kind is standardised over the candidates (mean 0, deviation 1) and all are added with
    equal weight, as in CombSUM (Fox and Shaw, 1994). Agreement with the best so far is one kind
    more, since what answers a query resembles what else answers it (the cluster hypothesis:
    Jardine and van Rijsbergen, 1971).

    The scores are comparable within one list only.

    Args:
        kinds: At least one, each with a value for every candidate. A candidate without a score
            counts as the lowest score of that kind: a leg did not return it because others did
            better.
        agreement: By embeddings, see `near`, or by tokens.
    """
    total = np.sum([_standard(_fill(kind)) for kind in kinds], axis=0)
    if len(total) <= PEERS:  # all are among the best, and would speak for themselves
        return total.tolist()
    best_first = np.argsort(-total, kind="stable").tolist()
    return (total + _standard(_fill(agreement(best_first)))).tolist()


def near(vectors: Sequence[Any | None]) -> Agreement:
    """Agreement by embeddings: the mean cosine with the best that have one.

    Args:
        vectors: The candidates' embeddings, unit float32 of shape (dimensions,). One without
            takes part as if it were like none of the best.
    """
    return partial(_nearness, vectors)


def cosines(vector: Any | None, vectors: Sequence[Any | None]) -> list[float | None]:
    """Cosine of a query with each candidate; None where either has no embedding."""
    return [None if vector is None or other is None else float(vector @ other) for other in vectors]


def _nearness(vectors: Sequence[Any | None], best_first: Sequence[int]) -> Kind:
    best = [vector for place in best_first if (vector := vectors[place]) is not None]
    return cosines(np.mean(best[:PEERS], axis=0) if best else None, vectors)


def _fill(kind: Kind) -> _Floats:
    least = min((value for value in kind if value is not None), default=0.0)
    return np.array([least if value is None else value for value in kind], dtype=np.float64)


def _standard(values: _Floats) -> _Floats:
    deviation = values.std()
    # Scores that differ by rounding alone carry no information, and must not be scaled up.
    if deviation <= 1e-9 * max(1.0, np.abs(values).max()):
        return np.zeros_like(values)
    return (values - values.mean()) / deviation
