from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain import ids
from pgrerank.domain.candidate import CutCounts, PairScore, RerankReport, RerankStatus
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import KeyId, RankingId
from pgrerank.domain.log import RankingFilter, RankingSource
from pgrerank.domain.rerank import RerankOutcome, RerankRequest, SuppliedDocument, order_documents
from pgrerank.storage.rankings import PostgresRankings
from pgrerank.storage.tenants import PostgresTenants
from tests.fakes import FakeScorer
from tests.fixtures.rankings import candidate, ranking

TEXTS = ("a walrus", "nul \0 inside", "an ox \U0001f402")
REQUEST = RerankRequest(
    query="walrus?",
    documents=tuple(SuppliedDocument(text) for text in TEXTS),
    dialect="jina",
    limit=2,
)
SCORES = (PairScore(value=0.5, truncated=True), PairScore(value=2.5), PairScore(value=None))


def ranked(boosts=()):
    identifier = RankingId(uuid7())
    documents = order_documents(REQUEST.documents, SCORES, boosts)
    return RerankOutcome(
        id=identifier,
        created_at=ids.created_at(identifier),
        documents=documents,
        results=documents[:2],
        cut=CutCounts(min_score=1),
        rerank=RerankReport(
            status=RerankStatus.PARTIAL,
            reason="late",
            scored=2,
            model=FakeScorer.model.name,
            fingerprint=FakeScorer.model.fingerprint,
        ),
        timings_ms={"rerank": 3.5, "total": 4.5},
        tokens=77,
    )


async def keep_texts(database, tenant_id):
    tenants = PostgresTenants(database.admin_url)
    (name,) = [each.name async for each in tenants.all() if each.id == tenant_id]
    await tenants.set_keep_texts(name, keep_texts=True)


async def test_ranking_of_supplied_documents_reads_back(journal):
    made = ranked(boosts=[3.0, 0.0, 0.0])
    tenant_id = journal.shelf.tenant_id
    await journal.rankings.record_supplied(tenant_id, None, REQUEST, made)

    logged = await journal.rankings.get(tenant_id, made.id)

    assert (logged.id, logged.created_at, logged.query) == (made.id, made.created_at, "walrus?")
    assert (logged.source, logged.dialect, logged.collection) == (RankingSource.API, "jina", None)
    assert (logged.status, logged.reason, logged.scored) == (RerankStatus.PARTIAL, "late", 2)
    assert logged.cut == made.cut
    assert (logged.reranker, logged.embedder) == (FakeScorer.model.name, None)
    assert (logged.returned, logged.knobs["limit"], logged.knobs["tokens"]) == (2, 2, 77)
    assert logged.candidates == ()
    assert [each.index for each in logged.documents] == [0, 1, 2]
    assert [each.final_rank for each in logged.documents] == [1, 2, 3]
    assert [each.scores.rerank for each in logged.documents] == [0.5, 2.5, None]
    assert [each.scores.boost for each in logged.documents] == [3, 0, 0]
    assert [each.scores.truncated for each in logged.documents] == [True, False, False]
    assert [each.content_hash for each in logged.documents] == [
        passage_hash("", text) for text in TEXTS
    ]


async def test_who_asked_reads_back(journal):
    made = ranked()
    asked = replace(REQUEST, key_id=KeyId(uuid7()), end_user_id="ann")
    await journal.rankings.record_supplied(journal.shelf.tenant_id, None, asked, made)

    logged = await journal.rankings.get(journal.shelf.tenant_id, made.id)

    assert (logged.key_id, logged.end_user_id) == (asked.key_id, "ann")


async def test_warnings_of_the_answer_read_back(journal):
    warned, plain = replace(ranked(), warnings=("first", "second")), ranked()
    for made in (warned, plain):
        await journal.rankings.record_supplied(journal.shelf.tenant_id, None, REQUEST, made)

    logged = [
        await journal.rankings.get(journal.shelf.tenant_id, each.id) for each in (warned, plain)
    ]

    assert [each.warnings for each in logged] == [("first", "second"), ()]


async def test_texts_are_kept_where_the_tenant_says_so_alone(journal, database):
    tenant_id = journal.shelf.tenant_id
    first, second = ranked(), ranked()

    await journal.rankings.record_supplied(tenant_id, None, REQUEST, first)
    await keep_texts(database, tenant_id)
    await journal.rankings.record_supplied(tenant_id, None, REQUEST, second)

    without = await journal.rankings.get(tenant_id, first.id)
    kept = await journal.rankings.get(tenant_id, second.id)
    assert {each.text for each in without.documents} == {None}
    assert [(each.index, each.text) for each in kept.documents] == [
        (1, "nul \ufffd inside"),
        (0, "a walrus"),
        (2, "an ox \U0001f402"),
    ]


async def test_listing_tells_rankings_from_searches(journal):
    tenant_id = journal.shelf.tenant_id
    searched, supplied = ranking([candidate(1)], [0.5]), ranked()
    await journal.record(searched)
    await journal.rankings.record_supplied(tenant_id, journal.shelf.collection, REQUEST, supplied)

    async def listed(source):
        wanted = RankingFilter(source=source, collection="shelf")
        page = await journal.rankings.page(tenant_id, wanted, limit=10, cursor=None)
        return [each.id for each in page.items]

    assert await listed(None) == [supplied.id, searched.id]
    assert await listed(RankingSource.SEARCH) == [searched.id]
    assert await listed(RankingSource.API) == [supplied.id]


async def test_a_ranking_is_no_search(journal):
    tenant_id = journal.shelf.tenant_id
    made = ranked()
    await journal.rankings.record_supplied(tenant_id, journal.shelf.collection, REQUEST, made)

    logged = await journal.rankings.get(tenant_id, made.id)

    with pytest.raises(InvalidRequestError, match="supplied"):
        _ = logged.searched


async def test_a_ranking_of_thousands_is_kept(service_pool, new_tenant):
    tenant_id = new_tenant()
    many = replace(REQUEST, documents=(SuppliedDocument("same"),) * 10_000, limit=None)
    documents = order_documents(many.documents, [PairScore(value=0.0)] * 10_000)
    made = replace(ranked(), documents=documents, results=documents)
    rankings = PostgresRankings(service_pool, FakeScorer.model)

    await rankings.record_supplied(tenant_id, None, many, made)

    logged = await rankings.get(tenant_id, made.id)
    assert [each.index for each in logged.documents] == list(range(10_000))


async def test_a_refusal_is_kept_without_documents(journal, database):
    tenant_id = journal.shelf.tenant_id
    made = replace(
        ranked(),
        documents=(),
        results=(),
        rerank=RerankReport(
            status=RerankStatus.SKIPPED, reason="at capacity", scored=0, model=None
        ),
    )

    await journal.rankings.record_supplied(tenant_id, None, REQUEST, made)

    logged = await journal.rankings.get(tenant_id, made.id)
    with database.admin() as connection:
        shown = connection.execute(
            "select dialect, status, documents, scored from pgrerank_analytics.ranking "
            "where ranking_id = %s",
            [made.id],
        ).fetchone()
    assert (logged.status, logged.reason) == (RerankStatus.SKIPPED, "at capacity")
    assert (logged.source, logged.documents) == (RankingSource.API, ())
    assert shown == ("jina", "skipped", 3, 0)
