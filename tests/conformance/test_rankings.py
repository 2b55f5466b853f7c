"""Rankings: the fake against the Postgres implementation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain import ids
from pgrerank.domain.calibration import Answerability
from pgrerank.domain.candidate import CutCounts, PairScore, RerankReport, RerankStatus
from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.ids import KeyId, RankingId
from pgrerank.domain.log import RankingFilter, RankingSource
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest, SuppliedDocument, order_documents
from tests.fake_tokens import FakeLate
from tests.fakes import FakeScorer
from tests.fixtures.rankings import TIMINGS, candidate, ranking

REQUEST = SearchRequest(query="walrus?", min_score=-3.5, filter={"a": {"$in": [1, 2]}})
SUPPLIED = RerankRequest(
    query="ox?",
    documents=(SuppliedDocument("a walrus"), SuppliedDocument("an ox")),
    dialect="jina",
    limit=1,
    key_id=KeyId(uuid7()),
    end_user_id="ann",
)


def ranked():
    identifier = RankingId(uuid7())
    documents = order_documents(SUPPLIED.documents, [PairScore(value=1.0), PairScore(value=2.0)])
    report = RerankReport(
        status=RerankStatus.PARTIAL,
        reason="late",
        scored=2,
        model=FakeScorer.model.name,
        fingerprint=FakeScorer.model.fingerprint,
    )
    return RerankOutcome(
        id=identifier,
        created_at=ids.created_at(identifier),
        documents=documents,
        results=documents[:1],
        cut=CutCounts(min_score=1),
        rerank=report,
        timings_ms=TIMINGS,
        tokens=77,
    )


@pytest.fixture
def record(ports, tenant_id, docs):
    """Records a search of two candidates, the second of them scored higher."""

    async def recorded(request=REQUEST, **changes):
        made = replace(ranking([candidate(1), candidate(2)], [0.25, 0.5]), **changes)
        assert await ports.rankings.record(tenant_id, docs, request, made) == made.id
        return made

    return recorded


@pytest.fixture
def listed(ports, tenant_id):
    """Ids of the rankings that match a filter."""

    async def ids_of(**wanted):
        page = await ports.rankings.page(tenant_id, RankingFilter(**wanted), limit=9, cursor=None)
        return [each.id for each in page.items]

    return ids_of


async def test_a_search_is_read_as_it_was_recorded(ports, tenant_id, record):
    made = await record(answerable=Answerability(probability=0.75), warnings=("unknown",))

    logged = await ports.rankings.get(tenant_id, made.id)

    assert (logged.id, logged.created_at) == (made.id, made.created_at)
    assert (logged.collection, logged.query, logged.source) == (
        "docs",
        "walrus?",
        RankingSource.SEARCH,
    )
    assert (logged.strategy, logged.profile) == ("hybrid", "interactive")
    assert (logged.status, logged.reason, logged.scored, logged.returned) == ("full", None, 2, 2)
    assert (logged.embedder, logged.reranker) == (ports.embedder.model.name, FakeScorer.model.name)
    assert logged.reranker_fingerprint == FakeScorer.model.fingerprint
    assert (logged.dense, logged.keyword, logged.sparse) == (made.dense, made.keyword, None)
    assert (logged.timings_ms, logged.cut) == (TIMINGS, made.cut)
    assert (logged.cascade_model, logged.cascade_scored, logged.dialect) == (None, None, None)
    assert (logged.answerable, tuple(logged.warnings)) == (made.answerable, ("unknown",))
    known = {"min_score": -3.5, "filter": {"a": {"$in": [1, 2]}}, "limit": 10, "rerank": "auto"}
    assert known.items() <= logged.knobs.items()


async def test_candidates_are_read_in_final_order(ports, tenant_id, record):
    made = await record()

    logged = (await ports.rankings.get(tenant_id, made.id)).candidates

    assert [each.chunk_id for each in logged] == [hit.candidate.chunk_id for hit in made.hits]
    assert [(each.final_rank, each.fused_rank, each.dense_rank) for each in logged] == [
        (1, 2, 2),
        (2, 1, 1),
    ]
    assert [each.scores for each in logged] == [hit.scores for hit in made.hits]
    assert [each.keyword_score for each in logged] == [5.0, 10.0]
    assert {each.sparse_rank for each in logged} == {None}


async def test_a_cascade_is_read_with_the_pairs_that_it_scored(ports, tenant_id, docs):
    made = ranking([candidate(n) for n in (1, 2, 3)], [None, 9.5], cascade_scores=[0.25, 0.5])
    await ports.rankings.record(tenant_id, docs, SearchRequest(query="q", cascade=1), made)

    logged = await ports.rankings.get(tenant_id, made.id)

    assert (logged.cascade_model, logged.cascade_scored) == (FakeLate.model.name, 2)
    assert [each.scores.cascade for each in logged.candidates] == [0.5, 0.25, None]


async def test_a_search_that_found_nothing_is_read(ports, tenant_id, docs):
    made = ranking([], dense=None)
    await ports.rankings.record(tenant_id, docs, SearchRequest(query="q"), made)

    logged = await ports.rankings.get(tenant_id, made.id)

    assert (logged.candidates, logged.dense, logged.embedder) == ((), None, None)
    assert (logged.status, logged.reranker) == ("skipped", None)


async def test_supplied_documents_are_read_by_their_hashes(ports, tenant_id, docs):
    made = ranked()
    await ports.rankings.record_supplied(tenant_id, docs, SUPPLIED, made)

    logged = await ports.rankings.get(tenant_id, made.id)

    assert (logged.id, logged.created_at, logged.query) == (made.id, made.created_at, "ox?")
    assert (logged.source, logged.dialect, logged.collection) == ("api", "jina", "docs")
    assert (logged.status, logged.reason, logged.scored) == ("partial", "late", 2)
    assert (logged.key_id, logged.end_user_id) == (SUPPLIED.key_id, "ann")
    assert (logged.embedder, logged.dense, logged.candidates) == (None, None, ())
    assert (logged.returned, logged.knobs["limit"], logged.knobs["tokens"]) == (1, 1, 77)
    assert [(each.index, each.final_rank, each.text) for each in logged.documents] == [
        (1, 1, None),
        (0, 2, None),
    ]
    assert [each.content_hash for each in logged.documents] == [
        each.document.content_hash for each in made.documents
    ]
    assert [each.scores.rerank for each in logged.documents] == [2.0, 1.0]
    with pytest.raises(InvalidRequestError):
        _ = logged.searched


async def test_texts_are_kept_where_the_tenant_keeps_them(ports):
    tenant = await ports.tenants.create(f"texts-{uuid4().hex}")
    before, after = ranked(), ranked()
    await ports.rankings.record_supplied(tenant.id, None, SUPPLIED, before)
    await ports.tenants.set_keep_texts(tenant.name, keep_texts=True)
    await ports.rankings.record_supplied(tenant.id, None, SUPPLIED, after)

    without = await ports.rankings.get(tenant.id, before.id)
    logged = await ports.rankings.get(tenant.id, after.id)

    assert [each.text for each in without.documents] == [None, None]
    assert [each.text for each in logged.documents] == ["an ox", "a walrus"]
    assert logged.collection is None


async def test_rankings_are_listed_newest_first_without_candidates(ports, tenant_id, docs, record):
    made = [(await record()).id for _ in range(2)]
    supplied = ranked()
    await ports.rankings.record_supplied(tenant_id, docs, SUPPLIED, supplied)

    every = RankingFilter()
    first = await ports.rankings.page(tenant_id, every, limit=2, cursor=None)
    rest = await ports.rankings.page(tenant_id, every, limit=2, cursor=first.cursor)

    pages = [*first.items, *rest.items]
    assert [each.id for each in pages] == [supplied.id, *made[::-1]]
    assert [(each.candidates, each.documents) for each in pages] == [((), ())] * 3
    assert rest.cursor is None
    with pytest.raises(InvalidRequestError, match="cursor"):
        await ports.rankings.page(tenant_id, every, limit=2, cursor="nonsense")


async def test_rankings_are_listed_by_filter(ports, tenant_id, docs, listed):
    now = datetime.now(UTC)
    old = ranking([candidate(1)], at=now - timedelta(hours=1))
    new = ranking([candidate(1)], [1.0], at=now - timedelta(minutes=1))
    for each in (old, new):
        await ports.rankings.record(tenant_id, docs, REQUEST, each)
    supplied = ranked()
    await ports.rankings.record_supplied(tenant_id, None, SUPPLIED, supplied)

    assert await listed(source=RankingSource.SEARCH) == [new.id, old.id]
    assert await listed(source=RankingSource.API) == [supplied.id]
    assert await listed(status=RerankStatus.FULL) == [new.id]
    assert await listed(collection="docs") == [new.id, old.id]
    assert await listed(collection="other") == []
    assert await listed(since=new.created_at) == [supplied.id, new.id]
    assert await listed(since=old.created_at, until=new.created_at) == [old.id]


async def test_rankings_of_another_tenant_are_not_read(ports, tenant_id, record, make_tenant):
    made, stranger = await record(), make_tenant()

    for owner, identifier in ((stranger, made.id), (tenant_id, RankingId(uuid7()))):
        with pytest.raises(NotFoundError):
            await ports.rankings.get(owner, identifier)
    page = await ports.rankings.page(stranger, RankingFilter(), limit=9, cursor=None)
    assert page.items == []


async def test_rankings_outlive_their_collection(ports, tenant_id, record):
    made = await record()
    await ports.collections.delete(tenant_id, "docs")

    assert (await ports.rankings.get(tenant_id, made.id)).collection == "docs"
