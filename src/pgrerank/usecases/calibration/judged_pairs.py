"""Collect the scored pairs of judged queries, with their judgments."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

import numpy as np

from pgrerank.domain.calibration import CandidatePool, Method, Sample, Unjudged
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import HIGHEST_GRADE, RELEVANT, Label, ScoredChunk
from pgrerank.domain.model import ModelCard
from pgrerank.domain.relevance_model import unscaled_log_odds
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.services import Services
from pgrerank.usecases.search import search_unlogged

#: last ranks of the strata within which judged pairs represent unjudged ones
STRATA = (5, 10, 20, 50, 100, 200, 500, 1000)


class ScoreSource(StrEnum):
    """Where the scores of judged queries come from."""

    #: search for each query now; nothing is logged
    SEARCH = "search"
    #: use the logged scores of searches by the running reranker
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPlan:
    """How to make a calibration.

    Raises:
        InvalidRequestError: The lowest relevant grade is not 1 to 3.
    """

    #: the kind of search that it is for; its query is ignored
    request: SearchRequest
    unjudged: Unjudged = Unjudged.SKIP
    source: ScoreSource = ScoreSource.SEARCH
    #: None: the method with the lowest held-out log loss
    method: Method | None = None
    #: the lowest grade that counts as relevant
    relevant_from: int = RELEVANT

    def __post_init__(self) -> None:
        if not RELEVANT <= self.relevant_from <= HIGHEST_GRADE:
            raise InvalidRequestError(
                "relevant_from", f"must be {RELEVANT} to {HIGHEST_GRADE}, not {self.relevant_from}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPair:
    """A scored chunk of a query, or the best chunk of a document.

    `relevant` is None if nobody judged it.
    """

    query: str
    place: int
    #: log-odds above the base, by the model that ships
    score: float
    #: raw score of the reranker
    rerank: float
    #: best raw score of the search
    best: float
    relevant: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPairs:
    """Collects the pairs of collections."""

    services: Services
    tenant_id: TenantId
    plan: CalibrationPlan
    #: the reranker of the scores
    model: ModelCard
    #: called with the number of queries done, and of all queries
    progress: Callable[[int, int], None]

    async def collect(self, collection: Collection) -> list[JudgedPair]:
        """The pairs of a collection's judged queries. Raises as a search."""
        labels = _by_query(await self.services.judgments.labels(self.tenant_id, collection))
        if self.plan.source is ScoreSource.LOG:
            rows = await self.services.judgments.logged_scores(
                self.tenant_id, collection, self.model, CandidatePool.of(self.plan.request)
            )
            return [
                pair
                for query, found in groupby(rows, key=attrgetter("query"))
                for pair in observations(collection, list(found), labels[query], self.plan)
            ]
        pairs: list[JudgedPair] = []
        for done, (query, grades) in enumerate(labels.items(), start=1):
            rows = await self._search(collection, query)
            pairs += observations(collection, rows, grades, self.plan)
            self.progress(done, len(labels))
        return pairs

    async def _search(self, collection: Collection, query: str) -> list[ScoredChunk]:
        _, ranking = await search_unlogged(
            self.services,
            self.tenant_id,
            collection.name,
            replace(self.plan.request, query=query),
        )
        return [
            ScoredChunk(
                query=query,
                external_id=hit.candidate.external_id,
                chunk_id=hit.candidate.chunk_id,
                scores=hit.scores,
                place=hit.rank,
            )
            for hit in ranking.hits
        ]


#: grade by document, and by chunk where a chunk was judged
Grades: TypeAlias = Mapping[tuple[str, ChunkId | None], int]


def _by_query(labels: Iterable[Label]) -> dict[str, dict[tuple[str, ChunkId | None], int]]:
    by_query: dict[str, dict[tuple[str, ChunkId | None], int]] = {}
    for label in labels:
        by_query.setdefault(label.query, {})[label.external_id, label.chunk_id] = label.grade
    return by_query


def observations(
    collection: Collection, rows: Sequence[ScoredChunk], grades: Grades, plan: CalibrationPlan
) -> list[JudgedPair]:
    """The pairs of one search that count as observations.

    A grade of a chunk belongs to that chunk. A grade of a document counts once, for its
    best-ranked chunk, which is what users see; its other chunks are left out. If some chunks of a
    document were judged, its unjudged chunks are left out too.
    """
    chunked = {name for name, chunk in grades if chunk is not None}
    scored = [row for row in rows if row.scores.parts is not None]
    log_odds = unscaled_log_odds([row.scores for row in scored])
    best = max((row.scores.rerank or 0.0 for row in scored), default=0.0)
    names: set[str] = set()
    pairs: list[JudgedPair] = []
    for row, score in sorted(zip(scored, log_odds, strict=True), key=lambda each: each[0].place):
        name = row.external_id
        if name is None:
            continue
        whole = None if name in names else grades.get((name, None))
        grade = grades.get((name, row.chunk_id), whole)
        is_first = name not in names
        names.add(name)
        if grade is not None or (is_first and name not in chunked):
            pairs.append(
                JudgedPair(
                    query=f"{collection.id} {row.query}",
                    place=row.place,
                    score=score,
                    rerank=row.scores.rerank or 0.0,
                    best=best,
                    relevant=None if grade is None else grade >= plan.relevant_from,
                )
            )
    return pairs


def sample_of_pairs(pairs: Sequence[JudgedPair], unjudged: Unjudged) -> tuple[Sample, list[str]]:
    """The weighted pairs to fit to, and warnings about parts of the pool without judgments."""
    numbers = {name: place for place, name in enumerate(dict.fromkeys(p.query for p in pairs))}
    judged = [p for p in pairs if p.relevant is not None or unjudged is Unjudged.IRRELEVANT]
    weights, warnings = ([1.0] * len(judged), list[str]())
    if unjudged is Unjudged.SKIP:
        weights, warnings = _weights(pairs, judged)
    pair_sample = sample(
        [numbers[pair.query] for pair in judged],
        [pair.score for pair in judged],
        [bool(pair.relevant) for pair in judged],
        weights,
    )
    evidence = replace(
        pair_sample,
        rerank=np.array([pair.rerank for pair in judged], dtype=np.float64),
        best=np.array([pair.best for pair in judged], dtype=np.float64),
    )
    return evidence, warnings


def _weights(
    pairs: Sequence[JudgedPair], judged: Sequence[JudgedPair]
) -> tuple[list[float], list[str]]:
    """Number of pairs of its rank stratum that each judged pair represents; and warnings.

    People judge high ranks, so judged pairs are relevant more often than the pool. Weights by
    stratum correct for that (Horvitz and Thompson, 1952).
    """
    pool, counts = (Counter(_stratum(pair) for pair in rows) for rows in (pairs, judged))
    bare = sum(count for stratum, count in pool.items() if not counts[stratum])
    warnings: list[str] = []
    if bare:
        first = min(stratum for stratum in pool if not counts[stratum])
        above = STRATA[first - 1] if first else 0
        warnings.append(
            f"{bare} of {len(pairs)} pairs are at places where nobody judged any, the first beyond "
            f"place {above}: nothing is known of those"
        )
    return [pool[_stratum(pair)] / counts[_stratum(pair)] for pair in judged], warnings


def _stratum(pair: JudgedPair) -> int:
    return bisect_left(STRATA, pair.place)


def sample(
    queries: Sequence[int],
    scores: Sequence[float],
    relevant: Sequence[bool],
    weights: Sequence[float],
) -> Sample:
    """A Sample from plain sequences."""
    return Sample(
        queries=np.array(queries, dtype=np.int64),
        scores=np.array(scores, dtype=np.float64),
        relevant=np.array(relevant, dtype=np.bool_),
        weights=np.array(weights, dtype=np.float64),
    )
