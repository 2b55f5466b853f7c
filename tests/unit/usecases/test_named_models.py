"""Searches of collections that name a reranker, or were embedded by a named embedder."""

from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.errors import ConflictError, RemoteError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankRequest, SuppliedDocument
from pgrerank.usecases.rerank import rerank
from pgrerank.usecases.search import search
from tests.fakes import (
    FakeCandidates,
    FakeCollections,
    FakeEmbedder,
    FakeScorer,
    candidate,
    collection,
    services,
)

TENANT = TenantId(UUID(int=7))
REQUEST = SearchRequest(query="parse a date", limit=1)


def named(scorer=None, *, by=None, **changes):
    """Services with an `other` reranker and embedder, and a collection."""
    collections = FakeCollections({(TENANT, "docs"): collection(**changes)})
    found = tuple(candidate(rank, text) for rank, text in enumerate(["a", "parse a date"], start=1))
    return services(
        collections=collections,
        candidates=FakeCandidates(found),
        rerankers={"other": scorer or FakeScorer()},
        embedders={} if by is None else {"other": by},
    )


async def test_collection_is_reranked_by_the_reranker_that_it_names():
    other = FakeScorer()
    other.model = replace(other.model, name="cloud-3")
    there = named(other, reranker="other")

    ranking = await search(there, TENANT, "docs", REQUEST)

    assert ranking.rerank.model == "cloud-3"
    assert there.scorer.asked == []


async def test_services_of_fixed_models_rerank_by_their_own():
    there = named(reranker="other")

    await search(replace(there, fixed_models=True), TENANT, "docs", REQUEST)

    assert len(there.scorer.asked) == 1


async def test_collection_that_names_a_reranker_that_is_gone_is_refused():
    with pytest.raises(ConflictError, match="`docs` is reranked by `gone`"):
        await search(named(reranker="gone"), TENANT, "docs", REQUEST)


async def test_server_that_fails_leaves_the_first_order_and_its_reason():
    failing = FakeScorer(failure=RemoteError("other", "answered 500 Internal Server Error"))

    ranking = await search(named(failing, reranker="other"), TENANT, "docs", REQUEST)

    assert ranking.rerank.status is RerankStatus.FAILED
    assert ranking.rerank.reason == "the backend `other` answered 500 Internal Server Error"
    assert [hit.candidate.fused_rank for hit in ranking.hits] == [1, 2]


async def test_query_is_embedded_by_what_embedded_the_collection():
    other = FakeEmbedder()
    other.model = replace(other.model, fingerprint="a" * 64)
    there = named(by=other, embedder="a" * 64)

    ranking = await search(there, TENANT, "docs", REQUEST)

    assert ranking.dense is not None


async def test_documents_of_a_collection_are_ranked_by_its_reranker_unless_another_is_named():
    other = FakeScorer()
    there = named(other, reranker="other")
    documents = (SuppliedDocument("a"), SuppliedDocument("parse a date"))
    request = RerankRequest(query="parse a date", documents=documents, collection="docs")

    await rerank(there, TENANT, request)
    await rerank(there, TENANT, replace(request, collection=None))

    assert (len(other.asked), len(there.scorer.asked)) == (1, 1)
