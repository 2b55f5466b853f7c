"""Rules that every table of the schema follows, checked in the catalogue."""

from dataclasses import dataclass

import pytest

from pgrerank.storage import sqlfile

#: not owned by a tenant, so keys of tenant tables may refer to them by another column
SHARED = {"model"}
SCHEMAS = ["pgrerank", "pgrerank_analytics"]

CONSTRAINTS = """
    select
        k.conname,
        k.contype,
        t.relname,
        coalesce(r.relname, ''),
        array(
            select a.attname::text
            from unnest(k.conkey) with ordinality as u (attnum, place)
            join pg_attribute as a on a.attrelid = t.oid and a.attnum = u.attnum
            order by u.place
        )
    from pg_constraint as k
    join pg_class as t on t.oid = k.conrelid
    left join pg_class as r on r.oid = k.confrelid
    where t.relnamespace = 'pgrerank'::regnamespace and not t.relispartition
        and k.contype in ('p', 'u', 'f', 'c') and t.relname <> 'alembic_version'
        and k.conparentid = 0
"""
INDEXES = """
    select
        c.relname,
        t.relname,
        array(
            select a.attname::text
            from unnest(i.indkey) with ordinality as u (attnum, place)
            join pg_attribute as a on a.attrelid = t.oid and a.attnum = u.attnum
            order by u.place
        )
    from pg_index as i
    join pg_class as c on c.oid = i.indexrelid
    join pg_class as t on t.oid = i.indrelid
    where t.relnamespace = 'pgrerank'::regnamespace and not t.relispartition
        and not exists (select from pg_constraint as k where k.conindid = i.indexrelid)
"""


@dataclass(frozen=True)
class Constraint:
    name: str
    kind: str
    table: str
    referred: str
    columns: list[str]

    @property
    def conventional(self) -> str:
        columns = "_".join(self.columns)
        return {
            "p": f"pk_{self.table}",
            "u": f"uq_{self.table}_{columns}",
            "f": f"fk_{self.table}_{columns}_{self.referred}",
            "c": f"ck_{self.table}_{self.name.removeprefix(f'ck_{self.table}_')}",
        }[self.kind]


@pytest.fixture(scope="module")
def constraints(database):
    with database.admin() as connection:
        return [Constraint(*row) for row in connection.execute(CONSTRAINTS)]


def test_constraints_are_named_by_the_convention(constraints):
    assert constraints
    assert {c.name: c.conventional for c in constraints if c.name != c.conventional} == {}


def test_indexes_are_named_by_the_convention(database):
    with database.admin() as connection:
        found = connection.execute(INDEXES).fetchall()

    assert found
    assert [
        name for name, table, columns in found if name != f"ix_{table}_{'_'.join(columns)}"
    ] == []


def test_keys_of_tenant_tables_lead_with_the_tenant(constraints, database):
    with database.admin() as connection:
        owned = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.columns "
                "where table_schema = 'pgrerank' and column_name = 'tenant_id'"
            )
        }

    keys = [c for c in constraints if c.table in owned and c.kind in "puf"]
    stray = [c.name for c in keys if c.columns[0] != "tenant_id" and c.referred not in SHARED]

    assert {c.table for c in keys if c.kind == "p"} >= {"chunk", "document", "rerank_log"}
    assert stray == []


def test_every_table_is_owned_by_a_tenant_or_known_to_be_shared(database):
    with database.admin() as connection:
        unowned = connection.execute(
            """
            select c.relname from pg_class as c
            where c.relnamespace = 'pgrerank'::regnamespace and c.relkind in ('r', 'p')
                and not exists (
                    select from pg_attribute as a
                    where a.attrelid = c.oid and a.attname = 'tenant_id'
                )
            """
        ).fetchall()

    assert {name for (name,) in unowned} == SHARED | {"tenant", "alembic_version", "exclusive_work"}


@pytest.mark.parametrize(
    ("folder", "installed"),
    [
        ("functions", "select proname from pg_proc where pronamespace = any(%s::regnamespace[])"),
        ("views", "select viewname from pg_views where schemaname = any(%s)"),
        ("policies", "select tablename from pg_tables where schemaname = any(%s)"),
    ],
)
def test_folder_holds_a_file_for_each_object_and_no_other(database, folder, installed):
    files = {path.stem for path in (sqlfile.sql_dir() / folder).glob("*.sql")}
    with database.admin() as connection:
        names = {name for (name,) in connection.execute(installed, [SCHEMAS])}
    names = {name for name in names if not name.startswith(("rerank_log_", "alembic_"))}

    assert files == names
