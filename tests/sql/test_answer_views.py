"""Views of judgments, of supplied documents and of probabilities, by the rows that they show."""

import hashlib
from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain import ids
from pgrerank.domain.calibration import Answerability, Applied
from pgrerank.domain.candidate import CutCounts, PairScore, RerankReport, RerankStatus
from pgrerank.domain.hit_scores import HitScores
from pgrerank.domain.ids import ChunkId, RankingId
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest, SuppliedDocument, order_documents
from pgrerank.storage.judgments import PostgresJudgments
from pgrerank.storage.tenants import PostgresTenants
from tests.fakes import FakeScorer
from tests.fixtures.rankings import TIMINGS, candidate, ranking


@pytest.fixture
def tenant_name(database, journal):
    with database.admin() as admin:
        (name,) = admin.execute(
            "select name from pgrerank.tenant where id = %s", [journal.shelf.tenant_id]
        ).fetchone()
    return name


async def test_a_grade_has_a_row_for_each_document_and_chunk(journal, ask, tenant_name):
    chunk_id = ChunkId(uuid7())
    given = [
        Judgment(query="q", external_id="a", grade=3, source="human"),
        Judgment(query="q", external_id="a", grade=2, source="import"),
        Judgment(query="q", external_id="a", grade=1, source="human", chunk_id=chunk_id),
        Judgment(query="q", external_id="b", grade=0, source="human"),
        Judgment(query="q", external_id="b", grade=3, source="click"),
        Judgment(query="q", external_id="c", grade=3, source="llm"),
    ]
    shelf = journal.shelf
    await PostgresJudgments(shelf.pool).add(shelf.tenant_id, shelf.collection, given)

    rows = ask(
        "select * from pgrerank_analytics.judgment_grade order by document_id, chunk_id nulls first"
    )

    assert [tuple(row.values()) for row in rows] == [
        (tenant_name, "shelf", "q", "a", None, 2, 2),
        (tenant_name, "shelf", "q", "a", chunk_id, 1, 1),
        (tenant_name, "shelf", "q", "b", None, 0, 1),
    ]


async def test_grades_that_differ_on_relevance_have_no_row(journal, ask):
    await journal.judge("q", "a", 0, judged_by="ann")
    await journal.judge("q", "a", 1, judged_by="bob")
    await journal.judge("q", "b", 0, judged_by="ann")
    await journal.judge("q", "b", 2, judged_by="ann")

    rows = ask("select document_id, grade, judgments from pgrerank_analytics.judgment_grade")

    assert rows == [{"document_id": "b", "grade": 2, "judgments": 1}]


async def test_grades_of_another_tenant_have_no_row(new_journal, ask):
    await (await new_journal()).judge("q", "a")

    assert ask("select * from pgrerank_analytics.judgment_grade") == []


TEXTS = ("a walrus", "an ox", "a fox")


@pytest.fixture
def supply(journal):
    """Records a ranking of three supplied documents, of which the second scored best."""

    async def recorded(collection, **changes):
        request = RerankRequest(
            query="ox?", documents=tuple(map(SuppliedDocument, TEXTS)), dialect="jina"
        )
        identifier = RankingId(uuid7())
        scores = [PairScore(value=1.0, truncated=True), PairScore(value=2.0), PairScore(value=None)]
        documents = order_documents(request.documents, scores)
        made = RerankOutcome(
            id=identifier,
            created_at=ids.created_at(identifier),
            documents=documents,
            results=documents,
            cut=CutCounts(),
            rerank=RerankReport(
                status=RerankStatus.PARTIAL,
                reason="late",
                scored=2,
                model=FakeScorer.model.name,
                fingerprint=FakeScorer.model.fingerprint,
            ),
            timings_ms=TIMINGS,
        )
        made = replace(made, **changes)
        await journal.rankings.record_supplied(journal.shelf.tenant_id, collection, request, made)
        return made

    return recorded


DOCUMENTS = "select * from pgrerank_analytics.ranking_document order by final_rank"


async def test_supplied_documents_have_a_row_each_in_the_order_of_the_answer(
    journal, ask, supply, tenant_name
):
    made = await supply(journal.shelf.collection)

    rows = ask(DOCUMENTS)

    assert [(row["index"], row["rerank_score"], row["truncated"]) for row in rows] == [
        (1, 2.0, False),
        (0, 1.0, True),
        (2, None, False),
    ]
    assert [row["content_hash"] for row in rows] == [
        hashlib.sha256(TEXTS[index].encode()).hexdigest() for index in (1, 0, 2)
    ]
    assert {(row["tenant"], row["ranking_id"], row["collection"]) for row in rows} == {
        (tenant_name, made.id, "shelf")
    }
    assert {(row["dialect"], row["text"], row["relevance"], row["boost"]) for row in rows} == {
        ("jina", None, None, 0)
    }


async def test_the_texts_of_supplied_documents_are_shown_where_they_are_kept(
    database, ask, supply, tenant_name
):
    await PostgresTenants(database.admin_url).set_keep_texts(tenant_name, keep_texts=True)
    await supply(None)

    assert [(row["text"], row["collection"]) for row in ask(DOCUMENTS)] == [
        ("an ox", None),
        ("a walrus", None),
        ("a fox", None),
    ]


async def test_searches_and_refused_rankings_have_no_supplied_documents(journal, ask, supply):
    await journal.record(ranking([candidate(1)], [1.0]))
    await supply(None, documents=(), results=())

    assert ask(DOCUMENTS) == []


RELEVANCE = "select * from pgrerank_analytics.rerank_relevance"


async def test_a_search_with_probabilities_has_a_row(journal, ask, tenant_name):
    made = ranking([candidate(1), candidate(2)], [1.0, 2.0])
    hits = tuple(
        replace(hit, scores=HitScores(rerank=hit.scores.rerank, relevance=relevance))
        for hit, relevance in zip(made.hits, (0.75, 0.25), strict=True)
    )
    made = replace(
        made,
        hits=hits,
        results=hits[:1],
        cut=CutCounts(min_relevance=4, threshold=1),
        calibration=Applied(id=uuid7()),
        answerable=Answerability(probability=0.5),
    )
    request = SearchRequest(query="q", min_relevance=0.5, threshold="bot")
    await journal.record(made, request=request)

    [row] = ask(RELEVANCE)

    assert (row["tenant"], row["ranking_id"], row["collection"]) == (tenant_name, made.id, "shelf")
    assert (row["calibration_id"], row["answerable_probability"]) == (made.calibration.id, 0.5)
    assert (row["returned"], row["best_relevance"]) == (1, 0.75)
    assert (row["threshold"], row["min_relevance"]) == ("bot", 0.5)
    assert (row["cut_min_relevance"], row["cut_threshold"]) == (4, 1)


async def test_searches_without_a_calibration_or_without_results_say_no_more_than_they_know(
    journal, ask
):
    await journal.record(ranking([candidate(1)], [1.0]))
    assert ask(RELEVANCE) == []

    await journal.record(replace(ranking([]), calibration=Applied(id=uuid7())))

    [row] = ask(RELEVANCE)
    assert (row["best_relevance"], row["answerable_probability"]) == (None, None)
    assert (row["threshold"], row["min_relevance"], row["returned"]) == (None, None, 0)


async def test_probabilities_of_another_tenant_have_no_row(new_journal, ask):
    other = await new_journal()
    await other.record(replace(ranking([]), calibration=Applied(id=uuid7())))

    assert ask(RELEVANCE) == []
