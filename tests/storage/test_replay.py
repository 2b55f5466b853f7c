"""Logged searches run again, over Postgres and fake models."""

from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import RankingId
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.history import PostgresHistory
from pgrerank.storage.rankings import PostgresRankings
from pgrerank.usecases.replay import Plan, replay
from pgrerank.usecases.search import search
from tests import fakes
from tests.fixtures.collections import embedded

TEXTS = [f"walrus {'seal ' * n}{'ice ' * (7 - n)}w{n}" for n in range(8)]
QUERY = "walrus seal"


@pytest.fixture
async def shelf(new_shelf):
    return await new_shelf(*[embedded(f"d{n}", text) for n, text in enumerate(TEXTS)])


@pytest.fixture
def house(shelf):
    return fakes.house(
        candidates=PostgresCandidates(shelf.pool),
        documents=PostgresDocuments(shelf.pool),
        rankings=PostgresRankings(shelf.pool, fakes.FakeScorer.model),
        history=PostgresHistory(shelf.pool),
    )


async def logged(house, shelf, **knobs):
    request = SearchRequest(query=QUERY, rerank=RerankMode.ALWAYS, **knobs)
    return await search(house, shelf.tenant_id, shelf.collection.name, request)


def logged_rows(database):
    with database.admin() as admin:
        return admin.execute("select count(*) from pgrerank.rerank_log").fetchone()[0]


async def test_the_same_plan_gives_the_same_order(house, shelf):
    made = await logged(house, shelf)

    again = await replay(house, shelf.tenant_id, made.id, Plan())

    assert again.is_exact
    assert again.after == again.before == tuple(hit.candidate.chunk_id for hit in made.hits)
    assert again.tau == pytest.approx(1)
    assert again.kept == 1


async def test_a_replay_writes_nothing(house, shelf, database):
    made = await logged(house, shelf)
    rows = logged_rows(database)

    await replay(house, shelf.tenant_id, made.id, Plan(depth=1))

    assert logged_rows(database) == rows


async def test_another_depth_is_what_a_search_to_that_depth_gives(house, shelf):
    made = await logged(house, shelf)
    shallow = await logged(house, shelf, depth=2)

    again = await replay(house, shelf.tenant_id, made.id, Plan(depth=2))

    assert again.after == tuple(hit.candidate.chunk_id for hit in shallow.hits)
    assert again.rerank.depth == 2


@pytest.mark.parametrize(
    "settings",
    [
        {"dense_weight": 0.0},
        {"keyword_weight": 0.0},
        {"fusion": Fusion.WEIGHTED, "dense_weight": 0.2},
        {"rrf_k": 1},
    ],
)
async def test_another_fusion_is_what_a_search_under_it_gives(house, shelf, settings):
    made = await logged(house, shelf)
    retrieval = Retrieval(**settings)
    request = SearchRequest(query=QUERY)
    fused = await house.candidates.retrieve(
        shelf.tenant_id,
        replace(shelf.collection, retrieval=retrieval),
        request,
        await house.embedder.query(QUERY),
    )

    recalled = await house.history.recalled(
        shelf.tenant_id, shelf.collection, made.id, fusion=retrieval
    )

    assert [each.chunk_id for each in recalled.candidates] == [
        each.chunk_id for each in fused.candidates
    ]
    for again, first in zip(recalled.candidates, fused.candidates, strict=True):
        assert again.fused_score == pytest.approx(first.fused_score, abs=1e-6)


async def test_what_was_deleted_or_changed_is_named_and_left_out(house, shelf):
    made = await logged(house, shelf)
    first, second = (hit.candidate for hit in made.hits[:2])
    documents = PostgresDocuments(shelf.pool)
    await documents.delete_document(shelf.tenant_id, shelf.collection, first.external_id)
    await shelf.store(embedded(second.external_id, "something else"))

    again = await replay(house, shelf.tenant_id, made.id, Plan())

    assert set(again.gone) == {first.chunk_id, second.chunk_id}
    assert not again.is_exact
    assert again.before == tuple(hit.candidate.chunk_id for hit in made.hits[2:])


async def test_a_search_that_found_nothing_is_replayed_as_nothing(house, shelf):
    request = SearchRequest(query="of the", rerank=RerankMode.ALWAYS, strategy=Strategy.KEYWORD)
    made = await search(house, shelf.tenant_id, shelf.collection.name, request)

    again = await replay(house, shelf.tenant_id, made.id, Plan())

    assert (again.before, again.after, again.tau, again.kept) == ((), (), None, None)


async def test_a_ranking_that_is_not_there_is_refused(house, shelf):
    with pytest.raises(NotFoundError):
        await replay(house, shelf.tenant_id, RankingId(uuid7()), Plan())
