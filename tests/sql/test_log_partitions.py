from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.fixtures import rows

PARTITIONS = """
    select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'pgrerank.rerank_log'::regclass order by 1
"""


def this_month(connection):
    """The first instant of the month, by the clock of the connection's transaction.

    That clock stands still, so the month does not end between this and what a test calls.
    """
    (month,) = connection.execute("select date_trunc('month', now(), 'UTC')").fetchone()
    return month.astimezone(UTC)


def after(month, months):
    """The first instant of a month that is `months` later."""
    year, number = divmod(month.year * 12 + month.month - 1 + months, 12)
    return datetime(year, number + 1, 1, tzinfo=UTC)


def names(month, *months):
    return [f"rerank_log_{after(month, each):%Y%m}" for each in months]


def partitions(connection):
    return [name for (name,) in connection.execute(PARTITIONS)]


def make_past(connection, month, months):
    """Make a partition in the past, which the function for future ones does not."""
    first, last = after(month, -months), after(month, -months + 1)
    connection.execute(
        f"create table pgrerank.{names(month, -months)[0]} partition of pgrerank.rerank_log "
        f"for values from ('{first}') to ('{last}')"
    )


@pytest.fixture
def current(fresh_database):
    """A database with the partitions of this month, also if it was migrated in the last one."""
    with fresh_database.service() as connection:
        connection.execute("select pgrerank.ensure_log_partitions_v1(3)")
    return fresh_database


def test_migration_makes_last_month_to_three_months_ahead(fresh_database):
    with fresh_database.admin() as connection:
        month = this_month(connection)
        migrated_in = (month, after(month, -1))  # the template may be of the evening before

        assert partitions(connection) in [names(each, -1, 0, 1, 2, 3) for each in migrated_in]


def test_service_makes_the_months_that_are_missing(current):
    with current.service() as connection:
        month = this_month(connection)
        there = partitions(connection)
        made = connection.execute("select pgrerank.ensure_log_partitions_v1(6)").fetchone()
        again = connection.execute("select pgrerank.ensure_log_partitions_v1(6)").fetchone()

    missing = set(names(month, *range(7))) - set(there)
    assert (made, again) == ((len(missing),), (0,))
    assert len(missing) >= 2
    with current.admin() as connection:
        assert set(partitions(connection)) == {*there, *missing}


def test_many_make_them_at_once(fresh_database):
    def ensure(_):
        with fresh_database.service() as connection:
            return connection.execute("select pgrerank.ensure_log_partitions_v1(12)").fetchone()[0]

    with fresh_database.admin() as connection:
        before = partitions(connection)
    with ThreadPoolExecutor(8) as callers:
        made = list(callers.map(ensure, range(8)))
    with fresh_database.admin() as connection:
        new = len(partitions(connection)) - len(before)

    assert new >= 9
    assert sum(made) == new


def test_new_partition_keeps_tenants_apart(fresh_database):
    mine, theirs = fresh_database.new_tenant(), fresh_database.new_tenant()
    with fresh_database.service(mine) as connection:
        connection.execute("select pgrerank.ensure_log_partitions_v1(6)")
        rows.store_log(connection, mine, created_at=after(this_month(connection), 6))

    with fresh_database.service(theirs) as connection:
        assert rows.owners(connection, "rerank_log") == set()
    with fresh_database.service(mine) as connection:
        assert rows.owners(connection, "rerank_log") == {mine}


def test_month_without_partition_takes_no_row(fresh_database):
    tenant_id = fresh_database.new_tenant()
    with (
        fresh_database.service(tenant_id) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="no partition"),
    ):
        rows.store_log(connection, tenant_id, created_at=after(this_month(connection), 9))


def test_last_instant_of_a_month_belongs_to_it(fresh_database):
    tenant_id = fresh_database.new_tenant()
    with fresh_database.admin() as connection:
        month = this_month(connection)
        last = after(month, 1) - timedelta(milliseconds=1)
        rows.store_log(connection, tenant_id, created_at=last)
        [place] = connection.execute("select tableoid::regclass::text from pgrerank.rerank_log")

    assert place == (f"pgrerank.{names(month, 0)[0]}",)


@pytest.mark.parametrize("months", [-1, 25])
def test_months_ahead_are_bounded(fresh_database, months):
    with fresh_database.service() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute("select pgrerank.ensure_log_partitions_v1(%s)", [months])

    assert refused.value.sqlstate == "PR001"


def test_retention_drops_whole_months_and_keeps_the_rest(current):
    with current.admin() as connection:
        month = this_month(connection)
        there = partitions(connection)
        for months in (3, 4, 5):
            make_past(connection, month, months)
        connection.execute("set role pgrerank_owner")
        dropped = connection.execute("select pgrerank.drop_log_partitions_before_v1(3)").fetchall()

        assert [name for (name,) in dropped] == names(month, -5, -4)
        assert partitions(connection) == [*names(month, -3), *there]


@pytest.mark.parametrize("months", [0, -1])
def test_retention_never_reaches_the_current_month(fresh_database, months):
    with fresh_database.admin() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute("select pgrerank.drop_log_partitions_before_v1(%s)", [months])

    assert refused.value.sqlstate == "PR001"


def test_service_cannot_drop_history(fresh_database):
    with (
        fresh_database.service() as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select pgrerank.drop_log_partitions_before_v1(1)")
