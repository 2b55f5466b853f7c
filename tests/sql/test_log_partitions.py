from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.fixtures import rows

PARTITIONS = """
    select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'pgrerank.rerank_log'::regclass order by 1
"""


def months_from_now(months):
    today = datetime.now(UTC)
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def names(*months):
    return [f"rerank_log_{months_from_now(month):%Y%m}" for month in months]


def partitions(connection):
    return [name for (name,) in connection.execute(PARTITIONS)]


def make_past(connection, months):
    """Make a partition in the past, which the function for future ones does not."""
    first, last = months_from_now(-months), months_from_now(-months + 1)
    connection.execute(
        f"create table pgrerank.{names(-months)[0]} partition of pgrerank.rerank_log "
        f"for values from ('{first}') to ('{last}')"
    )


def test_migration_makes_last_month_to_three_months_ahead(fresh_database):
    with fresh_database.admin() as connection:
        assert partitions(connection) == names(-1, 0, 1, 2, 3)


def test_service_makes_the_months_that_are_missing(fresh_database):
    with fresh_database.service() as connection:
        made = connection.execute("select pgrerank.ensure_log_partitions_v1(6)").fetchone()
        again = connection.execute("select pgrerank.ensure_log_partitions_v1(6)").fetchone()

    assert (made, again) == ((3,), (0,))
    with fresh_database.admin() as connection:
        assert partitions(connection) == names(*range(-1, 7))


def test_many_make_them_at_once(fresh_database):
    def ensure(_):
        with fresh_database.service() as connection:
            return connection.execute("select pgrerank.ensure_log_partitions_v1(12)").fetchone()[0]

    with ThreadPoolExecutor(8) as callers:
        made = list(callers.map(ensure, range(8)))

    assert sorted(made) == [0] * 7 + [9]


def test_new_partition_keeps_tenants_apart(fresh_database):
    mine, theirs = fresh_database.new_tenant(), fresh_database.new_tenant()
    with fresh_database.service(mine) as connection:
        connection.execute("select pgrerank.ensure_log_partitions_v1(6)")
        rows.store_log(connection, mine, created_at=months_from_now(6))

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
        rows.store_log(connection, tenant_id, created_at=months_from_now(9))


def test_last_instant_of_a_month_belongs_to_it(fresh_database):
    tenant_id = fresh_database.new_tenant()
    last = months_from_now(1) - timedelta(milliseconds=1)
    with fresh_database.admin() as connection:
        rows.store_log(connection, tenant_id, created_at=last)
        [place] = connection.execute("select tableoid::regclass::text from pgrerank.rerank_log")

    assert place == (f"pgrerank.{names(0)[0]}",)


@pytest.mark.parametrize("months", [-1, 25])
def test_months_ahead_are_bounded(fresh_database, months):
    with fresh_database.service() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute("select pgrerank.ensure_log_partitions_v1(%s)", [months])

    assert refused.value.sqlstate == "PR001"


def test_retention_drops_whole_months_and_keeps_the_rest(fresh_database):
    with fresh_database.admin() as connection:
        for months in (2, 3, 4, 5):
            make_past(connection, months)
        connection.execute("set role pgrerank_owner")
        dropped = connection.execute("select pgrerank.drop_log_partitions_before_v1(3)").fetchall()

        assert [name for (name,) in dropped] == names(-5, -4)
        assert partitions(connection) == names(-3, -2, -1, 0, 1, 2, 3)


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
