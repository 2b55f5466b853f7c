"""`\\d+` explains every view, table, column and function for analysts and operators."""

import pytest

RELATIONS = """
select c.oid::regclass::text as name, a.attname
from pg_class as c
cross join lateral (
    select 0 as attnum, null as attname
    union all
    select t.attnum, t.attname from pg_attribute as t
    where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
) as a
where
    c.relnamespace in ('pgrerank'::regnamespace, 'pgrerank_analytics'::regnamespace)
    and c.relkind in ('r', 'p', 'v')
    and not c.relispartition
    and c.relname <> 'alembic_version'
    and coalesce(case a.attnum when 0 then obj_description(c.oid, 'pg_class')
                 else col_description(c.oid, a.attnum) end, '') !~ '^[^ ].*\\.$'
order by 1, 2
"""
FUNCTIONS = """
select p.oid::regprocedure::text
from pg_proc as p
where
    p.pronamespace in ('pgrerank'::regnamespace, 'pgrerank_analytics'::regnamespace)
    and has_function_privilege('pgrerank_analyst', p.oid, 'execute')
    and coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '^[^ ].*\\.$'
order by 1
"""


@pytest.mark.parametrize("query", [RELATIONS, FUNCTIONS], ids=["relations", "functions"])
def test_what_an_analyst_meets_has_a_comment_of_whole_sentences(database, query):
    with database.admin() as admin:
        assert admin.execute(query).fetchall() == []


def test_what_the_test_above_looks_at_is_there(database):
    with database.admin() as admin, admin.transaction(force_rollback=True):
        admin.execute("comment on view pgrerank_analytics.health is null")
        admin.execute("comment on column pgrerank.document.title is 'no sentence'")
        admin.execute("comment on function pgrerank_analytics.score_bin_v1 is null")

        assert admin.execute(RELATIONS).fetchall() == [
            ("pgrerank.document", "title"),
            ("pgrerank_analytics.health", None),
        ]
        assert admin.execute(FUNCTIONS).fetchall() == [
            ("pgrerank_analytics.score_bin_v1(double precision)",)
        ]
