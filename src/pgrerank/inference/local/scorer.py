"""The Scorer port on an engine: cache, tokens, segments, deadline."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Job, Priority, Row

_CHARACTERS_PER_TOKEN = 8  # more than in prose of any language
_UNSCORED = PairScore(value=None)


@dataclass(frozen=True, slots=True)
class PairJobs(Generic[Row]):
    """Jobs that score one passage, one for each of its segments."""

    jobs: Sequence[Job[Row, float]]
    truncated: bool


class Pairing(Protocol[Row]):
    """A scoring method: turns a query and its passages into jobs for an engine."""

    async def pairs(
        self, query: str, texts: Sequence[str], deadline: float | None
    ) -> Sequence[PairJobs[Row]] | None:
        """One pair per text, in order; None if the deadline passed first."""
        ...

    def unknown_share(self, query: str) -> float:
        """Share of what is read of a query that the tokenizer does not know, 0..1."""
        ...


class EngineScorer(Generic[Row]):
    """Scores pairs on an engine. A pair's score does not depend on the rest of its batch.

    Args:
        model: Identity of the reranker.
        engine: Runs the jobs.
        pairing: Turns pairs into jobs.
        cache: Cache of scores.
        release: Called by `close`; does nothing if the engine is shared.
    """

    def __init__(
        self,
        model: ModelCard,
        engine: Engine[Row],
        pairing: Pairing[Row],
        cache: ScoreCache,
        release: Callable[[], None],
    ) -> None:
        self.engine = engine
        self.cache = cache
        self._model = model
        self._pairing = pairing
        self._release = release

    @property
    def model(self) -> ModelCard:
        """Identity of the reranker."""
        return self._model

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> list[PairScore]:
        """Score each passage against the query, in order. See ports.scorer.Scorer."""

        async def fresh(missing: Sequence[Passage]) -> Sequence[PairScore]:
            texts = [passage.text for passage in missing]
            return await self._fresh(query, texts, deadline, tenant_id)

        return await self.cache.complete(self._model.fingerprint, query, passages, fresh)

    def unknown_share(self, query: str) -> float:
        """Share of what is read of a query that the tokenizer does not know, 0..1."""
        return self._pairing.unknown_share(query)

    def close(self) -> None:
        """Release the engine. If the scorer owns it, queued jobs fail and it stops."""
        self._release()

    async def _fresh(
        self,
        query: str,
        texts: Sequence[str],
        deadline: float | None,
        tenant_id: TenantId | None,
    ) -> Sequence[PairScore]:
        # Before tokenizing, the lengths are underestimated, so that no request is rejected that
        # would be admitted.
        lengths = [len(text) // _CHARACTERS_PER_TOKEN + 1 for text in texts]
        with self.engine.reservation(lengths, priority=Priority.PAIR, tenant=tenant_id):
            pairs = await self._pairs(query, texts, deadline)
        if pairs is None:
            return [_UNSCORED] * len(texts)
        jobs = [job for pair in pairs for job in pair.jobs]
        running = self.engine.run(jobs, priority=Priority.PAIR, deadline=deadline, tenant=tenant_id)
        answers = iter(await running)
        return [_best_segment(pair, [next(answers) for _ in pair.jobs]) for pair in pairs]

    async def _pairs(
        self, query: str, texts: Sequence[str], deadline: float | None
    ) -> Sequence[PairJobs[Row]] | None:
        try:
            async with asyncio.timeout(self.engine.remaining(deadline)):
                return await self._pairing.pairs(query, texts, deadline)
        except TimeoutError:
            return None


def _best_segment(pair: PairJobs[Any], values: Sequence[float | None]) -> PairScore:
    """Score of the best segment; unscored unless all segments have a score."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if not finite or len(finite) < len(values):
        return _UNSCORED
    tokens = sum(len(job.tokens) for job in pair.jobs)
    return PairScore(value=max(finite), truncated=pair.truncated, tokens=tokens)
