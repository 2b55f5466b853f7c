import psycopg
import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.storage import admin, startup
from pgrerank.storage.admin import Grant, LoginKind
from tests.fixtures import rows


@pytest.fixture
async def name(database):
    """A login name with every character that needs quoting; dropped after the test."""
    name = f'o\'Hara "{uuid7().hex}" /@:%'
    yield name
    with database.admin() as connection:
        found = connection.execute("select 1 from pg_roles where rolname = %s", [name])
        if found.fetchone():
            await admin.remove_login(database.admin_url, name)


async def test_login_of_the_service_passes_the_startup_checks(database, name):
    url = await admin.add_login(database.admin_url, name, LoginKind.APP)

    await startup.verify(url)

    with psycopg.connect(url) as connection:
        assert connection.info.user == name
        assert connection.info.dbname == database.name


async def test_password_is_random_and_stored_hashed(database, name):
    url = await admin.add_login(database.admin_url, name, LoginKind.APP)
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]

    with database.admin() as connection:
        stored = connection.execute("select rolpassword from pg_authid where rolname = %s", [name])
        [verifier] = stored.fetchone()

    assert len(password) >= 32
    assert verifier.startswith("SCRAM-SHA-256$")


async def test_analyst_reads_the_tenants_it_was_given(database, name):
    seen, unseen = database.new_tenant("seen"), database.new_tenant("unseen")
    with database.admin() as connection:
        rows.store_log(connection, seen)
        rows.store_log(connection, unseen)

    url = await admin.add_login(database.admin_url, name, LoginKind.ANALYST, tenants=["seen"])

    with psycopg.connect(url) as connection:
        assert rows.owners(connection, "rerank_log") == {seen}


async def test_grants_are_given_listed_and_taken_back(database, name):
    database.new_tenant("north")
    await admin.add_login(database.admin_url, name, LoginKind.ANALYST)

    await admin.grant(database.admin_url, name, "north")
    await admin.grant(database.admin_url, name, "north")
    listed = await admin.grants(database.admin_url)
    await admin.revoke(database.admin_url, name, "north")

    assert [each for each in listed if each.login == name] == [Grant(login=name, tenant="north")]
    assert name not in {each.login for each in await admin.grants(database.admin_url)}
    with pytest.raises(NotFoundError):
        await admin.revoke(database.admin_url, name, "north")


async def test_removed_login_takes_its_grants_along(database, name):
    database.new_tenant("south")
    url = await admin.add_login(database.admin_url, name, LoginKind.ANALYST, tenants=["south"])

    await admin.remove_login(database.admin_url, name)

    assert name not in {each.login for each in await admin.grants(database.admin_url)}
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


async def test_name_can_be_taken_once(database, name):
    await admin.add_login(database.admin_url, name, LoginKind.APP)

    with pytest.raises(ConflictError, match="already"):
        await admin.add_login(database.admin_url, name, LoginKind.APP)


async def test_unknown_tenant_leaves_no_login_behind(database, name):
    with pytest.raises(NotFoundError, match="nowhere"):
        await admin.add_login(database.admin_url, name, LoginKind.ANALYST, tenants=["nowhere"])

    with pytest.raises(NotFoundError):
        await admin.remove_login(database.admin_url, name)


async def test_service_login_is_granted_no_tenant(database, name):
    database.new_tenant("west")
    await admin.add_login(database.admin_url, name, LoginKind.APP)

    with pytest.raises(NotFoundError, match="login"):
        await admin.grant(database.admin_url, name, "west")


async def test_role_that_is_not_ours_is_not_dropped(database):
    with pytest.raises(NotFoundError, match="postgres"):
        await admin.remove_login(database.admin_url, "postgres")


@pytest.mark.parametrize("name", ["", "n" * 64, "é" * 32])
async def test_name_that_postgres_would_cut_is_refused(database, name):
    with pytest.raises(InvalidRequestError, match="63"):
        await admin.add_login(database.admin_url, name, LoginKind.APP)


@pytest.mark.parametrize(
    ("admin_url", "made"),
    [
        (
            "postgresql://root:secret@db.example:6543/search?sslmode=require",
            "postgresql://ana:p%2Fw@db.example:6543/search?sslmode=require",
        ),
        (
            "host=db.example user=root dbname=search",
            "postgresql://ana:p%2Fw@db.example:5432/search",
        ),
        (
            "postgresql://root@/search?host=/run/postgres",
            "postgresql://ana:p%2Fw@/search?host=/run/postgres",
        ),
        (
            "postgresql://root@a:1,b:2/search",
            "postgresql://ana:p%2Fw@/search?host=a,b&port=1,2",
        ),
    ],
)
def test_url_of_a_login_leads_to_the_same_database(admin_url, made):
    assert admin.login_url(admin_url, "ana", "p/w") == made
