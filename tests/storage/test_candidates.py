import asyncio
from dataclasses import replace

import pytest

from pgrerank.domain.candidate import CandidateNeeds, LegReport
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.domain.retrieval import Fusion
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.collections import PostgresCollections
from tests import oracles
from tests.fakes import bag_of_words
from tests.fixtures.collections import embedded


def weighed(document, weights):
    return replace(document, document=replace(document.document, sparse=weights))


async def test_candidate_carries_what_reranking_and_answers_need(new_shelf):
    shelf = await new_shelf(
        embedded("a", "walrus", "walrus tusk", title="T", metadata={"n": [1, "ü"]})
    )

    second = next(
        each for each in (await shelf.retrieve("walrus tusk")).candidates if each.ordinal == 1
    )

    assert (second.external_id, second.title, second.uri) == ("a", "T", None)
    assert (second.metadata, second.content) == ({"n": [1, "ü"]}, "walrus tusk")
    assert second.content_hash == passage_hash("T", "walrus tusk")
    assert (second.dense_rank, second.keyword_rank, second.fused_rank) == (1, 1, 1)
    assert second.dense_score == pytest.approx(
        float(bag_of_words("walrus tusk") @ bag_of_words("T\nwalrus tusk")), abs=1e-6
    )
    assert second.fused_score == pytest.approx(2 / 61)


async def test_hybrid_is_the_fusion_of_both_legs(new_shelf):
    shelf = await new_shelf(
        *[embedded(f"d{i}", f"walrus {'tusk ' * (i % 3)} w{i} w{i * 7 % 11}") for i in range(12)]
    )

    async def ids(strategy):
        found = await shelf.retrieve("walrus tusk w3", strategy, candidates=8)
        return [each.chunk_id for each in found.candidates]

    dense, keyword, hybrid = [
        await ids(strategy) for strategy in (Strategy.DENSE, Strategy.KEYWORD, Strategy.HYBRID)
    ]

    assert hybrid == [chunk for chunk, _ in oracles.fused(dense, keyword)]


@pytest.mark.parametrize(
    ("strategy", "dense", "keyword"),
    [
        (Strategy.HYBRID, LegReport(requested=5, returned=2, scan="exact"), 1),
        (Strategy.DENSE, LegReport(requested=5, returned=2, scan="exact"), None),
        (Strategy.KEYWORD, None, 1),
        (Strategy.TIERED, LegReport(requested=50, returned=2, scan="exact"), 1),
    ],
)
async def test_each_leg_that_ran_reports(new_shelf, strategy, dense, keyword):
    shelf = await new_shelf(embedded("a", "walrus"), embedded("b", "seal"))

    retrieved = await shelf.retrieve("walrus", strategy, candidates=5)

    assert retrieved.dense == dense
    assert (retrieved.keyword and retrieved.keyword.returned) == keyword
    assert retrieved.keyword is None or retrieved.keyword.scan == "gin"


async def test_empty_collection_gives_reports_alone(shelf):
    retrieved = await shelf.retrieve("walrus")

    assert retrieved.candidates == ()
    assert retrieved.dense == LegReport(requested=100, returned=0, scan="exact")
    assert retrieved.keyword == LegReport(requested=100, returned=0, scan="gin")


async def test_candidates_bounds_each_leg(new_shelf):
    shelf = await new_shelf(*[embedded(f"d{i}", f"walrus w{i}") for i in range(20)])

    retrieved = await shelf.retrieve("walrus", candidates=3)

    assert retrieved.dense.returned == retrieved.keyword.returned == 3
    assert 3 <= len(retrieved.candidates) <= 6


async def test_text_comes_with_those_to_rerank_or_return_only(new_shelf):
    shelf = await new_shelf(*[embedded(f"d{i}", f"walrus w{i}") for i in range(9)])

    by_depth = (await shelf.retrieve("walrus", depth=4, limit=2)).candidates
    by_limit = (await shelf.retrieve("walrus", depth=1, limit=6)).candidates

    assert [each.content is not None for each in by_depth] == [True] * 4 + [False] * 5
    assert [each.content is not None for each in by_limit] == [True] * 6 + [False] * 3


async def test_deleted_collection_is_not_found(new_shelf):
    shelf = await new_shelf(embedded("a", "walrus"))
    await PostgresCollections(shelf.pool).delete(shelf.tenant_id, "shelf")

    with pytest.raises(NotFoundError):
        await shelf.retrieve("walrus")


async def test_collection_of_another_tenant_is_not_found(new_shelf):
    mine = await new_shelf(embedded("a", "walrus"))
    theirs = await new_shelf(embedded("b", "walrus"))

    with pytest.raises(NotFoundError):
        await PostgresCandidates(mine.pool).retrieve(
            mine.tenant_id,
            theirs.collection,
            SearchRequest(query="walrus"),
            bag_of_words("walrus"),
        )


async def test_parallel_searches_find_their_own_tenants_chunks_only(new_shelf):
    shelves = [
        await new_shelf(*[embedded(f"t{i}-{j}", f"walrus w{j} of {i}") for j in range(5)])
        for i in range(20)
    ]

    found = await asyncio.gather(
        *[
            shelf.found("walrus", list(Strategy)[turn % 3])
            for turn in range(10)
            for shelf in shelves
        ]
    )

    for turn, names in enumerate(found):
        assert sorted(names) == [f"t{turn % 20}-{j}" for j in range(5)]


async def test_the_head_brings_its_embeddings_where_they_are_asked_for(new_shelf):
    shelf = await new_shelf(*[embedded(f"d{i}", f"walrus w{i}") for i in range(4)])
    request = SearchRequest(query="walrus w1", depth=3)

    found = await PostgresCandidates(shelf.pool).retrieve(
        shelf.tenant_id,
        shelf.collection,
        request,
        bag_of_words("walrus w1"),
        CandidateNeeds(embeddings=True),
    )

    head, rest = found.candidates[:3], found.candidates[3:]
    assert [each.embedding @ bag_of_words("walrus w1") for each in head] == pytest.approx(
        [each.dense_score for each in head], abs=1e-6
    )
    assert [each.embedding for each in rest] == [None]
    assert {each.embedding for each in (await shelf.retrieve("walrus w1")).candidates} == {None}


async def test_tiers_rank_by_words_what_the_dense_leg_found(new_shelf):
    shelf = await new_shelf(
        *[embedded(f"d{i:02}", f"walrus {'tusk ' * (i % 3)} w{i}") for i in range(30)],
        embedded("far", "seal seal seal seal tusk"),
    )

    tiered = await shelf.retrieve("walrus tusk", Strategy.TIERED, candidates=3)

    nearest = await shelf.retrieve("walrus tusk", Strategy.DENSE, candidates=30)
    dense = [each.chunk_id for each in nearest.candidates]
    keyword = (await shelf.keyword_leg("walrus tusk")).candidates
    by_words = [each for each in keyword if each.external_id != "far"]
    assert len(by_words) == len(keyword) - 1
    both = LegReport(requested=30, returned=30, scan="exact")
    assert (tiered.dense, tiered.keyword) == (both, replace(both, scan="gin"))
    assert [each.chunk_id for each in tiered.candidates] == [
        chunk for chunk, _ in oracles.fused(dense, [each.chunk_id for each in by_words])[:3]
    ]
    scores = {each.chunk_id: each.keyword_score for each in by_words}
    assert [each.keyword_score for each in tiered.candidates] == pytest.approx(
        [scores[each.chunk_id] for each in tiered.candidates]
    )


async def test_weights_of_the_collection_decide_the_fused_order(new_shelf):
    shelf = await new_shelf(
        *[embedded(f"d{i}", f"walrus {'tusk ' * (i % 3)} w{i} w{i * 7 % 11}") for i in range(12)]
    )
    query = "walrus tusk w3"

    for fusion in Fusion:
        by_dense = shelf.weighing(fusion=fusion, keyword_weight=0)
        by_words = shelf.weighing(fusion=fusion, dense_weight=0)
        assert (await by_dense.found(query, candidates=12)) == await shelf.dense(query)
        words = await shelf.keyword(query)
        assert (await by_words.found(query, candidates=12))[: len(words) - 1] == words[:-1]


async def test_sparse_leg_minds_the_filter(new_shelf):
    shelf = await new_shelf(
        *[
            weighed(embedded(f"d{i}", "walrus", metadata={"even": i % 2 == 0}), {"tusk": i + 1})
            for i in range(6)
        ]
    )

    found = await shelf.retrieve(
        "walrus", Strategy.KEYWORD, sparse={"tusk": 2}, filter={"even": True}, candidates=2
    )
    none = await shelf.retrieve("walrus", Strategy.KEYWORD, sparse={"seal": 2})
    without = await (await new_shelf(embedded("a", "walrus"))).retrieve("x", sparse={"tusk": 1})

    by_id = {each.external_id: each.sparse_score for each in found.candidates}
    assert {name: score for name, score in by_id.items() if score} == {"d4": 10, "d2": 6}
    assert (none.sparse.returned, none.sparse.scan) == (0, "exact")
    assert without.sparse.scan == "no weights"
