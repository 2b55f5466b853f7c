from dataclasses import astuple, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.candidate import LEGS, LegReport
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.ids import KeyId
from pgrerank.domain.request import SearchRequest
from pgrerank.storage import drift
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder, FakeScorer
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import candidate, ranking


async def test_log_has_a_row_for_each_search(journal, ask):
    made = ranking([candidate(1), candidate(2)], [1.0, 2.0])
    await journal.record(made, request=SearchRequest(query="q", depth=7, filter={"a": 1}))

    [row] = ask("select * from pgrerank_analytics.rerank_log")

    assert (row["ranking_id"], row["created_at"]) == (made.id, made.created_at)
    assert (row["collection"], row["query"], row["status"]) == ("shelf", "q", "full")
    assert (row["scored"], row["depth"], row["result_limit"]) == (2, 7, 10)
    assert (row["embedder"], row["reranker"]) == (FakeEmbedder.model.name, FakeScorer.model.name)
    assert (row["dense_requested"], row["dense_returned"]) == (100, 9)
    assert (row["cut_min_similarity"], row["cut_min_score"]) == (2, 1)
    assert (row["embed_ms"], row["retrieve_ms"]) == (1.5, 2.25)
    assert (row["rerank_ms"], row["total_ms"]) == (30.0, 34.0)
    assert row["filter"] == {"a": 1}


async def test_log_says_who_asked(journal, ask):
    asked = SearchRequest(query="q", key_id=KeyId(uuid7()), end_user_id="ann")
    await journal.record(ranking([]), request=asked)

    assert ask("select key_id, end_user_id from pgrerank_analytics.rerank_log") == [
        {"key_id": asked.key_id, "end_user_id": "ann"}
    ]


async def test_log_says_what_the_answer_warned_of(journal, ask):
    await journal.record(replace(ranking([]), warnings=("first", "second")))

    assert ask("select warnings from pgrerank_analytics.rerank_log") == [
        {"warnings": ["first", "second"]}
    ]


async def test_candidates_show_the_scores_of_a_cascade(journal, ask):
    three = [candidate(1), candidate(2), candidate(3)]
    made = ranking(three, [None, 9.5], cascade_scores=[0.25, 0.5])
    await journal.record(made)

    rows = ask("select * from pgrerank_analytics.rerank_candidate order by final_rank")
    [logged] = ask("select * from pgrerank_analytics.rerank_log")

    assert [(row["fused_rank"], row["cascade_score"], row["rerank_score"]) for row in rows] == [
        (2, 0.5, 9.5),
        (1, 0.25, None),
        (3, None, None),
    ]
    assert logged["cascade_model"] == FakeLate.model.name
    assert logged["cascade_fingerprint"] == FakeLate.model.fingerprint


async def test_candidates_show_the_log_odds_that_order_them_and_their_parts(journal, ask):
    parts = [
        ScoreParts(base=-2 / 3, reranker=0.1, similarity=1 / 3, words=-1.1, agreement=0.7),
        ScoreParts(base=-2 / 3, reranker=1e-3, words=2.5, similarity=-0.3),
    ]
    made = ranking([candidate(1), candidate(2), candidate(3)], [0.9, 0.1], parts=parts)
    best, second, unscored = made.hits
    boosted = replace(best, scores=replace(best.scores, boost=0.125))
    await journal.record(replace(made, hits=(boosted, second, unscored)))

    rows = ask("select * from pgrerank_analytics.rerank_candidate order by final_rank")

    names = [f"{part}_part" for part in ScoreParts.__dataclass_fields__]
    assert [row["fused_rank"] for row in rows] == [2, 1, 3]
    assert [[row[name] for name in names] for row in rows] == [
        list(astuple(parts[1])),
        list(astuple(parts[0])),
        [None] * len(names),
    ]
    assert rows[0]["log_odds"] == pytest.approx(boosted.scores.log_odds, abs=1e-9)
    assert rows[1]["log_odds"] == pytest.approx(second.scores.log_odds, abs=1e-9)
    assert rows[2]["log_odds"] is None


async def test_candidates_show_the_sparse_leg(journal, ask):
    sparse = candidate(1, sparse_rank=1, sparse_score=2.5)
    leg = LegReport(requested=50, returned=1, scan="exact")
    await journal.record(replace(ranking([sparse, candidate(2)]), sparse=leg))

    rows = ask("select * from pgrerank_analytics.rerank_candidate order by final_rank")
    [logged] = ask("select * from pgrerank_analytics.rerank_log")

    assert [(row["sparse_rank"], row["sparse_score"]) for row in rows] == [(1, 2.5), (None, None)]
    assert (logged["sparse_requested"], logged["sparse_returned"]) == (50, 1)
    assert logged["sparse_scan"] == "exact"


async def test_candidates_show_the_boost_of_terms(journal, ask):
    made = ranking([candidate(1), candidate(2)], [2.0, 1.0])
    first, second = made.hits
    await journal.record(
        replace(made, hits=(replace(first, scores=replace(first.scores, boost=0.5)), second))
    )
    plain = ranking([candidate(1)], [1.0])
    await journal.record(plain)

    rows = ask("select * from pgrerank_analytics.rerank_candidate order by boost desc, final_rank")

    assert [(row["ranking_id"], row["boost"]) for row in rows] == [
        (made.id, 0.5),
        (plain.id, 0),
        (made.id, 0),
    ]


async def test_stages_that_a_search_did_not_have_are_null(journal, ask):
    await journal.record(ranking([candidate(1)], [1.0]))

    [row] = ask("select * from pgrerank_analytics.rerank_candidate")
    [logged] = ask("select * from pgrerank_analytics.rerank_log")

    absent = ("sparse_rank", "sparse_score", "cascade_score", "base_part", "log_odds")
    assert {row[name] for name in absent} == {None}
    absent = ("sparse_requested", "sparse_scan", "cascade_model", "cascade_fingerprint")
    assert {logged[name] for name in absent} == {None}


async def test_log_shows_no_filter_as_null(journal, ask):
    await journal.record(ranking([]))

    assert ask("select filter, reranker from pgrerank_analytics.rerank_log") == [
        {"filter": None, "reranker": None}
    ]


async def test_candidates_have_a_row_each_with_their_text(journal, ask):
    await journal.shelf.store(embedded("a", "walrus", title="T"))
    stored = (await journal.shelf.retrieve("walrus")).candidates[0]
    gone = candidate(2, dense_rank=None, dense_score=None)
    await journal.record(ranking([stored, gone], [0.5, 1.5]))

    first, second = ask("select * from pgrerank_analytics.rerank_candidate order by final_rank")

    assert (first["chunk_id"], first["fused_rank"]) == (gone.chunk_id, 2)
    assert (first["rerank_score"], first["dense_rank"], first["content"]) == (1.5, None, None)
    assert (second["document_id"], second["title"], second["content"]) == ("a", "T", "walrus")
    assert second["final_rank"] == 2


async def test_latency_is_by_stage_and_day(journal, ask):
    today = datetime.now(UTC)
    for milliseconds in (10.0, 20.0, 30.0):
        timings = {"embed": milliseconds, "total": 2 * milliseconds}
        await journal.record(ranking([], timings_ms=timings, at=today))
    await journal.record(
        ranking([], timings_ms={"total": 5.0}, at=today - timedelta(days=1)),
    )

    rows = ask(
        "select stage, day, searches, p50_ms, p95_ms, max_ms from pgrerank_analytics.latency_daily"
    )

    by_key = {(row["day"], row["stage"]): row for row in rows}
    assert len(by_key) == 3
    embed = by_key[today.date(), "embed"]
    assert (embed["searches"], embed["p50_ms"], embed["max_ms"]) == (3, 20.0, 30.0)
    assert embed["p95_ms"] == pytest.approx(29.0)
    assert by_key[(today - timedelta(days=1)).date(), "total"]["p50_ms"] == 5.0


async def test_time_of_reranking_is_that_of_searches_that_were_reranked(journal, ask):
    slow = {"rerank": 1700.0, "total": 1800.0}
    await journal.record(
        ranking([candidate(1)], [1.0], timings_ms=slow),
        ranking([candidate(1)], timings_ms={"rerank": 0.01, "total": 5.0}),
        ranking([], timings_ms={"rerank": 0.02, "total": 6.0}),
    )

    days = ask("select * from pgrerank_analytics.latency_daily")
    rows = ask("select rerank_ms, scored from pgrerank_analytics.rerank_log order by total_ms")

    by_stage = {row["stage"]: row for row in days}
    assert (by_stage["rerank"]["searches"], by_stage["rerank"]["p50_ms"]) == (1, 1700)
    assert by_stage["total"]["searches"] == 3
    assert [(row["rerank_ms"], row["scored"]) for row in rows] == [
        (None, 0),
        (None, 0),
        (1700, 1),
    ]


@pytest.fixture
def effect(database, ask):
    """What reranking changed; the same before and after today is counted."""

    async def row():
        with database.admin() as admin:
            admin.execute("delete from pgrerank.score_daily")
        [live] = ask("select * from pgrerank_analytics.effect_daily")
        await drift.count(database.admin_url)
        [counted] = ask("select * from pgrerank_analytics.effect_daily")
        assert live.pop("counted_at") < counted.pop("counted_at")
        assert live == pytest.approx(counted)
        return counted

    return row


async def test_effect_of_a_reranker_that_agrees_is_none(journal, effect):
    await journal.record(ranking([candidate(i) for i in range(1, 21)], range(20, 0, -1)))

    row = await effect()

    assert (row["changed_top_1"], row["changed_top_3"], row["changed_top_10"]) == (0, 0, 0)
    assert (row["kendall_tau"], row["agreement"]) == (1, 1)
    assert (row["searches"], row["reranker"]) == (1, FakeScorer.model.name)


async def test_effect_of_a_reversed_order(journal, effect):
    await journal.record(ranking([candidate(i) for i in range(1, 21)], range(20)))

    row = await effect()

    assert (row["changed_top_1"], row["changed_top_3"], row["changed_top_10"]) == (1, 1, 1)
    assert row["kendall_tau"] == -1


async def test_top_is_changed_by_what_enters_it_not_by_its_inner_order(journal, effect):
    candidates = [candidate(i) for i in range(1, 12)]
    scores = [9, 10, 8, 7, 6, 5, 4, 3, 2, 1, 0]  # the first two swap places
    await journal.record(ranking(candidates, scores))

    row = await effect()

    assert (row["changed_top_1"], row["changed_top_3"], row["changed_top_10"]) == (1, 0, 0)


async def test_effect_is_a_mean_over_reranked_searches(journal, effect):
    candidates = [candidate(i) for i in range(1, 4)]
    await journal.record(
        ranking(candidates, [3, 2, 1]), ranking(candidates, [1, 2, 3]), ranking(candidates)
    )

    row = await effect()

    assert (row["searches"], row["changed_top_1"], row["kendall_tau"]) == (2, 0.5, 0)


async def test_order_is_compared_over_what_was_reranked_only(journal, effect):
    await journal.record(ranking([candidate(i) for i in range(1, 31)], [1, 2, None]))

    assert (await effect())["kendall_tau"] == -1


async def test_agreement_is_with_the_head_of_the_dense_leg(journal, effect):
    ranks = [1, 50, 51, None, 2]
    candidates = [candidate(i, dense_rank=rank) for i, rank in enumerate(ranks, start=1)]
    await journal.record(ranking(candidates, range(5)))

    assert (await effect())["agreement"] == pytest.approx(3 / 5)


async def test_agreement_needs_a_dense_leg(journal, effect):
    candidates = [candidate(i, dense_rank=None) for i in range(1, 4)]
    await journal.record(ranking(candidates, range(3), dense=None))

    assert (await effect())["agreement"] is None


async def test_views_show_granted_tenants_only(database, new_journal, journal, ask):
    views = (
        "rerank_log",
        "rerank_candidate",
        "latency_daily",
        "effect_daily",
        "score_daily",
    )
    other = await new_journal()
    await other.record(ranking([candidate(1)], [1.0]))
    await drift.count(database.admin_url)

    for view in views:
        assert ask(f"select * from pgrerank_analytics.{view}") == [], view  # noqa: S608

    await journal.record(
        ranking([candidate(1)], [1.0], dense=LegReport(requested=1, returned=1, scan="exact"))
    )
    await drift.count(database.admin_url)
    for view in views:
        assert ask(f"select * from pgrerank_analytics.{view}"), view  # noqa: S608


async def test_the_views_show_every_leg_and_every_score(journal, ask):
    await journal.record(ranking([candidate(1)], [1.0]))

    [row] = ask("select * from pgrerank_analytics.rerank_candidate")
    [logged] = ask("select * from pgrerank_analytics.rerank_log")

    plain = {"relevance", "boost", "truncated"}
    scores = {each.name for each in fields(HitScores)} - {"parts"}
    parts = {f"{each.name}_part" for each in fields(ScoreParts)}
    assert row.keys() >= parts
    assert row.keys() >= {name if name in plain else f"{name}_score" for name in scores}
    assert row.keys() >= {f"{leg}_{what}" for leg in LEGS for what in ("rank", "score")}
    reports = [each.name for each in fields(LegReport)]
    assert logged.keys() >= {f"{leg}_{name}" for leg in LEGS for name in reports}
