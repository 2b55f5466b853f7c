"""Candidates: the fake against the Postgres implementation, in what does not depend on the query.

The fake is given its candidates, so what legs find and how they are fused is tested in Postgres
alone, in tests/storage/test_candidates.py.
"""

from dataclasses import replace
from uuid import uuid4

import pytest

from pgrerank.domain.candidate import TEXTS_ONLY, CandidateNeeds
from pgrerank.domain.ids import ChunkId
from pgrerank.domain.request import SearchRequest, Strategy
from tests.fake_tokens import FakeLate
from tests.fakes import bag_of_words, candidate
from tests.fixtures.collections import embedded

TEXTS = ("walrus one", "walrus two", "walrus three")
ALL = CandidateNeeds(token_model=FakeLate.model, embeddings=True)


@pytest.fixture
async def retrieve(part, ports, tenant_id, docs):
    """Searches three chunks for the word that they share."""
    if part == "fake":
        ports.candidates.found = tuple(
            candidate(rank, text, embedding=bag_of_words(text), tokens=text.encode())
            for rank, text in enumerate(TEXTS, 1)
        )
    else:
        stored = [replace(embedded(text, text), tokens=[text.encode()]) for text in TEXTS]
        await ports.documents.store(tenant_id, docs, stored, token_model=FakeLate.model)

    async def retrieved(strategy=Strategy.HYBRID, needs=TEXTS_ONLY, **knobs):
        request = SearchRequest(query="walrus", strategy=strategy, **knobs)
        vector = None if strategy is Strategy.KEYWORD else bag_of_words("walrus")
        now = await ports.collections.by_name(tenant_id, docs.name)
        return await ports.candidates.retrieve(tenant_id, now, request, vector, needs)

    return retrieved


@pytest.mark.parametrize(
    ("strategy", "legs"),
    [
        (Strategy.HYBRID, ["dense", "keyword"]),
        (Strategy.DENSE, ["dense"]),
        (Strategy.KEYWORD, ["keyword"]),
    ],
)
async def test_the_legs_of_the_strategy_report_what_they_returned(retrieve, strategy, legs):
    found = await retrieve(strategy, candidates=50)

    reports = {"dense": found.dense, "keyword": found.keyword, "sparse": found.sparse}
    assert [name for name, report in reports.items() if report is not None] == legs
    for name in legs:
        assert (reports[name].requested, reports[name].returned) == (50, 3)
    assert {each.content for each in found.candidates} == set(TEXTS)
    assert [each.fused_rank for each in found.candidates] == [1, 2, 3]


@pytest.mark.parametrize("strategy", [Strategy.DENSE, Strategy.KEYWORD])
async def test_a_leg_returns_no_more_than_was_requested(retrieve, strategy):
    found = await retrieve(strategy, candidates=2)

    assert [each.fused_rank for each in found.candidates] == [1, 2]
    assert (found.dense or found.keyword).returned == 2


@pytest.mark.parametrize(
    ("depth", "limit", "expected"),
    [(1, 1, [True, False, False]), (2, 1, [True, True, False]), (1, 2, [True, True, False])],
)
async def test_texts_reach_as_far_as_the_depth_and_the_answer(retrieve, depth, limit, expected):
    found = await retrieve(depth=depth, limit=limit)

    assert [each.content is not None for each in found.candidates] == expected
    assert all(each.external_id and each.content_hash for each in found.candidates)


async def test_a_maximum_of_each_document_needs_all_texts(retrieve):
    found = await retrieve(depth=1, limit=1, per_document=1)

    assert {each.content for each in found.candidates} == set(TEXTS)


async def test_neighbours_are_read_in_the_order_of_the_document(part, ports, tenant_id, docs):
    texts = [f"walrus {n}" for n in range(5)]
    if part == "fake":
        document = candidate(1).document_id
        long = [
            candidate(n + 1, text, ordinal=n, document_id=document) for n, text in enumerate(texts)
        ]
        ports.candidates.found = (*long, candidate(9, "walrus alone"))
    else:
        stored = [embedded("long", *texts), embedded("short", "walrus alone")]
        await ports.documents.store(tenant_id, docs, stored)
    now = await ports.collections.by_name(tenant_id, docs.name)
    found = await ports.candidates.retrieve(
        tenant_id, now, SearchRequest(query="walrus"), bag_of_words("walrus")
    )
    ids = {each.content: each.chunk_id for each in found.candidates}
    chosen = [ids[name] for name in ("walrus 0", "walrus 3", "walrus alone")]

    around = await ports.candidates.neighbours(tenant_id, [*chosen, ChunkId(uuid4())], 1)

    assert around == {
        chosen[0]: texts[:2],
        chosen[1]: texts[2:],
        chosen[2]: ["walrus alone"],
    }


async def test_vectors_are_returned_where_they_are_needed(retrieve):
    without = await retrieve(depth=2, limit=3)
    found = await retrieve(needs=ALL, depth=2, limit=3)
    tokens = await retrieve(needs=replace(ALL, embeddings=False), depth=2, limit=3)

    assert {(each.tokens, each.embedding) for each in without.candidates} == {(None, None)}
    for each in found.candidates[:2]:
        assert each.tokens == each.content.encode()
        assert each.embedding == pytest.approx(bag_of_words(each.content), abs=1e-6)
    assert (found.candidates[2].tokens, found.candidates[2].embedding) == (None, None)
    assert [each.tokens is not None for each in tokens.candidates] == [True, True, False]
    assert {each.embedding is None for each in tokens.candidates} == {True}


async def test_a_collection_without_documents_has_no_candidates(ports, tenant_id, docs):
    found = await ports.candidates.retrieve(
        tenant_id, docs, SearchRequest(query="walrus"), bag_of_words("walrus")
    )

    assert (found.candidates, found.dense.returned, found.keyword.returned) == ((), 0, 0)
