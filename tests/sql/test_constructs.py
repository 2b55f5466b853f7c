"""Constructs that the schema avoids, so that tables can be distributed by tenant.

Checked in the catalogue, else in the text of the statements. sql/README.md says why.
"""

import re
from itertools import chain

import pytest

from pgrerank.storage import queries, sqlfile

#: they lock a whole server or database, not rows
PROCESS_LOCKS = {"embedded.lock_preparation", "backup.turn"}
#: modules whose statements the owner runs, to whom no policy applies, or which read only the
#: catalogue; and the one such statement of another module
OF_THE_OWNER = {
    "admin", "backup", "connections", "demo", "doctor", "drift", "embedded", "jobs", "maintenance",
    "quality", "startup", "tenants", "words", "references.any",
}  # fmt: skip
#: modules that read single tables over all tenants
NO_JOIN = {"doctor.log_counts", "drift.days_to_count"}
FILES = sorted(
    chain.from_iterable(
        sqlfile.sql_dir().glob(f"{kind}/*.sql")
        for kind in ("baseline", "functions", "policies", "views")
    )
)
STATEMENTS = {
    f"{path.stem}.{name}": text
    for path in sorted(sqlfile.sql_dir().glob("queries/*.sql"))
    for name, text in queries.load(path.stem).items()
} | {path.stem: path.read_text() for path in FILES if path.parent.name in ("functions", "views")}


def code(name):
    return re.sub(r"--.*", "", STATEMENTS[name])


POLICIES = """
    select polrelid::regclass::text,
        concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    from pg_policy where polname = %s
"""


def test_no_policy_of_the_service_has_a_sub_select(database):
    with database.admin() as admin:
        policies = admin.execute(POLICIES, ["app"]).fetchall()

    assert len(policies) > 20
    assert [table for table, text in policies if "select" in text.lower()] == []


def test_all_policies_of_analysts_ask_for_the_same_grants(database):
    """One sub-select, of a table that each server of a cluster can hold: see sql/README.md."""
    with database.admin() as admin:
        policies = dict(admin.execute(POLICIES, ["analyst"]).fetchall())

    assert policies.pop("pgrerank.analyst_grant") == "(login = SESSION_USER)"
    texts = {" ".join(text.split()) for text in policies.values()}
    grants = (
        "IN ( SELECT g.tenant_id FROM pgrerank.analyst_grant g WHERE (g.login = SESSION_USER)))"
    )
    assert texts == {f"(tenant_id {grants}", f"(id {grants}"}


def test_a_policy_is_asked_once_where_the_statement_names_the_tenant(database):
    """Otherwise it is evaluated for each row, without a sub-select around its function."""
    tenant_id = database.new_tenant()
    with database.service(tenant_id) as connection:
        plan = connection.execute(
            """
            explain select 1 from pgrerank.document as d
            inner join pgrerank.chunk as c on d.tenant_id = c.tenant_id and d.id = c.document_id
            where d.tenant_id = %s and d.title <> '' and c.content <> ''
            """,
            [tenant_id],
        ).fetchall()

    asked = [line.strip() for (line,) in plan if "current_setting" in line]
    assert asked
    assert [line for line in asked if not line.startswith("One-Time Filter")] == []


def of_the_service():
    """Statements that the service runs, with numbered parameters."""
    for name in STATEMENTS:
        module = name.partition(".")[0]
        if "." in name and not {name, module} & OF_THE_OWNER:
            yield name, numbered(code(name))


def numbered(text):
    numbers: dict[str, int] = {}
    return re.sub(
        r"%\((\w+)\)[sbt]",
        lambda found: f"${numbers.setdefault(found[1], len(numbers) + 1)}",
        text,
    ).replace("%%", "%")


def test_no_statement_of_the_service_asks_a_policy_for_each_row(database):
    """Each names the tenant of every table, else the policy takes 1 µs for each row that is read."""
    asked, plans = {}, 0
    with database.service(database.new_tenant()) as connection:
        for name, text in of_the_service():
            plan = connection.execute(f"explain (generic_plan) {text}").fetchall()
            plans += 1
            lines = [line.strip() for (line,) in plan if "current_setting" in line]
            if each_row := [line for line in lines if line.startswith("Filter")]:
                asked[name] = each_row

    assert plans > 60
    assert asked == {}


def test_every_table_has_a_primary_key(database):
    with database.admin() as admin:
        tables = admin.execute(
            """
            select c.relname, exists (
                select from pg_constraint as k where k.conrelid = c.oid and k.contype = 'p'
            )
            from pg_class as c
            where c.relnamespace = 'pgrerank'::regnamespace and c.relkind in ('r', 'p')
            """
        ).fetchall()

    assert {"score_daily", "rerank_log", "exclusive_work"} <= {name for name, _ in tables}
    assert [name for name, has_key in tables if not has_key] == []


def test_there_is_no_trigger(database):
    with database.admin() as admin:
        triggers = admin.execute(
            """
            select c.relname, t.tgname
            from pg_trigger as t inner join pg_class as c on t.tgrelid = c.oid
            where c.relnamespace = 'pgrerank'::regnamespace and not t.tgisinternal
            """
        ).fetchall()

    assert triggers == []


@pytest.mark.parametrize("construct", ["on conflict on constraint", "advisory"])
def test_no_statement_uses(construct):
    users = {name for name in STATEMENTS if construct in " ".join(code(name).lower().split())}

    assert users <= PROCESS_LOCKS


def test_values_hold_no_sub_select():
    inserted = re.compile(r"^values\b.*", re.DOTALL | re.MULTILINE)
    values = {name: inserted.findall(code(name)) for name in STATEMENTS}

    assert sum(map(bool, values.values())) > 10
    assert [
        name for name, found in values.items() if re.search(r"\bselect\b", "".join(found))
    ] == []


def test_conflicts_are_resolved_from_the_two_rows_alone():
    """`do update` reads no table and calls nothing that is not immutable."""
    updates = {
        name: re.findall(r"\bdo update\b(.*?)(?=;|\breturning\b|\n\)|\Z)", code(name), re.DOTALL)
        for name in STATEMENTS
    }

    assert sum(map(bool, updates.values())) > 5
    wrong = re.compile(r"\bselect\b|\bnow\(|\bclock_timestamp\(|\brandom\(")
    assert [name for name, found in updates.items() if wrong.search("".join(found))] == []


def test_no_update_mixes_the_present_instant_with_columns():
    mixed = re.compile(r"\bset\s+\w+ = \w+\([^;]*?\bnow\(\)")

    assert [name for name in STATEMENTS if mixed.search(code(name))] == []


def test_rows_locked_by_others_are_skipped_in_one_collection_at_a_time():
    skipping = [name for name in STATEMENTS if "skip locked" in code(name)]

    assert sorted(skipping) == ["related.claim", "words.weigh_titles"]
    for name in skipping:
        assert {"%(tenant_id)s", "%(collection_id)s"} <= set(re.findall(r"%\(\w+\)s", code(name)))


def test_tables_of_tenants_are_joined_by_tenant(database):
    with database.admin() as admin:
        owned = {
            name
            for (name,) in admin.execute(
                "select attrelid::regclass::text from pg_attribute where attname = 'tenant_id'"
            )
        }
    without = []
    for name in STATEMENTS.keys() - NO_JOIN:
        named = [
            (table, alias)
            for table, alias in re.findall(
                r"\b(?:from|join|using|update)\s+(pgrerank\.\w+)\s+as\s+(\w+)", code(name)
            )
            if table in owned
        ]
        if len({table for table, _ in named}) > 1:
            without += [
                f"{name}: {table} as {alias}"
                for table, alias in named
                if not re.search(rf"\b{alias}\.tenant_id\b", code(name))
            ]

    assert "pgrerank.chunk" in owned
    assert without == []
