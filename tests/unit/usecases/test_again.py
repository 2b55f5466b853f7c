"""A logged search is run again with every knob as it was applied."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.errors import ConflictError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import Profile, RerankMode, SearchRequest, Strategy
from pgrerank.usecases import again
from tests.fakes import FakeEmbedder, FakeRankings, bag_of_words, collection, services
from tests.fixtures.rankings import candidate, ranking

TENANT = TenantId(UUID(int=7))


def optional(values):
    return st.one_of(st.none(), values)


SCORED = st.fixed_dictionaries(
    {
        "min_score": optional(st.floats(-1e9, 1e9)),
        "min_relevance": optional(st.floats(0, 1)),
        "threshold": optional(st.just("bot")),
    }
)
#: requests that are not `never` may have bounds
RERANK = st.one_of(
    st.just({"rerank": RerankMode.NEVER}),
    st.tuples(st.sampled_from([RerankMode.AUTO, RerankMode.ALWAYS]), SCORED).map(
        lambda given_: {"rerank": given_[0], **given_[1]}
    ),
)
REQUESTS = st.builds(
    lambda rerank, **knobs: SearchRequest(**knobs, **rerank),
    rerank=RERANK,
    query=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    queries=st.lists(st.sampled_from("abc"), max_size=3).map(tuple),
    strategy=st.sampled_from(Strategy),
    profile=st.sampled_from(Profile),
    candidates=st.integers(1, 1000),
    depth=optional(st.integers(1, 1000)),
    limit=st.integers(1, 1000),
    budget_ms=optional(st.integers(1, 600_000)),
    min_similarity=optional(st.floats(-1, 1)),
    filter=optional(st.sampled_from([{}, {"a": {"$in": [1, "x"]}}, {"$not": {"b": None}}])),
    sparse=optional(st.dictionaries(st.sampled_from("abc"), st.floats(0.1, 9), max_size=3)),
    cascade=optional(st.integers(0, 1000)),
    explain=st.booleans(),
)


@given(request=REQUESTS)
async def test_the_request_of_a_logged_search_is_the_one_that_was_made(request):
    rankings = FakeRankings()
    made = ranking([candidate(1)], [1.0])
    await rankings.record(TENANT, collection(), request, made)

    found = again.request(await rankings.get(TENANT, made.id))

    # The default of the profile may change, so the depth is logged as it was applied.
    assert found == replace(request, depth=request.effective_depth)


@pytest.mark.parametrize("strategy", Strategy)
async def test_a_query_is_embedded_again_if_the_search_had_a_dense_leg(strategy):
    docs = collection(embedder=FakeEmbedder.model.fingerprint)
    request = SearchRequest(query="walrus", strategy=strategy)

    used, vector = await again.embed_again(services(), docs, request)

    assert used.embedder == docs.embedder
    if strategy is Strategy.KEYWORD:
        assert vector is None
    else:
        assert vector == pytest.approx(bag_of_words("walrus"))


async def test_a_search_by_an_embedder_that_does_not_run_is_not_repeated():
    docs = collection(embedder="0" * 64)

    with pytest.raises(ConflictError):
        await again.embed_again(services(), docs, SearchRequest(query="walrus"))
    keyword = SearchRequest(query="walrus", strategy=Strategy.KEYWORD)
    assert await again.embed_again(services(), docs, keyword) == (docs, None)
