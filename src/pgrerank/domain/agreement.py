"""Agreement: how similar each candidate of a list is to the best ones.

Passages that answer a query resemble each other (the cluster hypothesis: Jardine and van
Rijsbergen, 1971).
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.vector import Vector

#: scores of one kind by candidate, higher is better; None: this kind did not score it
Scores: TypeAlias = Sequence[float | None]
#: similarity of each candidate to the `PEERS` best, given the candidates' indexes, best first
Agreement: TypeAlias = Callable[[Sequence[int]], Scores]
Floats: TypeAlias = NDArray[np.float64]

#: how many of the best candidates the others are compared with
PEERS = 3


def by_embeddings(vectors: Sequence[Vector | None]) -> Agreement:
    """Agreement by embeddings: the mean cosine with the best candidates that have an embedding.

    Args:
        vectors: The candidates' embeddings, unit float32 of shape (dimensions,). A candidate
            without one has no agreement.
    """
    return partial(_mean_cosines, vectors)


def cosines(vector: Vector | None, vectors: Sequence[Vector | None]) -> list[float | None]:
    """Cosine of a query with each candidate; None if either has no embedding."""
    return [None if vector is None or other is None else float(vector @ other) for other in vectors]


def with_agreement(scores: Scores, agreement: Agreement) -> list[float]:
    """Scores and agreement with the best by them, each standardised over the list, and added.

    For a list of a reranker alone (CombSUM: Fox and Shaw, 1994). The results are comparable within
    the list only.

    Args:
        scores: Of at least one candidate. One without a score gets the lowest score.
        agreement: By embeddings or by tokens.
    """
    total = standard_scores(scores)
    return (total + standard_agreement(total, agreement)).tolist()


def standard_agreement(total: Floats, agreement: Agreement) -> Floats:
    """Standard scores of the agreement with the best by `total`; 0 for all if none is left out."""
    if len(total) <= PEERS:  # all are among the best, so each would be compared with itself
        return np.zeros_like(total)
    return standard_scores(agreement(np.argsort(-total, kind="stable").tolist()))


def standard_scores(scores: Scores) -> Floats:
    """The scores scaled to mean 0 and deviation 1; 0 for all if they are equal.

    A missing score counts as the lowest one.
    """
    least = min((score for score in scores if score is not None), default=0.0)
    filled = [least if score is None else score for score in scores]
    values = np.array(filled, dtype=np.float64)
    deviation = values.std()
    # Scores that differ only by rounding carry no information and must not be scaled up.
    if deviation <= 1e-9 * max(1.0, np.abs(values).max()):
        return np.zeros_like(values)
    return (values - values.mean()) / deviation


def _mean_cosines(vectors: Sequence[Vector | None], order: Sequence[int]) -> Scores:
    best = [vector for place in order if (vector := vectors[place]) is not None]
    return cosines(np.mean(best[:PEERS], axis=0) if best else None, vectors)
