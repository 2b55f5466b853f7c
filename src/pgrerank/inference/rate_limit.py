"""Rerankers that enforce each tenant's quota."""

import math
from collections.abc import Callable, Sequence

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.errors import OverloadedError, QuotaError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import EmbeddedPassage
from pgrerank.domain.model import ModelCard
from pgrerank.domain.quota import Allowance
from pgrerank.ports.embedder import Embedder
from pgrerank.ports.quotas import Quotas
from pgrerank.ports.scorer import LateInteraction, Scorer

_MAX_ALLOWANCES = 10_000  # allowances kept in memory; an evicted one starts full again


class TenantRateLimiter:
    """Counts each tenant's pairs against its quota, in this process.

    Every requested pair counts, even if its score is cached, so that a tenant's quota does not
    depend on earlier requests of others.

    Args:
        quotas: Quotas of the tenants that have their own.
        default: Pairs per second of the others; 0: unlimited.
        monotonic: Clock in seconds.
    """

    def __init__(self, quotas: Quotas, *, default: int, monotonic: Callable[[], float]) -> None:
        self._quotas = quotas
        self._default = default
        self._monotonic = monotonic
        self._allowances: dict[TenantId, Allowance] = {}

    async def admit(self, tenant_id: TenantId | None, pairs: int) -> Allowance | None:
        """Take pairs from the tenant's allowance, and return it; None if there is no quota.

        Raises:
            QuotaError: The tenant used up its quota.
        """
        if tenant_id is None:
            return None
        own = await self._quotas.pairs_per_second(tenant_id)
        rate = self._default if own is None else own
        if not rate:
            return None
        allowance = self._allowance(tenant_id, rate)
        if wait_s := allowance.wait(rate, self._monotonic()):
            raise QuotaError(max(math.ceil(wait_s), 1), rate)
        allowance.spend(pairs)
        return allowance

    def _allowance(self, tenant_id: TenantId, rate: int) -> Allowance:
        allowance = self._allowances.pop(tenant_id, None) or Allowance(rate, self._monotonic())
        self._allowances[tenant_id] = allowance  # most recently used last
        if len(self._allowances) > _MAX_ALLOWANCES:
            del self._allowances[next(iter(self._allowances))]
        return allowance


class RateLimitedScorer:
    """A reranker with quotas. Pairs of a call rejected by an overloaded model do not count."""

    def __init__(self, scorer: Scorer, meter: TenantRateLimiter) -> None:
        self._scorer = scorer
        self._meter = meter

    @property
    def model(self) -> ModelCard:
        """Identity of the reranker."""
        return self._scorer.model

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> Sequence[PairScore]:
        """Score each passage against the query, in order.

        Raises:
            QuotaError: The tenant used up its quota.
            OverloadedError: The queue is full.
            ScoringError: The model failed.
        """
        allowance = await self._meter.admit(tenant_id, len(passages))
        try:
            return await self._scorer.score(query, passages, deadline=deadline, tenant_id=tenant_id)
        except OverloadedError:
            if allowance is not None:
                allowance.spend(-len(passages))
            raise

    def unknown_share(self, query: str) -> float:
        """Share of what is read of a query that the tokenizer does not know, 0..1."""
        return self._scorer.unknown_share(query)


class RateLimitedLateInteraction(RateLimitedScorer):
    """Late interaction over stored token vectors with quotas. Ingest does not count."""

    def __init__(self, late: LateInteraction, meter: TenantRateLimiter) -> None:
        super().__init__(late, meter)
        self._late = late

    async def read_query(self, query: str, *, deadline: float | None = None) -> None:
        """Encode a query, which is not a pair. See ports.scorer.LateInteraction."""
        await self._late.read_query(query, deadline=deadline)

    async def token_vectors(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[bytes | None]:
        """Token vectors of passages. See ports.scorer.LateInteraction."""
        return await self._late.token_vectors(texts, tenant_id=tenant_id)

    async def embed_passages(
        self, texts: Sequence[str], embedder: Embedder, *, tenant_id: TenantId | None = None
    ) -> Sequence[EmbeddedPassage]:
        """Vectors and token vectors of passages. See ports.scorer.LateInteraction."""
        return await self._late.embed_passages(texts, embedder, tenant_id=tenant_id)

    async def score_stored(
        self,
        queries: Sequence[Sequence[bytes]],
        passages: Sequence[bytes],
        pairs: Sequence[Sequence[int]],
    ) -> Sequence[Sequence[float]]:
        """Scores by token vectors alone, which is no work of a request and does not count."""
        return await self._late.score_stored(queries, passages, pairs)
