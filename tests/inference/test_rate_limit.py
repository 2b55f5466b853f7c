from collections import Counter
from uuid import UUID

import pytest

from pgrerank.domain.candidate import Passage
from pgrerank.domain.errors import OverloadedError, QuotaError, ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.inference.rate_limit import (
    RateLimitedLateInteraction,
    RateLimitedScorer,
    TenantRateLimiter,
)
from tests.fake_access import FakeQuotas
from tests.fake_tokens import FakeLate
from tests.fakes import FakeClock, FakeEmbedder, FakeScorer

RICH, POOR, USUAL = (TenantId(UUID(int=n)) for n in range(3))
HUNDRED = [Passage(text="a", content_hash=b"a")] * 100


class Metered:
    """A rate_limited scorer with its clock, quotas and inner scorer."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.scorer = FakeScorer()
        self.quotas = FakeQuotas()
        self.quotas.give(RICH, 0)
        self.quotas.give(POOR, 10)
        self.meter = TenantRateLimiter(self.quotas, default=20, monotonic=self.clock.monotonic)
        self.rate_limited = RateLimitedScorer(self.scorer, self.meter)

    async def scored(self, tenant: TenantId | None, calls: int) -> int:
        """How many of this many concurrent calls, of a hundred pairs each, are served."""
        outcomes = Counter[str]()
        for _ in range(calls):
            try:
                scores = await self.rate_limited.score("a", HUNDRED, tenant_id=tenant)
                outcomes["scored"] += len(scores) == len(HUNDRED)
            except QuotaError:
                outcomes["refused"] += 1
        return outcomes["scored"]


@pytest.fixture
def meter() -> Metered:
    return Metered()


@pytest.mark.parametrize(("tenant", "scored"), [(POOR, 1), (USUAL, 2), (RICH, 9), (None, 9)])
async def test_each_tenant_is_held_to_its_own_quota_or_the_default(meter, tenant, scored):
    assert await meter.scored(tenant, 9) == scored


async def test_one_tenant_does_not_spend_anothers_quota(meter):
    await meter.scored(USUAL, 9)

    assert await meter.scored(POOR, 9) == 1


async def test_a_refusal_says_the_quota_and_when_there_is_more(meter):
    await meter.scored(POOR, 1)
    meter.clock.advance(1)
    await meter.scored(POOR, 1)

    with pytest.raises(QuotaError, match="10 reranked pairs a second") as refusal:
        await meter.rate_limited.score("a", HUNDRED, tenant_id=POOR)

    assert refusal.value.retry_after_s == 10
    meter.clock.advance(10)
    assert await meter.scored(POOR, 1) == 1


async def test_a_changed_quota_holds_at_once(meter):
    await meter.scored(POOR, 2)
    meter.quotas.give(POOR, 0)

    assert await meter.scored(POOR, 3) == 3


async def test_what_was_refused_for_another_reason_does_not_count(meter):
    meter.scorer.failure = OverloadedError(1)
    for _ in range(5):
        with pytest.raises(OverloadedError, match="at capacity"):
            await meter.rate_limited.score("a", HUNDRED, tenant_id=POOR)
    meter.scorer.failure = None

    assert await meter.scored(POOR, 5) == 1


async def test_what_failed_counts(meter):
    meter.scorer.failure = ScoringError("the model")
    with pytest.raises(ScoringError):
        await meter.rate_limited.score("a", HUNDRED, tenant_id=POOR)
    meter.scorer.failure = None

    with pytest.raises(QuotaError):
        await meter.rate_limited.score("a", HUNDRED, tenant_id=POOR)


async def test_token_vectors_and_the_reranker_draw_on_one_quota(meter):
    late = RateLimitedLateInteraction(FakeLate(), meter.meter)
    await late.score("a", HUNDRED, tenant_id=POOR)

    assert await meter.scored(POOR, 1) == 0
    meter.clock.advance(10)
    assert await meter.scored(POOR, 1) == 1
    with pytest.raises(QuotaError):
        await late.score("a", HUNDRED, tenant_id=POOR)


async def test_ingest_has_no_quota(meter):
    late = RateLimitedLateInteraction(FakeLate(), meter.meter)
    await meter.scored(POOR, 1)

    (read,) = await late.embed_passages(["a b"], FakeEmbedder(), tenant_id=POOR)
    assert read.tokens == b"a b"
    assert await late.token_vectors(["a b"], tenant_id=POOR) == [b"a b"]
