"""Whatever the arguments, a function answers quickly or raises an error with the reason."""

from itertools import chain
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

INTEGERS = [-(2**31), -1, 0, 1, 2**31 - 1, None]
BIG_INTEGERS = [-(2**63), -1, 0, 2**63 - 1, None]
NUMBERS = ["NaN", "Infinity", "-Infinity", -1e308, 1e308, 1e-308, 0, None]
LONG = list(range(3_000))
#: values tried for each type; the first is used while another argument is tried
VALUES = {
    "integer": [10, *INTEGERS],
    "bigint": [100, *BIG_INTEGERS],
    "double precision": [0.5, *NUMBERS],
    "boolean": [True, False, None],
    "date": ["2026-01-01", "infinity", "-infinity", "4714-11-24 BC", "5874897-12-31", None],
    "text": ["red fox", "", "x" * 200_000, '"' * 5_000, "-" * 5_000, None],
    "uuid": [UUID(int=1), None],
    "jsonpath": [None, "$.a == 1", '$.** like_regex "(a*)*$"'],
    "vector": ["[1,0,0]", "[0,0,0]", None],
    "sparsevec": ["{1:1}/268435456", "{}/268435456", None],
    "tsvector": ["'fox':1", "", None],
    "tsvector[]": [["'fox':1"], [], ["'fox':1"] * 3_000, [None], None],
    "text[]": [["a", "b"], [], ["x"] * 3_000, [None], None],
    "real[]": [[1.0, 2.0], [], [float("nan"), float("inf")], [1e38] * 3_000, None],
    "uuid[]": [[UUID(int=1)], [], [UUID(int=i) for i in LONG], [None], None],
    "integer[]": [[1, 0, 2], [], [2**31 - 1] * 3_000, [None], None],
    "bigint[]": [[5, 5], [], [2**62, 2**62], [-1, 1], [0, 0], [None], None],
    "double precision[]": [
        [1.0, 2.0],
        [],
        [float(i) for i in LONG],
        [float("nan"), float("inf")],
        [1e308, -1e308],
        [None],
        None,
    ],
}
GRANTED = """
    select p.oid::regproc::text, array(
        select pg_catalog.format_type(t.type, null)
        from unnest(p.proargtypes) with ordinality as t (type, place) order by t.place
    )
    from pg_catalog.pg_proc as p
    where p.pronamespace = any('{pgrerank,pgrerank_analytics}'::regnamespace[])
        and p.prorettype <> 'trigger'::regtype
        and has_function_privilege(%s, p.oid, 'execute')
    order by 1
"""
#: the argument is wrong (ours, or data exceptions of Postgres), there is no such calibration, or the
#: role may not read what the function reads
REFUSALS = ("PR001", "22", "PGR0", "42501")
BOUNDED = [
    ("pgrerank_analyst", "pgrerank_analytics.psi_v1('{1,2}', '{1,2}', 2147483647)", "groups"),
    ("pgrerank_analyst", "pgrerank_analytics.psi_v1('{1,2}', '{1,2}', 0)", "groups"),
    ("pgrerank_analyst", "pgrerank_analytics.precision_at_k_v1('{1}', 0)", "k"),
    ("pgrerank_analyst", "pgrerank_analytics.ndcg_at_k_v1('{1}', '{1}', -1)", "k"),
    ("pgrerank_analyst", "pgrerank_analytics.recall_at_k_v1('{1}', '{1}', 1000001)", "k"),
    ("pgrerank_analyst", "pgrerank_analytics.score_bin_low_v1(402)", "bin"),
    (
        "pgrerank_analyst",
        "pgrerank_analytics.kendall_tau_v1(array_fill(1, '{2001}'), array_fill(1, '{2001}'))",
        "length of first",
    ),
    ("pgrerank_app", "pgrerank.ensure_log_partitions_v1(25)", "months_ahead"),
]


@pytest.fixture(scope="module", params=["pgrerank_app", "pgrerank_analyst"])
def role(request):
    return request.param


@pytest.fixture(scope="module")
def caller(database):
    """Makes a connection that acts as a role, with limits on time and memory."""
    with psycopg.connect(database.admin_url, autocommit=True) as connection:

        def act(role):
            connection.execute("reset role")
            connection.execute("set search_path = public")
            connection.execute(f"set role {role}")
            connection.execute("set statement_timeout = '10s'")
            connection.execute(
                "select set_config('pgrerank.tenant_id', %s, false)", [str(UUID(int=7))]
            )
            return connection

        yield act


def calls(types):
    """Argument lists that vary one argument over all values of its type, the others default."""
    plain = [VALUES[kind][0] for kind in types]
    return [plain] + [
        [*plain[:place], value, *plain[place + 1 :]]
        for place, kind in enumerate(types)
        for value in VALUES[kind][1:]
    ]


def outcome(connection, function, types, arguments):
    """The SQLSTATE of the error; None: the function answered."""
    slots = sql.SQL(", ").join(sql.SQL(f"%s::{kind}") for kind in types)
    statement = sql.SQL("select * from {}({})").format(sql.SQL(function), slots)
    try:
        connection.execute(statement, arguments)
    except psycopg.Error as error:
        return error.sqlstate or type(error).__name__
    return None


def test_every_call_is_answered_soon_or_refused_for_its_argument(caller, role):
    connection = caller(role)
    functions = connection.execute(GRANTED, [role]).fetchall()
    assert len(functions) > 15
    wrong = [
        (function, state, [str(each)[:40] for each in arguments])
        for function, types in functions
        for arguments in calls(types)
        if (state := outcome(connection, function, types, arguments)) is not None
        and not state.startswith(REFUSALS)
    ]

    assert wrong == []


@pytest.mark.parametrize(("role_name", "call", "argument"), BOUNDED)
def test_refusal_names_the_argument_and_its_bounds(caller, role_name, call, argument):
    connection = caller(role_name)

    with pytest.raises(psycopg.Error, match=rf"^{argument} must be from .* to .*, not ") as refused:
        connection.execute(f"select {call}")

    assert refused.value.sqlstate == "PR001"


def test_all_types_that_are_taken_are_tried(caller, role):
    connection = caller(role)
    taken = set(chain.from_iterable(types for _, types in connection.execute(GRANTED, [role])))

    assert taken - set(VALUES) == set()


@pytest.mark.parametrize("score", [None, float("nan")])
def test_no_score_lies_in_no_bin(caller, score):
    connection = caller("pgrerank_analyst")
    [(found,)] = connection.execute("select pgrerank_analytics.score_bin_v1(%s)", [score])

    assert found is None
