"""Privileges from the catalogue: a new grant must be listed here."""

import pytest

#: these bypass row-level security; each says why in its file
DEFINERS = {
    "api_key_candidates_v1",
    "ensure_log_partitions_v1",
    "health_summary_v1",
    "hybrid_candidates_v1",
    "leg_positions_v1",
}
ALL = "delete insert select update"
TABLES = {
    "pgrerank_app": {
        "alembic_version": "select",
        "api_key": "insert select",
        "calibration": "delete insert select",
        "calibration_point": "insert select",
        "calibration_sample": "insert select",
        "chunk": ALL,
        "chunk_embedding": ALL,
        "chunk_tokens": ALL,
        "chunk_weights": ALL,
        "collection": ALL,
        "collection_size": "insert select update",
        "collection_word": "insert select update",
        "document": ALL,
        "enrichment": ALL,
        "related_list": ALL,
        "eval_metric": "insert select",
        "eval_query": "insert select",
        "eval_run": "insert select",
        "judged_quality": "select",
        "judgment": "delete insert select",
        "model": "insert select",
        "reference_run": "insert select",
        "reference_set": ALL,
        "rerank_log": "insert select",
        "score_daily": "select",
        "tenant": "select",
        "threshold": ALL,
    },
    "pgrerank_analyst": {
        "analyst_grant": "select",
        "calibration": "select",
        "calibration_point": "select",
        "calibration_sample": "select",
        "chunk": "select",
        "chunk_embedding": "select",
        "chunk_tokens": "select",
        "chunk_weights": "select",
        "collection": "select",
        "collection_size": "select",
        "collection_word": "select",
        "document": "select",
        "enrichment": "select",
        "related_list": "select",
        "eval_metric": "select",
        "eval_query": "select",
        "eval_run": "select",
        "judged_quality": "select",
        "judgment": "select",
        "model": "select",
        "reference_run": "select",
        "reference_set": "select",
        "rerank_log": "select",
        "score_daily": "select",
        "tenant": "select",
        "threshold": "select",
    },
}


@pytest.fixture(scope="module")
def ask(database):
    with database.admin() as connection:
        yield lambda question, *values: connection.execute(question, values).fetchall()


@pytest.mark.parametrize("role", TABLES)
def test_tables_are_granted_as_listed(ask, role):
    found = ask(
        """
        select table_name, string_agg(lower(privilege_type), ' ' order by privilege_type)
        from information_schema.table_privileges
        where grantee = %s and table_schema = 'pgrerank'
        group by table_name
        """,
        role,
    )

    assert dict(found) == TABLES[role]


def test_service_may_revoke_keys_and_change_nothing_else_of_them(ask):
    found = ask(
        """
        select column_name from information_schema.column_privileges
        where grantee = 'pgrerank_app' and table_name = 'api_key' and privilege_type = 'UPDATE'
        """
    )

    assert found == [("revoked_at",)]


def test_only_listed_functions_look_past_row_level_security(ask):
    found = ask(
        "select proname from pg_proc "
        "where pronamespace = 'pgrerank'::regnamespace and prosecdef order by 1"
    )

    assert {name for (name,) in found} == DEFINERS


def test_functions_that_look_past_it_pin_their_search_path(ask):
    loose = ask(
        "select proname from pg_proc where pronamespace = 'pgrerank'::regnamespace and prosecdef "
        "and not 'search_path=pg_catalog, pg_temp' = any(coalesce(proconfig, '{}'))"
    )

    assert loose == []


def test_nothing_is_granted_to_everyone(ask):
    functions = ask(
        """
        select p.proname from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as g
        where p.pronamespace in ('pgrerank'::regnamespace, 'pgrerank_analytics'::regnamespace)
            and g.grantee = 0
        """
    )
    relations = ask(
        """
        select c.relname from pg_class as c, aclexplode(c.relacl) as g
        where c.relnamespace in ('pgrerank'::regnamespace, 'pgrerank_analytics'::regnamespace)
            and g.grantee = 0
        """
    )

    assert functions == []
    assert relations == []


def test_owner_owns_all_and_the_other_roles_nothing(ask):
    owners = ask(
        """
        select distinct pg_get_userbyid(owner) from (
            select relowner, relnamespace from pg_class
            union all select proowner, pronamespace from pg_proc
            union all select nspowner, oid from pg_namespace
        ) as owned (owner, namespace)
        where namespace in ('pgrerank'::regnamespace, 'pgrerank_analytics'::regnamespace)
        """
    )

    assert owners == [("pgrerank_owner",)]


def test_our_roles_cannot_log_in_or_escalate(ask):
    found = ask(
        """
        select rolname from pg_roles
        where rolname like 'pgrerank%%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)
        """
    )
    logins = ask("select rolname from pg_roles where rolname like 'pgrerank%%' and rolcanlogin")

    assert found == []
    assert logins == [("pgrerank_service",)]


def test_service_and_analysts_create_nothing(ask):
    found = ask(
        """
        select r.rolname, n.nspname
        from pg_roles as r, pg_namespace as n
        where r.rolname in ('pgrerank_app', 'pgrerank_analyst', 'pgrerank_service')
            and has_schema_privilege(r.oid, n.oid, 'create')
            and n.nspname not like 'pg_temp%%'
        """
    )

    assert found == []


def test_views_read_with_the_rights_of_their_reader(ask):
    found = ask(
        """
        select relname from pg_class
        where relnamespace in ('pgrerank'::regnamespace, 'pgrerank_analytics'::regnamespace)
            and relkind = 'v'
            and not 'security_invoker=true' = any(coalesce(reloptions, '{}'))
        """
    )

    assert found == []
