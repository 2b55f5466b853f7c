"""The views of usage and of feedback."""

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.ids import KeyId
from pgrerank.domain.judgment import Feedback, Judgment
from pgrerank.domain.request import SearchRequest
from pgrerank.storage.judgments import PostgresJudgments
from tests.fixtures import rows
from tests.fixtures.rankings import candidate, ranking


@pytest.fixture
async def act(journal):
    """Stores what a user did with a chunk."""

    async def stored(query, chunk_id, what, by=None):
        judgment = Judgment(
            query=query,
            external_id="d1",
            chunk_id=chunk_id,
            grade=what.grade,
            source=what.source,
            judged_by=by,
        )
        shelf = journal.shelf
        await PostgresJudgments(shelf.pool).add(shelf.tenant_id, shelf.collection, [judgment])

    return stored


@pytest.fixture
def key_of(journal, database):
    """Stores a key of a name. Returns its id."""

    def stored(name):
        key = KeyId(uuid7())
        with database.admin() as admin:
            rows.insert(
                admin,
                "api_key",
                tenant_id=journal.shelf.tenant_id,
                id=key,
                name=name,
                prefix="pgr_",
                secret_hash=b"",
                scopes=["search"],
            )
        return key

    return stored


async def test_usage_is_counted_by_key_and_user(journal, ask, key_of):
    key = key_of("site")
    named = SearchRequest(query="q", key_id=key, end_user_id="ann")
    scored = [candidate(1), candidate(2)]
    await journal.record(ranking(scored, [1.0, 2.0]), request=named)
    await journal.record(ranking(scored, [1.0]), request=named)
    await journal.record(ranking(scored), request=SearchRequest(query="q"))

    found = ask("select * from pgrerank_analytics.usage_daily order by requests desc")

    assert [(r["key_id"], r["key_name"], r["end_user_id"], r["requests"]) for r in found] == [
        (key, "site", "ann", 2),
        (None, None, None, 1),
    ]
    assert [(r["searches"], r["rankings"], r["reranked"], r["scored"]) for r in found] == [
        (2, 0, 2, 3),
        (1, 0, 0, 0),
    ]
    assert [r["total_ms"] for r in found] == [68.0, 34.0]
    assert {r["collection"] for r in found} == {"shelf"}


async def test_feedback_shows_what_was_done_and_where_it_was_shown(journal, ask, act):
    first, second = candidate(1), candidate(2)
    old = ranking([first, second], [2.0, 1.0])
    made = ranking([first, second], [1.0, 2.0])
    await journal.record(old, made, request=SearchRequest(query="q"))
    await act("q", second.chunk_id, Feedback.CLICKED, by="ann")
    await act("q", first.chunk_id, Feedback.THUMBS_DOWN)
    await act("q", first.chunk_id, Feedback.THUMBS_UP)
    await act("other", first.chunk_id, Feedback.USED)

    found = ask("select * from pgrerank_analytics.feedback order by judgment_id")

    assert [(r["event"], r["end_user_id"], r["final_rank"], r["fused_rank"]) for r in found] == [
        ("clicked", "ann", 1, 2),
        ("thumbs_down", None, 2, 1),
        ("thumbs_up", None, 2, 1),
        ("used", None, None, None),
    ]
    assert [r["ranking_id"] for r in found] == [made.id] * 3 + [None]


async def test_grades_of_people_are_no_feedback(journal, ask):
    shelf = journal.shelf
    given = Judgment(query="q", external_id="d1", grade=3, source="human")
    await PostgresJudgments(shelf.pool).add(shelf.tenant_id, shelf.collection, [given])

    assert ask("select * from pgrerank_analytics.feedback") == []


async def test_search_before_the_hour_is_not_taken(journal, ask, act, database):
    made = ranking([candidate(1)], [1.0])
    await journal.record(made, request=SearchRequest(query="q"))
    await act("q", made.hits[0].candidate.chunk_id, Feedback.CLICKED)
    assert [r["final_rank"] for r in ask("select * from pgrerank_analytics.feedback")] == [1]
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.judgment set created_at = created_at + interval '61 minutes'"
            " where tenant_id = %s",
            [journal.shelf.tenant_id],
        )

    assert [r["final_rank"] for r in ask("select * from pgrerank_analytics.feedback")] == [None]


async def test_searches_of_feedback_are_found_by_tenant_and_time(ask):
    lines = ask("explain select f.final_rank from pgrerank_analytics.feedback as f")
    plan = "\n".join(line["QUERY PLAN"] for line in lines)

    assert "rerank_log" in plan
    assert "created_at >= (j.created_at" in plan.partition("Index Cond:")[2]
