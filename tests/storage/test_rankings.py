import asyncio
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.candidate import LegReport, RerankStatus
from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.explanation import cut_by
from pgrerank.domain.hit_scores import ScoreParts
from pgrerank.domain.ids import KeyId, RankingId
from pgrerank.domain.log import RankingFilter
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.storage.collections import PostgresCollections
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder, FakeScorer
from tests.fixtures.rankings import TIMINGS, candidate, ranking

EVERYTHING = RankingFilter()


async def page(journal, wanted=EVERYTHING, *, limit=100, cursor=None):
    return await journal.rankings.page(journal.shelf.tenant_id, wanted, limit=limit, cursor=cursor)


async def test_ranking_that_is_recorded_twice_is_one(journal):
    made = ranking([candidate(1)], [0.25])

    await journal.record(made, made)

    assert [each.id for each in (await page(journal)).items] == [made.id]


async def test_who_asked_reads_back(journal):
    known, unknown = ranking([]), ranking([])
    key_id = KeyId(uuid7())
    request = SearchRequest(query="q", key_id=key_id, end_user_id="ann \U0001f402")
    await journal.record(known, request=request)
    await journal.record(unknown)

    first = await journal.rankings.get(journal.shelf.tenant_id, known.id)
    second = await journal.rankings.get(journal.shelf.tenant_id, unknown.id)
    listed = (await page(journal)).items

    assert (first.key_id, first.end_user_id) == (key_id, "ann \U0001f402")
    assert (second.key_id, second.end_user_id) == (None, None)
    assert {each.end_user_id for each in listed} == {"ann \U0001f402", None}


async def test_warnings_of_the_answer_read_back(journal):
    warned, plain = replace(ranking([]), warnings=("first", "second")), ranking([])
    await journal.record(warned, plain)

    logged = await journal.rankings.get(journal.shelf.tenant_id, warned.id)
    listed = (await page(journal)).items

    assert logged.warnings == ("first", "second")
    assert {each.id: each.warnings for each in listed} == {
        warned.id: ("first", "second"),
        plain.id: (),
    }


async def test_ranking_reads_back(journal):
    made = ranking([candidate(1), candidate(2)], [0.25, 0.5])
    request = SearchRequest(query="wal\u00fcrus 🦭", min_score=-3.5, filter={"a": {"$in": [1, 2]}})

    await journal.record(made, request=request)
    logged = await journal.rankings.get(journal.shelf.tenant_id, made.id)

    assert (logged.id, logged.created_at) == (made.id, made.created_at)
    assert (logged.collection, logged.query) == ("shelf", "wal\u00fcrus 🦭")
    assert (logged.strategy, logged.profile) == ("hybrid", "interactive")
    assert (logged.status, logged.reason, logged.scored) == (RerankStatus.FULL, None, 2)
    assert logged.cut == made.cut
    assert (logged.embedder, logged.reranker) == (FakeEmbedder.model.name, FakeScorer.model.name)
    assert logged.reranker_fingerprint == FakeScorer.model.fingerprint
    assert logged.dense == LegReport(requested=100, returned=9, scan="exact")
    assert logged.keyword == LegReport(requested=100, returned=8, scan="gin")
    assert logged.timings_ms == TIMINGS
    assert logged.returned == 2
    assert logged.knobs == {
        "candidates": 100,
        "depth": 50,
        "limit": 10,
        "rerank": "auto",
        "budget_ms": None,
        "min_similarity": None,
        "min_relevance": None,
        "threshold": None,
        "threshold_log_odds": None,
        "threshold_relevance": None,
        "min_score": -3.5,
        "filter": {"a": {"$in": [1, 2]}},
        "per_document": None,
        "diversity": 0.0,
        "explain": False,
        "cascade": None,
        "sparse": None,
        "queries": [],
    }


async def test_sparse_leg_reads_back(journal):
    leg = LegReport(requested=100, returned=1, scan="exact")
    of_it = candidate(1, sparse_rank=1, sparse_score=2.5)
    made = replace(ranking([of_it, candidate(2)]), sparse=leg)
    await journal.record(made, request=SearchRequest(query="q", sparse={"walrus": 1.5}))

    logged = await journal.rankings.get(journal.shelf.tenant_id, made.id)

    assert (logged.sparse, logged.knobs["sparse"]) == (leg, {"walrus": 1.5})
    assert [each.sparse_rank for each in logged.candidates] == [1, None]
    assert [each.sparse_score for each in logged.candidates] == [2.5, None]


async def test_cascade_reads_back(journal):
    made = ranking(
        [candidate(1), candidate(2), candidate(3)], [None, 9.5], cascade_scores=[0.25, 0.5]
    )
    await journal.record(made, request=SearchRequest(query="q", cascade=1))

    logged = await journal.rankings.get(journal.shelf.tenant_id, made.id)

    assert (logged.cascade_model, logged.cascade_scored) == (FakeLate.model.name, 2)
    assert logged.knobs["cascade"] == 1
    assert [each.scores.cascade for each in logged.candidates] == [0.5, 0.25, None]


async def test_log_odds_read_back_in_the_order_they_made(journal):
    made = ranking(
        [candidate(1), candidate(2), candidate(3)],
        [0.9, 0.1],
        parts=[ScoreParts(words=-1.0), ScoreParts(words=2.5)],
    )
    await journal.record(made)

    logged = (await journal.rankings.get(journal.shelf.tenant_id, made.id)).candidates

    assert [each.scores.log_odds for each in logged] == [2.5, -1.0, None]
    assert [each.scores.rerank for each in logged] == [0.1, 0.9, None]


async def test_candidates_read_back_in_final_order(journal):
    of_dense = candidate(1, keyword_rank=None, keyword_score=None)
    of_keyword = candidate(2, dense_rank=None, dense_score=None)
    made = ranking([of_dense, of_keyword, candidate(3)], [-1.5, 0.1234567890123])

    await journal.record(made)
    logged = (await journal.rankings.get(journal.shelf.tenant_id, made.id)).candidates

    assert [each.chunk_id for each in logged] == [hit.candidate.chunk_id for hit in made.hits]
    assert [each.final_rank for each in logged] == [1, 2, 3]
    assert [each.fused_rank for each in logged] == [2, 1, 3]
    assert [each.scores.rerank for each in logged] == [0.1234567890123, -1.5, None]
    assert [each.dense_rank for each in logged] == [None, 1, 3]
    assert [each.keyword_rank for each in logged] == [2, None, 3]
    assert logged[1].dense_score == pytest.approx(1.0)
    assert logged[1].keyword_score is None
    assert {each.scores.relevance for each in logged} == {None}


async def test_search_that_found_nothing_is_logged(journal):
    made = ranking([], dense=None)

    await journal.record(made, request=SearchRequest(query="", strategy=Strategy.KEYWORD))
    logged = await journal.rankings.get(journal.shelf.tenant_id, made.id)

    assert (logged.candidates, logged.dense, logged.embedder) == ((), None, None)
    assert (logged.reranker, logged.reason) == (None, "there was no need")


async def test_log_outlives_its_collection(journal):
    made = ranking([candidate(1)])
    await journal.record(made)
    shelf = journal.shelf

    await PostgresCollections(shelf.pool).delete(shelf.tenant_id, "shelf")

    assert (await journal.rankings.get(shelf.tenant_id, made.id)).collection == "shelf"


@pytest.mark.parametrize(
    "identifier", [uuid7(), uuid4(), UUID(int=0), UUID(int=(2**128 - 1) & ~(8 << 76) | (7 << 76))]
)
async def test_unknown_ranking_is_not_found(journal, identifier):
    with pytest.raises(NotFoundError):
        await journal.rankings.get(journal.shelf.tenant_id, RankingId(identifier))


async def test_ranking_of_another_tenant_is_not_found(new_journal):
    mine, theirs = await new_journal(), await new_journal()
    made = ranking([candidate(1)])
    await theirs.record(made)

    with pytest.raises(NotFoundError):
        await mine.rankings.get(mine.shelf.tenant_id, made.id)
    assert (await page(mine)).items == []


async def test_pages_are_newest_first_and_without_candidates(journal):
    made = [ranking([candidate(1)]) for _ in range(5)]
    await journal.record(*made)

    pages = [await page(journal, limit=2)]
    while pages[-1].cursor:
        pages.append(await page(journal, limit=2, cursor=pages[-1].cursor))

    listed = [[each.id for each in one.items] for one in pages]
    newest = [each.id for each in made[::-1]]
    assert listed == [newest[:2], newest[2:4], newest[4:]]
    assert {each.candidates for one in pages for each in one.items} == {()}


async def test_page_is_converted_in_turns_after_its_connection_is_released(journal):
    await journal.record(*(ranking([]) for _ in range(200)))
    idle = journal.shelf.pool.get_stats()["pool_available"]
    reading = asyncio.create_task(page(journal, limit=200))

    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        available = journal.shelf.pool.get_stats()["pool_available"]
        turns = turns + 1 if available == idle else 0

    assert len((await reading).items) == 200
    assert turns > 200 // 32


async def test_page_filters(journal):
    now = datetime.now(UTC)
    old = ranking([candidate(1)], at=now - timedelta(days=1))
    new = ranking([candidate(1)], [1.0], at=now)
    await journal.record(old, new)

    async def ids(**wanted):
        return [each.id for each in (await page(journal, RankingFilter(**wanted))).items]

    assert await ids() == [new.id, old.id]
    assert await ids(status=RerankStatus.FULL) == [new.id]
    assert await ids(collection="shelf") == [new.id, old.id]
    assert await ids(collection="other") == []
    assert await ids(since=now - timedelta(hours=1)) == [new.id]
    assert await ids(until=now - timedelta(hours=1)) == [old.id]
    assert await ids(since=old.created_at, until=new.created_at) == [old.id]


@pytest.mark.parametrize("cursor", ["", "x", "bm90IGFuIGlk", "NDJhYWFhYWEtYWFhYS00YWFhLWFhYWEt"])
async def test_page_refuses_a_cursor_it_did_not_give(journal, cursor):
    with pytest.raises(InvalidRequestError) as refusal:
        await page(journal, cursor=cursor)

    assert refusal.value.field == "cursor"


async def test_missing_partition_is_made(journal, database):
    month = datetime.now(UTC).strftime("rerank_log_%Y%m")
    made = ranking([candidate(1)])
    with database.admin() as admin:
        admin.execute(f"drop table pgrerank.{month}")

    await journal.record(made)

    assert (await journal.rankings.get(journal.shelf.tenant_id, made.id)).id == made.id


@pytest.mark.parametrize("days", [-75, 200, -10_000])
async def test_clock_of_postgres_decides_where_that_of_the_service_is_far_off(journal, days):
    now = datetime.now(UTC)
    made = ranking([candidate(1)], [0.5], at=now + timedelta(days=days))
    shelf = journal.shelf

    given = await journal.rankings.record(
        shelf.tenant_id, shelf.collection, SearchRequest(query="walrus"), made
    )

    logged = await journal.rankings.get(shelf.tenant_id, given)
    assert given != made.id
    assert abs(logged.created_at - now) < timedelta(minutes=10)
    assert logged.candidates[0].chunk_id == made.hits[0].candidate.chunk_id


async def test_ranking_keeps_the_id_of_its_own_instant(journal):
    made = ranking([candidate(1)])
    shelf = journal.shelf

    given = await journal.rankings.record(
        shelf.tenant_id, shelf.collection, SearchRequest(query="walrus"), made
    )

    assert given == made.id


@pytest.mark.parametrize("relevance", [9 / 14, 0.7, 1 / 3])
async def test_a_result_at_the_bound_of_its_search_is_not_cut_in_the_log(journal, relevance):
    made = ranking([candidate(1), candidate(2)], [2.0, 1.0])
    hits = tuple(
        replace(hit, scores=replace(hit.scores, relevance=value))
        for hit, value in zip(made.hits, (relevance, math.nextafter(relevance, 0)), strict=True)
    )
    request = replace(journal.request, min_relevance=relevance)
    await journal.record(replace(made, hits=hits, results=hits[:1]), request=request)

    logged = await journal.rankings.get(journal.shelf.tenant_id, made.id)

    assert [cut_by(logged, each) is None for each in logged.candidates] == [True, False]
