"""The bundled reranker: a cross-encoder and late interaction combined in one score."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pgrerank.domain.agreement import Agreement
from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.rerank import SuppliedDocument
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.local.scorer import EngineScorer
from pgrerank.inference.local.stored import StoredLateInteraction
from pgrerank.inference.scheduler.engine import Engine

# Part of the fingerprint: change it when the score changes.
TEMPLATE = "0.4*cross-encoder+8*(late-interaction-0.5)/1"
# Within a list the standard deviation of the logit is 20.2 times that of MaxSim (105 lists of the
# training data), so both have equal weight. A logistic curve fitted to the labels of these lists,
# relevant and other passages weighted equally, has slope 1.0 and centre .14 over the sum.
_LOGIT, _MAXSIM, _EVEN = 0.4, 8.0, 0.5

_First = TypeVar("_First")
_Second = TypeVar("_Second")


def card(cross: ModelCard, late: ModelCard) -> ModelCard:
    """Identity of the combination of a cross-encoder and late interaction."""
    facts = f"{cross.fingerprint}\n{late.fingerprint}\n{TEMPLATE}"
    return replace(
        cross,
        fingerprint=hashlib.sha256(facts.encode()).hexdigest(),
        reads=late.fingerprint,
    )


class BlendedScorer:
    """Scorer port: the logit of a cross-encoder and MaxSim, equally weighted, as a logit.

    A small cross-encoder learns which passages answer a query, and forgets in part which are about
    its topic; late interaction of its base model still knows (docs/benchmarks.md).

    Args:
        cross: The cross-encoder, without a score cache.
        late: Late interaction, over stored token vectors where passages have them.
        cache: Cache of the combined scores.
        release: Called by `close`, after closing the cross-encoder.
    """

    def __init__(
        self,
        cross: EngineScorer[float],
        late: StoredLateInteraction,
        cache: ScoreCache,
        release: Callable[[], None],
    ) -> None:
        self._cross = cross
        self._late = late
        self._cache = cache
        self._release = release
        self._model = card(cross.model, late.model)

    @property
    def model(self) -> ModelCard:
        """Identity of the reranker."""
        return self._model

    @property
    def engine(self) -> Engine[Any]:
        """Engine of the cross-encoder."""
        return self._cross.engine

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> list[PairScore]:
        """Score each passage against the query, in order. See ports.scorer.Scorer."""

        async def fresh(missing: Sequence[Passage]) -> list[PairScore]:
            # Concurrently, so that both have scored the same head when a deadline passes.
            read, pair_scores = await _both(
                self._cross.score(query, missing, deadline=deadline, tenant_id=tenant_id),
                self._late.score(query, missing, deadline=deadline, tenant_id=tenant_id),
            )
            return [*map(_blend, read, pair_scores)]

        return await self._cache.complete(self._model.fingerprint, query, passages, fresh)

    def unknown_share(self, query: str) -> float:
        """Share of the query, as far as it is read, that the tokenizer does not know, 0..1."""
        return self._cross.unknown_share(query)

    async def score_and_agreement(
        self, query: str, texts: Sequence[str]
    ) -> tuple[list[PairScore], Agreement]:
        """Score passages, and return their mutual similarity. See ports.scorer.ListReader."""
        passages = [SuppliedDocument(text).passage for text in texts]
        read, (pair_scores, agreement) = await _both(
            self._cross.score(query, passages), self._late.score_and_agreement(query, texts)
        )
        return [*map(_blend, read, pair_scores)], agreement

    async def agreement(self, texts: Sequence[str]) -> Agreement:
        """Mutual similarity of passages. See ports.scorer.ListReader."""
        return await self._late.agreement(texts)

    def close(self) -> None:
        """Fail queued jobs of the cross-encoder, and stop it."""
        self._cross.close()
        self._release()


async def _both(
    first: Coroutine[Any, Any, _First], second: Coroutine[Any, Any, _Second]
) -> tuple[_First, _Second]:
    """Results of both; if one fails, the other is cancelled and the error raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = group.create_task(first), group.create_task(second)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return tasks[0].result(), tasks[1].result()


def _blend(read: PairScore, seen: PairScore) -> PairScore:
    """Combined score; no value unless both have one, since one alone is on another scale."""
    if read.value is None or seen.value is None:
        return replace(read, value=None)
    return replace(
        read,
        value=_LOGIT * read.value + _MAXSIM * (seen.value - _EVEN),
        truncated=read.truncated or seen.truncated,
    )
