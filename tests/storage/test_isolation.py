"""Methods that only Postgres can answer: what they return, and nothing of it to another tenant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import CandidatePool
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import ChunkId
from pgrerank.domain.request import SearchRequest
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.judgments import PostgresJudgments
from pgrerank.storage.references import PostgresReferences
from tests.fakes import FakeScorer
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import candidate, ranking

REQUEST = SearchRequest(query="walrus?", candidates=20, depth=10)
POOL = CandidatePool.of(REQUEST)
MODEL = FakeScorer.model


class Asked:
    """The methods of a tenant's judgments and references, asked of the journal's collection."""

    def __init__(self, journal, tenant_id):
        self.judgments = PostgresJudgments(journal.shelf.pool)
        self.references = PostgresReferences(journal.shelf.pool)
        self.place = (tenant_id, journal.shelf.collection)
        self.tenant_id = tenant_id

    async def unknown(self, *names):
        return list(await self.judgments.unknown(*self.place, names))

    async def queries(self, limit=9):
        return list(await self.judgments.logged_queries(*self.place, limit=limit))

    async def scores(self, model=MODEL, pool=POOL):
        found = await self.judgments.logged_scores(*self.place, model, pool)
        return [(each.query, each.external_id, each.scores.rerank, each.place) for each in found]

    async def passages(self):
        found = await self.judgments.judged_passages(*self.place)
        return [(each.query, each.external_id, each.passage) for each in found]

    async def seen(self, depth=9):
        found = await self.judgments.seen_passages(*self.place, depth=depth)
        return [(each.query, each.external_id, each.rank) for each in found]

    async def sample(self, collection="shelf"):
        found = await self.references.sample(self.tenant_id, collection, pairs=9)
        return [(each.query, each.passage) for each in found]


@pytest.fixture
async def chunks(journal):
    """Stored chunks by document: one each of `a` and `b`."""
    await journal.shelf.store(embedded("a", "walrus one", title="A"), embedded("b", "walrus two"))
    found = (await journal.shelf.retrieve("walrus")).candidates
    return {each.external_id: each.chunk_id for each in found}


@pytest.fixture
def asked(journal):
    return Asked(journal, journal.shelf.tenant_id)


@pytest.fixture
def search(journal, chunks):
    """Records a reranked search that found `b` before `a`."""

    async def recorded(request=REQUEST, *, minutes=0, status=None, scores=(0.25, 0.5)):
        found = [candidate(rank, chunk_id=chunks[name]) for rank, name in enumerate("ab", 1)]
        made = ranking(found, scores, at=datetime.now(UTC) - timedelta(minutes=minutes))
        if status is not None:
            made = replace(made, rerank=replace(made.rerank, status=status))
        await journal.record(made, request=request)

    return recorded


async def test_documents_that_are_not_stored_are_unknown(asked, chunks):
    assert chunks.keys() == {"a", "b"}
    assert await asked.unknown("c", "a", "b", "0") == ["0", "c"]
    assert await asked.unknown() == []


async def test_logged_queries_are_told_once_newest_first(asked, search):
    for query, minutes in (("old", 9), ("new", 1), ("old", 5), ("older", 7)):
        await search(replace(REQUEST, query=query), minutes=minutes)

    assert await asked.queries() == ["new", "old", "older"]
    assert await asked.queries(limit=2) == ["new", "old"]


async def test_the_document_of_a_chunk_is_told(journal, asked, chunks):
    tenant_id = journal.shelf.tenant_id

    assert await asked.judgments.document_of(tenant_id, chunks["b"]) == "b"
    with pytest.raises(NotFoundError, match="chunk"):
        await asked.judgments.document_of(tenant_id, ChunkId(uuid7()))


async def test_scores_of_a_judged_query_are_those_of_its_newest_search(journal, asked, search):
    await search(minutes=5, scores=(9.0, 8.0))
    await search(minutes=1)
    await search(replace(REQUEST, query="not judged"))
    await journal.judge("walrus?", "a")

    assert await asked.scores() == [("walrus?", "b", 0.5, 1), ("walrus?", "a", 0.25, 2)]


async def test_scores_of_a_chunk_that_was_deleted_have_no_document(journal, asked, search):
    await search()
    await journal.judge("walrus?", "a")
    shelf = journal.shelf
    await PostgresDocuments(shelf.pool).delete(shelf.tenant_id, shelf.collection, "b")

    assert await asked.scores() == [("walrus?", None, 0.5, 1), ("walrus?", "a", 0.25, 2)]


@pytest.mark.parametrize(
    ("model", "pool"),
    [
        (replace(MODEL, fingerprint="0" * 64), POOL),
        (MODEL, replace(POOL, depth=11)),
        (MODEL, replace(POOL, candidates=21)),
        (MODEL, replace(POOL, strategy="dense")),
    ],
    ids=["reranker", "depth", "candidates", "strategy"],
)
async def test_scores_of_another_reranker_or_pool_do_not_count(journal, asked, search, model, pool):
    await search()
    await journal.judge("walrus?", "a")

    assert len(await asked.scores()) == 2
    assert await asked.scores(model, pool) == []


async def test_scores_of_a_search_that_was_cut_short_do_not_count(journal, asked, search):
    await search(status="partial")
    await journal.judge("walrus?", "a")

    assert await asked.scores() == []


async def test_a_judged_document_that_is_gone_has_no_passage(journal, asked, chunks):
    assert "a" in chunks
    for name in ("a", "gone"):
        await journal.judge("walrus?", name)

    assert await asked.passages() == [("walrus?", "a", "A\nwalrus one")]


async def test_passages_count_as_seen_at_their_best_rank_within_the_depth(journal, asked, search):
    await search(minutes=5)
    await search(minutes=1, scores=(0.5, 0.25))
    await journal.judge("walrus?", "b")

    assert sorted(await asked.seen()) == [("walrus?", "a", 1), ("walrus?", "b", 1)]
    await search(replace(REQUEST, query="other"), scores=(0.5, 0.25))
    await journal.judge("other", "b")
    assert ("other", "b", 2) in await asked.seen(depth=2)
    assert ("other", "b", 2) not in await asked.seen(depth=1)


async def test_nothing_of_it_is_told_to_another_tenant(journal, asked, search, chunks, new_tenant):
    await search()
    await journal.judge("walrus?", "a")
    stranger = Asked(journal, new_tenant())

    for ask in (
        lambda of: of.queries(),
        lambda of: of.scores(),
        lambda of: of.passages(),
        lambda of: of.seen(),
        lambda of: of.sample(),
        lambda of: of.sample(None),
    ):
        assert await ask(asked)
        assert await ask(stranger) == []
    assert await stranger.unknown("a") == ["a"]
    with pytest.raises(NotFoundError):
        await stranger.judgments.document_of(stranger.tenant_id, chunks["a"])
