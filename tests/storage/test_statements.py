"""SQL texts are divided as PostgreSQL reads them."""

import pytest
from psycopg.pq import ExecStatus

from pgrerank.storage import sqlfile, statements

FILES = sorted(
    path
    for pattern in ("*.sql", "[bfpv]*/*.sql")
    for path in sqlfile.sql_dir().glob(pattern)
    if path.name != "schema.sql"
)
FUNCTION = (
    "create function f() returns int begin atomic select case when true then 1 end; select 2; end;"
)
CASE = "select case 1 when 2 then 3 end;"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("-- nothing; at all\n", []),
        ("select 1; select 2;", ["select 1;", "select 2;"]),
        ("-- a; b\nselect ';', \"x;y\", 'it''s;';", ["-- a; b\nselect ';', \"x;y\", 'it''s;';"]),
        ("do $$ begin; end $$; select 1;", ["do $$ begin; end $$;", "select 1;"]),
        ("select $a$ $$;$$ ; $a$; select 1;", ["select $a$ $$;$$ ; $a$;", "select 1;"]),
        (f"{FUNCTION} {CASE}", [FUNCTION, CASE]),
        ("BEGIN ATOMIC select 1; END; commit;", ["BEGIN ATOMIC select 1; END;", "commit;"]),
    ],
)
def test_text_is_divided_at_the_ends_of_statements(text, expected):
    assert list(statements.split(text)) == expected


def test_text_without_a_last_semicolon_is_refused():
    with pytest.raises(ValueError, match="no semicolon ends: select 2"):
        list(statements.split("select 1; select 2"))


def test_each_statement_of_our_files_is_one_command(database):
    """PostgreSQL prepares a single complete command only."""
    with database.admin() as admin:
        admin.autocommit = True
        refused = {
            f"{path.name}: {statement[:60]}": result.error_message.decode()
            for path in FILES
            for statement in statements.split(path.read_text())
            if (result := admin.pgconn.prepare(b"", statement.encode())).status
            != ExecStatus.COMMAND_OK
        }

    assert len(FILES) > 100
    assert refused == {}
