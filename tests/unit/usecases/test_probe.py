from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.domain.errors import ConflictError
from pgrerank.domain.ids import TenantId
from pgrerank.usecases.probe import ProbeTimes, probe
from tests.fakes import (
    FakeCandidates,
    FakeClock,
    FakeCollections,
    FakeEmbedder,
    FakeScorer,
    candidate,
    collection,
    services,
)

TENANT = TenantId(UUID(int=7))


def ports(docs, clock=None):
    class SlowEmbedder(FakeEmbedder):
        async def query(self, text):
            clock.advance(1)
            return await super().query(text)

    class SlowCandidates(FakeCandidates):
        async def retrieve(self, *arguments):
            clock.advance(2)
            return await super().retrieve(*arguments)

    class SlowScorer(FakeScorer):
        async def score(self, *arguments, **options):
            clock.advance(4)
            return await super().score(*arguments, **options)

    clock = clock or FakeClock()
    return services(
        clock=clock,
        collections=FakeCollections({(TENANT, "docs"): docs}),
        embedder=SlowEmbedder(),
        candidates=SlowCandidates((candidate(1, "a"), candidate(2, "b"))),
        scorer=SlowScorer(),
    )


async def test_each_stage_is_timed_and_nothing_is_logged():
    made = ports(collection())

    times = await probe(made, TENANT, "docs")

    assert times == ProbeTimes(embed=1, retrieve=2, rerank=4)
    assert str(times) == "embed 1000.0 ms, retrieve 2000.0 ms, rerank 4000.0 ms"
    assert made.rankings.recorded == []


async def test_the_models_are_those_of_the_collection():
    named = FakeScorer()
    made = replace(ports(collection(reranker="named")), rerankers={"named": named})

    await probe(made, TENANT, "docs")

    assert [count for _, count in named.asked] == [2]
    assert made.scorer.asked == []


async def test_a_collection_of_another_embedder_is_refused():
    with pytest.raises(ConflictError, match="was embedded by the model"):
        await probe(ports(collection(embedder="9" * 64)), TENANT, "docs")
