"""Simulation of a judge with known error rates, of which people correct some queries."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.correction import CorrectedEstimate, estimate

RESULTS = 10
_GAINS = 1 / np.log2(np.arange(2, RESULTS + 2))
#: queries from which the true mean is computed
_POPULATION = 200_000
_SEED = 20_261_201

Grades = NDArray[Any]


def ndcg(grades: Grades) -> Grades:
    """nDCG@10 of each row of grades; 0 for a query without a relevant result."""
    ideal = np.sort(grades, axis=1)[:, ::-1] @ _GAINS
    return np.divide(grades @ _GAINS, ideal, out=np.zeros(len(grades)), where=ideal > 0)


def simulate(
    missed: float, invented: float, *, judged: int, unjudged: int, draws: int
) -> tuple[Sequence[CorrectedEstimate], float]:
    """Estimates of nDCG@10 for repeated draws of queries, and its true mean.

    Args:
        missed: Share of relevant results that the judge calls not relevant.
        invented: Share of the others that it calls relevant.
        judged: Queries that people judge without error.
        unjudged: Queries that the judge alone grades.
        draws: Number of draws.
    """
    rng = np.random.default_rng(_SEED)
    truth = float(ndcg(_grades(rng, _POPULATION, missed, invented)[0]).mean())
    found: list[CorrectedEstimate] = []
    for _ in range(draws):
        true, by_judge = map(ndcg, _grades(rng, judged + unjudged, missed, invented))
        found.append(estimate(true[:judged], by_judge[:judged], by_judge[judged:]))
    return found, truth


def _grades(
    rng: np.random.Generator, queries: int, missed: float, invented: float
) -> tuple[Grades, Grades]:
    """True grades, 0 or 1, of the results of each query, and those of the judge."""
    likely = rng.beta(1, 2, size=(queries, 1)) * np.linspace(1, 0.3, RESULTS)
    true = (rng.random((queries, RESULTS)) < likely).astype(int)
    chance = rng.random((queries, RESULTS))
    return true, np.where(true == 1, chance >= missed, chance < invented).astype(int)
