"""Daily counts of the log, and the health checks over them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from psycopg.sql import SQL

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.drift import HealthState
from pgrerank.domain.request import SearchRequest
from pgrerank.storage import drift
from pgrerank.storage.pool import pool
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import candidate, journal_in, ranking

NOW = datetime.now(UTC)


def days_ago(days):
    return NOW - timedelta(days=days)


@pytest.fixture
def table(database):
    """The daily counts of a tenant, read as the owner."""

    def rows(tenant_id, columns="*"):
        with database.admin() as admin:
            return admin.execute(
                SQL(
                    "select {} from pgrerank.score_daily where tenant_id = %s"
                    " order by day, reranker_id"
                ).format(SQL(columns)),
                [tenant_id],
            ).fetchall()

    return rows


async def finding(database, journal, check_name):
    """The single result of a check for the journal's collection."""
    with database.admin() as admin:
        (tenant,) = admin.execute(
            "select name from pgrerank.tenant where id = %s", [journal.shelf.tenant_id]
        ).fetchone()
        # Searches of past days are inserted here after other tests have counted those days.
        admin.execute("delete from pgrerank.score_daily")
    await drift.count(database.admin_url)
    found = await drift.health(database.admin_url, tenant=tenant)
    return next((each for each in found if each.check_name == check_name), None)


async def test_a_day_is_counted_as_its_searches_were(database, journal, table):
    first = [candidate(n) for n in range(1, 4)]
    deep = [candidate(n, dense_rank=n * 30) for n in range(1, 4)]
    now = datetime.now(UTC)  # one instant, which is of one day also at midnight
    await journal.record(
        ranking(first, [0.5, 0.5, 2.0], at=now),
        ranking(deep, [3.0, 2.0, 1.0], at=now),
        ranking(first, at=now),
    )

    await drift.count(database.admin_url)

    columns = (
        "reranker_id is null, searches, skipped_searches, pairs, truncated_pairs, shift_sum,"
        " agreement_searches, agreement_sum, cardinality(score_bins), score_counts"
    )
    reranked, skipped = table(journal.shelf.tenant_id, columns)
    # The third moved to the first place and two others down by one: four places over three.
    agreed = pytest.approx(1 + 1 / 3)
    assert reranked == (False, 2, 0, 6, 0, pytest.approx(4 / 3), 2, agreed, 4, [2, 1, 2, 1])
    assert skipped == (True, 1, 1, 0, 0, 0, 0, 0, 0, [])


async def test_counting_again_changes_nothing_but_what_is_new(database, journal, table):
    now = datetime.now(UTC)  # one instant, which is of one day also at midnight
    await journal.record(ranking([candidate(1)], [1.0], at=now))
    await drift.count(database.admin_url)
    before = table(journal.shelf.tenant_id, "searches, pairs, score_bins, score_counts")

    await drift.count(database.admin_url)
    again = table(journal.shelf.tenant_id, "searches, pairs, score_bins, score_counts")
    await journal.record(ranking([candidate(1)], [1.0], at=now))
    await drift.count(database.admin_url)

    assert again == before
    assert table(journal.shelf.tenant_id, "searches, pairs, score_counts") == [(2, 2, [2])]


async def test_days_that_a_killed_count_left_are_counted_by_the_next(fresh_database):
    async with pool(fresh_database.service_url, size=2) as connections:
        journal = await journal_in(connections, fresh_database.new_tenant())
        await journal.record(*(ranking([candidate(1)], [1.0], at=days_ago(n)) for n in range(4)))
    whole = await counted(fresh_database)
    with fresh_database.admin() as admin:
        # The state of a count that was killed after its second day.
        admin.execute("delete from pgrerank.score_daily where day > %s", [days_ago(2).date()])

    assert await counted(fresh_database) == whole
    assert [searches for _, searches in whole] == [1, 1, 1, 1]


async def test_what_is_counted_stays_when_its_month_is_dropped(fresh_database):
    async with pool(fresh_database.service_url, size=2) as connections:
        journal = await journal_in(connections, fresh_database.new_tenant())
        await journal.record(ranking([candidate(1)], [1.0], at=days_ago(3)))
    before = await counted(fresh_database)
    with fresh_database.admin() as admin:
        admin.execute("delete from pgrerank.rerank_log")

    assert await counted(fresh_database) == before != []


async def counted(database):
    await drift.count(database.admin_url)
    with database.admin() as admin:
        return admin.execute(
            "select day, searches from pgrerank.score_daily order by day"
        ).fetchall()


def searches(count, centre, *, at, depth=4, seed=1):
    """Rankings with scores around a centre."""
    draws = np.random.default_rng(seed)
    fused = [candidate(n) for n in range(1, depth + 1)]
    return [ranking(fused, draws.normal(centre, 1, depth).tolist(), at=at) for _ in range(count)]


@pytest.mark.parametrize(
    ("centre", "state"), [(0.0, HealthState.OK), (0.35, HealthState.WARN), (1.5, HealthState.ALERT)]
)
async def test_scores_that_move_are_seen(database, journal, centre, state):
    await journal.record(*searches(250, 0.0, at=days_ago(10)))
    await journal.record(*searches(250, centre, at=days_ago(1), seed=2))

    psi = await finding(database, journal, "score_psi")
    ks = await finding(database, journal, "score_ks")

    assert (psi.state, ks.state) == (state, state)
    assert psi.samples == 250
    assert ("calibrate anew" in psi.advice) == (state is not HealthState.OK)


async def test_little_is_not_judged(database, journal):
    await journal.record(*searches(20, 0.0, at=days_ago(10)), *searches(20, 5.0, at=days_ago(1)))

    found = await finding(database, journal, "score_psi")

    assert (found.state, found.samples) == (HealthState.UNKNOWN, 20)
    assert found.advice.startswith("Too little to tell: it needs 200")


async def test_a_reranker_that_was_not_there_before_is_compared_with_nothing(database, journal):
    await journal.record(*searches(250, 0.0, at=days_ago(1)))

    found = await finding(database, journal, "score_psi")

    assert (found.state, found.samples, found.value) == (HealthState.UNKNOWN, 0, None)


@pytest.mark.parametrize(
    ("deep", "state"), [(0, HealthState.OK), (5, HealthState.WARN), (8, HealthState.ALERT)]
)
async def test_models_that_do_not_agree_are_seen(database, journal, deep, state):
    fused = [candidate(n, dense_rank=90 if n <= deep else n) for n in range(1, 11)]
    scores = [float(10 - n) for n in range(10)]
    await journal.record(*(ranking(fused, scores) for _ in range(50)))

    found = await finding(database, journal, "agreement")

    assert (found.state, found.value) == (state, pytest.approx(1 - deep / 10))


async def test_reranking_that_changes_nothing_is_seen_by_a_proxy_where_nobody_judged(
    database, journal
):
    idle = ranking([candidate(n) for n in range(1, 13)], [float(-n) for n in range(12)])
    busy = ranking([candidate(n) for n in range(1, 13)], [float(n) for n in range(12)])
    await journal.record(*(rebuilt(idle) for _ in range(49)), busy)

    found = await finding(database, journal, "lift_proxy")

    assert (found.state, found.value) == (HealthState.WARN, pytest.approx(0.02))
    assert "proxy" in found.advice


def rebuilt(made):
    fused = sorted((hit.candidate for hit in made.hits), key=lambda each: each.fused_rank)
    return ranking(fused, [float(-n) for n in range(len(fused))])


@pytest.mark.parametrize(
    ("better", "state"),
    [(True, HealthState.OK), (False, HealthState.ALERT)],
    ids=["better", "worse"],
)
async def test_lift_is_the_gain_on_judged_queries(database, journal, better, state):
    await journal.shelf.store(*[embedded(f"d{n}", f"walrus {n}") for n in range(3)])
    found = (await journal.shelf.retrieve("walrus")).candidates
    relevant = found[-1 if better else 0].external_id
    scores = [0.0, 1.0, 2.0]
    for n in range(30):
        query = f"walrus {n}?"
        await journal.judge(query, relevant)
        request = SearchRequest(query=query)
        await journal.record(ranking(found, scores), request=request)

    lift = await finding(database, journal, "lift")

    near, far = 1.0, 1 / np.log2(4)
    gain = near - far if better else far - near
    assert (lift.state, lift.samples) == (state, 30)
    assert lift.value == pytest.approx(gain)
    assert await finding(database, journal, "lift_proxy") is None


async def test_failures_and_truncation_are_shares(database, journal):
    await journal.record(*searches(50, 0.0, at=days_ago(1), depth=20))
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.rerank_log set truncated[1:4] = '{t,t,t,t}', status = 'partial'"
            " where tenant_id = %s",
            [journal.shelf.tenant_id],
        )

    truncated = await finding(database, journal, "truncated")
    unfinished = await finding(database, journal, "not_reranked")

    assert (truncated.state, truncated.value) == (HealthState.WARN, pytest.approx(0.2))
    assert (unfinished.state, unfinished.value) == (HealthState.ALERT, 1.0)


async def test_agreement_is_unknown_without_a_dense_leg(database, journal):
    await journal.record(*(ranking([candidate(1)], [1.0], dense=None) for _ in range(50)))

    found = await finding(database, journal, "agreement")

    assert (found.state, found.samples) == (HealthState.UNKNOWN, 0)


async def test_summary_counts_over_all_tenants_and_names_none_unless_asked(database, journal):
    await journal.record(*(ranking([candidate(1)], [1.0], dense=None) for _ in range(50)))
    await drift.count(database.admin_url)

    together = await drift.summary(database.service_url, by_tenant=False)
    apart = await drift.summary(database.service_url, by_tenant=True)

    assert {each.tenant for each in together} == {""}
    assert f"tenant-{journal.shelf.tenant_id}" in {each.tenant for each in apart}
    assert sum(each.collections for each in together) == sum(each.collections for each in apart)


@pytest.fixture
def checks(database):
    """Health of a new tenant without a previous count, by check."""

    async def of(journal):
        with database.admin() as admin:
            (tenant,) = admin.execute(
                "select name from pgrerank.tenant where id = %s", [journal.shelf.tenant_id]
            ).fetchone()
        found = await drift.health(database.admin_url, tenant=tenant)
        return {each.check_name: each for each in found}

    return of


async def test_before_the_first_count_health_says_that_nothing_is_counted(journal, checks):
    nobody_searched = await checks(journal)
    await journal.record(ranking([candidate(1)], [1.0]))

    found = await checks(journal)

    assert nobody_searched == {}
    assert list(found) == ["counted"]
    assert found["counted"].state is HealthState.UNKNOWN
    assert "`pgrerank drift` counts now" in found["counted"].advice


async def test_counts_that_fall_behind_the_log_are_told(database, journal, checks):
    await journal.record(ranking([candidate(1)], [1.0]))
    await drift.count(database.admin_url)
    counted = await checks(journal)
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.score_daily set counted_at = counted_at - interval '5 hours'"
            " where tenant_id = %s",
            [journal.shelf.tenant_id],
        )

    late = (await checks(journal))["counted"]

    assert "counted" not in counted
    assert "truncated" in counted
    assert (late.state, late.value) == (HealthState.WARN, pytest.approx(5, abs=0.1))
    assert "pgrerank worker" in late.advice


async def test_searches_that_are_not_to_be_reranked_do_not_hide_those_that_fail(database, journal):
    whole = ranking([candidate(1)], [1.0])
    failed = replace(whole.rerank, status=RerankStatus.FAILED)
    for number in range(60):
        await journal.record(ranking([candidate(1)]))
        each = ranking([candidate(1)], [1.0])
        await journal.record(each if number % 6 else replace(each, rerank=failed))

    found = await finding(database, journal, "not_reranked")

    assert (found.samples, found.value) == (60, pytest.approx(1 / 6))
    assert found.state is HealthState.ALERT
