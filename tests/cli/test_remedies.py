"""Errors name the variable that is set wrongly, and a remedy that works."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest

from pgrerank.domain.errors import MissingExtensionError
from pgrerank.storage import startup
from tests.cli.conftest import Cli

SERVICE, ADMIN = "PGRERANK_DATABASE_URL", "PGRERANK_ADMIN_DATABASE_URL"
GONE = "postgresql://postgres@127.0.0.1:1/pgrerank"
CHECK = ("migrate", "--check")
RUN = "Run: pgrerank migrate"
RUN_AS_ADMINISTRATOR = f"Run with an administrator's URL in {ADMIN}: pgrerank migrate"


@dataclass(frozen=True)
class Place:
    """The URLs that a row of the table may set."""

    service: str
    admin: str
    stranger: str

    def environment(self, service: str | None, admin: str | None) -> dict[str, str | None]:
        named = {
            "service": self.service,
            "admin": self.admin,
            "stranger": self.stranger,
            "elsewhere": re.sub(r"/test_\d+", "/nowhere", self.admin),
            "gone": GONE,
            None: None,
        }
        return {SERVICE: named[service], ADMIN: named[admin], "HF_HUB_OFFLINE": "1"}


@pytest.fixture(scope="module")
def stranger(database):
    """A login that may do nothing."""
    name = f"stranger_{uuid4().hex}"
    with database.admin() as connection:
        connection.execute(f"create role {name} login")
    yield name
    with database.admin() as connection:
        connection.execute(f"drop role {name}")


@pytest.fixture
def place_in(request, database, stranger):
    """The URLs of the module's database, or of one of its own that a statement has changed."""

    def make(statement=""):
        own = request.getfixturevalue("fresh_database") if statement else database
        if statement:
            with own.admin() as connection:
                connection.execute(statement)
        return Place(own.service_url, own.admin_url, own.login_url(stranger))

    return make


UNMIGRATED = "drop schema pgrerank cascade"
NEWER = "update pgrerank.alembic_version set version_num = '9999'"
BARE = "drop extension vector cascade"
OLD = "update pg_extension set extversion = '0.7.4' where extname = 'vector'"


@pytest.mark.parametrize(
    "row",
    [  # settings, command, state of the database, expected words, words that must not appear
        ("service", "admin", CHECK, "", "is at revision", "not set"),
        (None, "admin", CHECK, "", f"{SERVICE} is not set, so no login", "pgrerank login add"),
        ("service", None, CHECK, "", "is at revision", "not set"),
        ("gone", None, CHECK, "", f"refused.*Check {SERVICE};", ADMIN),
        (None, "gone", CHECK, "", f"refused.*Check {ADMIN};", SERVICE),
        ("service", "gone", CHECK, "", f"refused.*Check {ADMIN};", SERVICE),
        ("gone", "admin", CHECK, "", f"refused.*Check {SERVICE};", ADMIN),
        (None, "gone", ("migrate",), "", f"refused.*Check {ADMIN};", SERVICE),
        ("gone", None, ("migrate",), "", f"refused.*Check {SERVICE};", ADMIN),
        (None, "gone", ("login", "list"), "", f"refused.*Check {ADMIN};", SERVICE),
        (None, "elsewhere", CHECK, "", f'"nowhere" does not exist.*Check {ADMIN};', SERVICE),
        ("service", "admin", CHECK, UNMIGRATED, rf"\(none\).*{RUN}", ADMIN),
        (None, "admin", CHECK, UNMIGRATED, rf"\(none\).*{RUN}", ADMIN),
        ("service", None, CHECK, UNMIGRATED, rf"\(none\).*{RUN_AS_ADMINISTRATOR}", RUN),
        ("service", "admin", ("login", "list"), UNMIGRATED, rf"\(none\).*{RUN}", ADMIN),
        ("service", "admin", CHECK, BARE, f"database lacks the extension pgvector. {RUN}", ADMIN),
        ("service", None, CHECK, BARE, f"lacks.*pgvector. {RUN_AS_ADMINISTRATOR}", RUN),
        (None, "admin", CHECK, OLD, r"0\.7\.4.*alter extension vector update", RUN),
        ("service", None, CHECK, OLD, r"0\.7\.4.*alter extension vector update", RUN),
        (None, "admin", CHECK, NEWER, "9999.*pip install --upgrade", RUN),
        ("service", None, CHECK, NEWER, "9999.*pip install --upgrade", RUN),
        ("stranger", "admin", CHECK, "", "not a member of pgrerank_app.*grant", RUN),
        ("admin", None, CHECK, "", f"superuser.*put the URL it prints in {SERVICE}", "not set"),
        (None, "admin", ("serve",), "", rf"superuser.*{SERVICE} is not set.*\$\(pgrerank login", RUN),
        ("service", None, ("login", "list"), "", f"{ADMIN}: is not set.*of {SERVICE} may not", RUN),
        ("service", "service", ("login", "list"), "", f"{ADMIN}: the login .* may not", "not set"),
        ("service", None, ("migrate",), "", f"may not migrate.*Set {ADMIN}", RUN),
        ("stranger", None, ("migrate",), "", f"may not migrate.*Set {ADMIN}", RUN),
    ],
)  # fmt: skip
def test_refusals_name_what_is_set(place_in, row):
    service, admin, command, state, said, unsaid = row

    result = Cli(place_in(state).environment(service, admin))(*command)

    assert re.search(said, result.output), result.output
    assert unsaid not in result.output
    assert "Traceback" not in result.output
    assert result.exit_code == (1 if "pgrerank: " in result.output else 0)


@pytest.mark.parametrize(
    ("service", "admin", "expected"),
    [
        ("service", None, {"administrator": "warn", "service login": "ok", "probe": "warn"}),
        (None, "admin", {"postgres": "ok", "service login": "fail"}),
        ("gone", None, {"administrator": "warn", "service login": "fail"}),
        (None, "gone", {"administrator": "fail", "service login": "fail"}),
    ],
)
def test_the_doctor_looks_at_what_it_may(place_in, service, admin, expected):
    environment = place_in().environment(service, admin)
    found = {
        finding["check"]: finding["state"]
        for finding in Cli(environment).json_even_if_it_fails("doctor")
    }

    assert {check: found[check] for check in expected} == expected
    assert "models" not in found


def test_the_embedded_server_is_no_variable(tmp_path):
    cli = Cli({SERVICE: None, ADMIN: None})
    unmade = cli("--data-dir", tmp_path, *CHECK)
    made = cli("--data-dir", tmp_path, "migrate")
    checked = cli("--data-dir", tmp_path, *CHECK)
    (tmp_path / "file").write_text("")
    unusable = cli("--data-dir", tmp_path / "file" / "below", *CHECK)

    assert RUN in unmade.output
    assert (made.exit_code, checked.exit_code) == (0, 0)
    assert unusable.exit_code == 1
    assert "PGRERANK_" not in unmade.output + unusable.output


def test_a_server_without_the_package_is_told_from_a_database_without_the_extension():
    with pytest.raises(MissingExtensionError, match=r"server lacks.*Install its package there"):
        startup.refuse_extension(None, is_packaged=False)
    with pytest.raises(MissingExtensionError, match="database lacks") as refused:
        startup.refuse_extension(None)

    assert "package" not in str(refused.value)
