import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from uuid_utils.compat import uuid7


@pytest.fixture
def ask(database, journal):
    """Runs a query as an analyst who may read the journal's tenant."""
    login = f"analyst_{uuid7().hex}"
    with database.admin() as admin:
        admin.execute(
            SQL("create role {} login in role pgrerank_analyst").format(Identifier(login))
        )
        admin.execute(
            "insert into pgrerank.analyst_grant (tenant_id, login) values (%s, %s)",
            [journal.shelf.tenant_id, login],
        )

    def rows(query, *parameters):
        with psycopg.connect(database.login_url(login), row_factory=dict_row) as connection:
            return connection.execute(query, parameters).fetchall()

    return rows
