"""A login's own objects, named like those of Postgres and ours, change nothing that runs as the
owner: neither types, tables, functions nor operators, in a temporary schema or in its own one."""

import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql

from tests.fixtures import everything
from tests.fixtures.postgres import cloned

ROLES = ["pgrerank_app", "pgrerank_analyst"]
HOSTILE = "hostile"
TRAP = "42HIJ"
PATH = "search_path=pg_catalog, pg_temp"
DEFINERS = """
    select p.oid, p.proname from pg_proc as p
    where p.prosecdef and p.pronamespace = any('{pgrerank,pgrerank_analytics}'::regnamespace[])
    order by p.proname
"""


@pytest.fixture(scope="module")
def server(postgres_server, template):
    with cloned(postgres_server, template) as database:
        yield database


@pytest.fixture(scope="module")
def made(server):
    """A tenant with a row in every table."""
    tenant_id = server.new_tenant()
    with server.admin() as admin:
        return tenant_id, everything.store(admin, tenant_id)


@contextmanager
def new_login(server, tenant_id, role, name):
    """A new login of ours; an analyst may read the tenant."""
    with server.admin() as admin:
        admin.execute(f"create role {name} login in role {role}")
        admin.execute("insert into pgrerank.analyst_grant values (%s, %s)", [tenant_id, name])
    yield name
    with server.admin() as admin:
        admin.execute(f"drop owned by {name} cascade")
        admin.execute(f"drop role {name}")


@pytest.fixture(scope="module", params=ROLES)
def login(server, made, request):
    """A login as `pgrerank login add` creates it."""
    with new_login(server, made[0], request.param, f"{request.param}_plain") as name:
        yield name


@pytest.fixture(scope="module")
def trapped_names(server):
    """Names of types, relations, functions and operators that a trap could shadow."""
    lists = (TRAPPED_TYPES, TRAPPED_RELATIONS, TRAPPED_FUNCTIONS, TRAPPED_OPERATORS)
    with server.admin() as admin:
        admin.execute("set search_path = ''")
        return [admin.execute(each).fetchall() for each in lists]


@dataclass
class Intruder:
    """A login that a superuser gave back rights it should not have, with its traps in place."""

    role: str
    name: str
    connection: Connection


@pytest.fixture(scope="module", params=ROLES)
def intruder(server, made, trapped_names, request):
    role, name = request.param, f"{request.param}_intruder"
    with new_login(server, made[0], role, name):
        with server.admin() as admin:
            admin.execute(f"grant temporary on database {server.name} to {name}")
            admin.execute(f"create schema {HOSTILE} authorization {name}")
        with psycopg.connect(server.login_url(name), autocommit=True) as connection:
            connection.execute("select set_config('pgrerank.tenant_id', %s, false)", [str(made[0])])
            for schema in ("pg_temp", HOSTILE):
                lay_traps(connection, schema, trapped_names)
            connection.execute(f"set search_path = pg_temp, {HOSTILE}, public, pg_catalog")
            yield Intruder(role, name, connection)
            # A server process that ends drops its temporary objects later than its client is told,
            # and would meet `drop owned` there.
            connection.execute("discard temporary")


def lay_traps(connection, schema, trapped_names):
    """Create types, views, functions and operators that raise when anything uses them."""
    types, relations, functions, operators = trapped_names
    connection.execute(
        f"create function {schema}.trap() returns boolean language plpgsql as $$ begin "
        f"raise exception 'trap, as %', current_user using errcode = '{TRAP}'; end $$"
    )
    body = f"language plpgsql as $$ begin perform {schema}.trap(); end $$"
    for name, base in types:
        run(connection, f"create domain {schema}.{{}} as {base} check ({schema}.trap())", name)
    for (name,) in relations:
        run(connection, f"create view {schema}.{{}} as select {schema}.trap() as id", name)
    for name, arguments, result in functions:
        run(connection, f"create function {schema}.{{}}({arguments}) returns {result} {body}", name)
    for number, name, left, right, result in operators:
        function = f"{schema}.operator_{number}"
        connection.execute(f"create function {function}({left}, {right}) returns {result} {body}")
        connection.execute(
            f"create operator {schema}.{name} "
            f"(leftarg = {left}, rightarg = {right}, function = {function})"
        )


def run(connection, statement, name):
    connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


TRAPPED_TYPES = """
    select t.typname, format('%I.%I', n.nspname, t.typname)
    from pg_catalog.pg_type as t
    join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
    where t.typtype in ('b', 'r', 'e') and n.nspname in ('pg_catalog', 'public')
        and t.typname !~ '^_' and t.typelem = 0
    order by t.oid
"""
TRAPPED_RELATIONS = """
    select distinct c.relname
    from pg_catalog.pg_class as c
    where c.relkind in ('r', 'p', 'v') and not c.relispartition
        and c.relnamespace = any('{pg_catalog,pgrerank,pgrerank_analytics}'::regnamespace[])
        and c.relname not in (
            select t.typname from pg_catalog.pg_type as t
            where t.typtype in ('b', 'r', 'e') and t.typnamespace = 'pg_catalog'::regnamespace
        )
"""
#: names in our function bodies that could be functions, with the arguments of existing ones
TRAPPED_FUNCTIONS = """
    select distinct p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid),
        pg_catalog.format_type(p.prorettype, null)
    from pg_catalog.pg_proc as p
    where p.pronamespace = any('{pg_catalog,public,pgrerank}'::regnamespace[])
        and p.prokind = 'f' and not p.proretset and p.provariadic = 0
        and not exists (
            select from unnest(array_append(p.proargtypes::oid[], p.prorettype)) as a (type)
            join pg_catalog.pg_type as t on t.oid = a.type
            where t.typtype = 'p' or t.typtype = 'c'
        )
        and (p.proargmodes is null or not p.proargmodes && '{o,b,t,v}'::"char"[])
        and p.proname in (
            select w.word[1]
            from pg_catalog.pg_proc as o, regexp_matches(
                pg_catalog.pg_get_functiondef(o.oid), '([a-z_0-9]+)\\(', 'g'
            ) as w (word)
            where o.pronamespace = any('{pgrerank,pgrerank_analytics}'::regnamespace[])
                and o.prokind = 'f'
        )
"""
TRAPPED_OPERATORS = """
    select o.oid, o.oprname, o.oprleft::regtype::text, o.oprright::regtype::text,
        o.oprresult::regtype::text
    from pg_catalog.pg_operator as o
    join pg_catalog.pg_type as l on l.oid = o.oprleft and l.typtype = 'b'
    join pg_catalog.pg_type as r on r.oid = o.oprright and r.typtype = 'b'
    where o.oprname in (
        '=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '%', '||', '@@', '<=>', '<#>', '&', '<<'
    )
        and l.typname in ('text', 'uuid', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric',
            'timestamptz', 'interval', 'tsvector', 'tsquery', 'jsonb', 'jsonpath', 'name', 'oid',
            'bool', 'char', 'vector', 'halfvec', 'sparsevec', 'date')
        and o.oprnamespace = any('{pg_catalog,public}'::regnamespace[])
    order by o.oid
"""

HYBRID = """
    select pg_catalog.count(*) from pgrerank.hybrid_candidates_v1(
        %(collection)s::pg_catalog.uuid, %(model)s::pg_catalog.uuid,
        '[1,0,0]'::public.vector, %(query)s::pg_catalog.text,
        '{1:1}/268435456'::public.sparsevec, 10, %(chunks)s::pg_catalog.int8, 5,
        %(filter)s::pg_catalog.jsonpath, -1::pg_catalog.float8, %(tiered)s::pg_catalog.bool,
        0.9::pg_catalog.float8, 0.4::pg_catalog.float8, %(boost)s::pg_catalog.float8,
        %(fusion)s::pg_catalog.text, 60, 1::pg_catalog.float8, 1::pg_catalog.float8,
        1::pg_catalog.float8, 5, %(model)s::pg_catalog.uuid, 5
    )
"""
POSITIONS = """
    select pg_catalog.count(*) from pgrerank.leg_positions_v1(
        %(collection)s::pg_catalog.uuid, %(model)s::pg_catalog.uuid, '[1,0,0]'::public.vector,
        %(query)s::pg_catalog.text, '{1:1}/268435456'::public.sparsevec,
        %(filter)s::pg_catalog.jsonpath, 0.9::pg_catalog.float8, 0.4::pg_catalog.float8,
        %(boost)s::pg_catalog.float8
    )
"""
SEARCHES = [
    {"query": 'red "red fox" -cat fo*', "filter": None, "tiered": False, "boost": 1},
    {"query": "red fox", "filter": '$.a == "b"', "tiered": True, "boost": 2},
]
#: functions whose statements take each of SEARCHES
SEARCHING = {"hybrid_candidates_v1", "leg_positions_v1"}
#: for each function that runs as the owner, statements that run all of it
CALLS = {
    "api_key_candidates_v1": ["select pgrerank.api_key_candidates_v1('pgr_'::pg_catalog.text)"],
    "ensure_log_partitions_v1": ["select pgrerank.ensure_log_partitions_v1(24)"],
    "health_summary_v1": ["select pgrerank.health_summary_v1(true)"],
    "hybrid_candidates_v1": [HYBRID],
    "leg_positions_v1": [POSITIONS],
}


def facts(made):
    _, stored = made
    return {
        "collection": stored.collection_id,
        "model": UUID(int=1),
        "chunks": 1,
        "fusion": "rrf",
    }


def test_every_function_that_runs_as_the_owner_is_tried(server):
    with server.admin() as admin:
        assert {name for _, name in admin.execute(DEFINERS)} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_traps_in_the_way_of_a_function_of_the_owner_catch_nothing(intruder, made, name):
    variants = SEARCHES if name in SEARCHING else [{}]
    for variant in variants:
        for statement in CALLS[name]:
            try:
                intruder.connection.execute(statement, {**facts(made), **variant})
            except psycopg.errors.InsufficientPrivilege:
                assert intruder.role == "pgrerank_analyst"


def test_traps_in_the_way_of_a_view_catch_nothing(intruder, server):
    with server.admin() as admin:
        views = admin.execute(
            "select viewname from pg_views where schemaname = 'pgrerank_analytics'"
        ).fetchall()
    assert views
    for (name,) in views:
        try:
            run(intruder.connection, "select * from pgrerank_analytics.{}", name)
        except psycopg.errors.InsufficientPrivilege:
            assert intruder.role == "pgrerank_app"


def test_traps_in_the_way_of_a_policy_catch_nothing(intruder, server):
    with server.admin() as admin:
        policies = admin.execute(
            "select distinct tablename from pg_policies where schemaname = 'pgrerank'"
        ).fetchall()
    assert policies
    for (name,) in policies:
        with suppress(psycopg.errors.InsufficientPrivilege):
            run(intruder.connection, "select pg_catalog.count(*) from pgrerank.{}", name)


def test_the_same_traps_catch_a_function_with_an_empty_path(intruder, server):
    with server.admin() as admin:
        admin.execute(
            "create or replace function pgrerank.careless() returns text language plpgsql "
            "security definer set search_path = '' as $$ begin return 'x'::text; end $$"
        )
        admin.execute(f"grant execute on function pgrerank.careless() to {intruder.name}")

    with pytest.raises(psycopg.Error) as caught:
        intruder.connection.execute("select pgrerank.careless()")

    with server.admin() as admin:
        admin.execute("drop function pgrerank.careless()")
    assert caught.value.sqlstate == TRAP


@pytest.mark.parametrize(
    "statement",
    [
        "create temporary table document (id int)",
        "create function pg_temp.f() returns int language sql as 'select 1'",
        "create domain pg_temp.text as pg_catalog.text",
        "create schema hostile",
        "create function public.f() returns int language sql as 'select 1'",
        "create function pgrerank.f() returns int language sql as 'select 1'",
        "create table pgrerank_analytics.f (id int)",
        "create cast (text as integer) with inout as implicit",
        "create operator public.@@ (leftarg = text, rightarg = text, function = texteq)",
    ],
)
def test_logins_of_ours_create_nothing(server, login, statement):
    with (
        psycopg.connect(server.login_url(login)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_functions_that_pin_a_path_pin_the_one_that_is_safe(server):
    with server.admin() as admin:
        found = admin.execute(
            """
            select p.proname, coalesce(
                (select c from unnest(p.proconfig) as c where c like 'search_path=%'), ''
            )
            from pg_proc as p
            join pg_language as l on l.oid = p.prolang
            where p.pronamespace = any('{pgrerank,pgrerank_analytics}'::regnamespace[])
                and (p.prosecdef or l.lanname = 'plpgsql' or p.proconfig::text like '%search_path%')
            """
        ).fetchall()

    assert found
    assert {name: path for name, path in found if path != PATH} == {}


def test_other_functions_are_bound_to_names_when_they_are_made(server):
    """`begin atomic` and `return` bind names at creation: no text is parsed at call time."""
    with server.admin() as admin:
        found = admin.execute(
            """
            select p.proname from pg_proc as p join pg_language as l on l.oid = p.prolang
            where p.pronamespace = any('{pgrerank,pgrerank_analytics}'::regnamespace[])
                and l.lanname <> 'plpgsql' and p.prosqlbody is null
            """
        ).fetchall()

    assert found == []


def test_bodies_that_are_read_when_they_run_name_the_schema_of_every_table(server):
    with server.admin() as admin:
        bodies = admin.execute(
            """
            select p.proname, p.prosrc from pg_proc as p join pg_language as l on l.oid = p.prolang
            where p.pronamespace = any('{pgrerank,pgrerank_analytics}'::regnamespace[])
                and l.lanname = 'plpgsql'
            """
        ).fetchall()

    assert {name: loose for name, body in bodies if (loose := loose_tables(body))} == {}


def loose_tables(body):
    """Names after `from` and similar without a schema that are not functions, aliases or CTEs."""
    text = re.sub(r"--.*", "", body)
    common = set(re.findall(r"(\w+) as (?:materialized )?\(\s*(?:select|insert|delete)", text))
    named = re.findall(
        r"\b(?:from|join|into|update)\s+(?:only\s+)?([a-z_]\w*)\b(?!\s*[.(\w,;])", text
    )
    named += re.findall(r"\b(?:from|join)\s+([a-z_]\w*)\s+as\b", text)
    return set(named) - common - {"lateral"}
