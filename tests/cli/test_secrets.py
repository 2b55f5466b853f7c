"""No message, log line or traceback contains a secret, whatever fails."""

import json
import logging
import os
import re
import subprocess
import sys
from urllib.parse import quote

import click
import pytest
import structlog
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pgrerank.cli.command import Commands
from pgrerank.domain.errors import SettingsError
from pgrerank.inference.remote import backend
from pgrerank.observe import configure_logging
from pgrerank.settings import secrets
from tests.cli.conftest import Cli
from tests.fixtures.logs import logging_of_its_own

#: part of every password below; no piece of it may appear
MARK = "Zxqv"
#: libpq fails to connect at once
PLACES = ["", "127.0.0.1:1", "127.0.0.1:http", "127.0.0.1:70000", "[::1", "%zz", "a b:1"]
PASSWORDS = st.text("abZ09 @:/?#%&=+,'\"\\[]é\t", max_size=8).map(
    lambda text: f"{text}{MARK}{text}"
)
COMMANDS = [
    ("serve", "--port", "0"),
    ("migrate",),
    ("migrate", "--check"),
    ("maintain",),
    ("doctor", "--json"),
    ("worker", "--once"),
    ("login", "list", "--json"),
    ("login", "add", "x"),
    ("tenant", "list"),
    ("key", "list", "--tenant", "acme"),
    ("search", "what", "--tenant", "acme", "--collection", "docs"),
]


@st.composite
def urls(draw):
    """URLs as people mistype them."""
    password = draw(PASSWORDS)
    written = draw(st.sampled_from([password, quote(password, safe=""), quote(password)]))
    scheme = draw(st.sampled_from(["postgresql", "postgres", "postgresql+psycopg", "mysql", "://"]))
    user = draw(st.sampled_from(["a", "", "a%40b", "a/b", "é"]))
    place = draw(st.sampled_from(PLACES))
    rest = draw(
        st.sampled_from(["/d", "", "/d?schema=public", "?sslmode=no", "/d?connect_timeout=x"])
    )
    return draw(
        st.sampled_from(
            [
                f"{scheme}://{user}:{written}@{place}{rest}",
                # libpq reads the part after a comma as another host.
                f"{scheme}://{user}:{written.replace(',', '')}{rest}",
                f"{user}:{written}@{place}{rest}",
                f"{scheme}://{user}@127.0.0.1:1/d?password={written}&x=y",
                f"host=127.0.0.1 port=1 user={user} password={written}",
                f"host=127.0.0.1 port=1 user={user} password='{written}' schema=public",
            ]
        )
    )


@settings(max_examples=40)
@given(
    url=urls(),
    command=st.sampled_from(COMMANDS),
    variable=st.sampled_from(["PGRERANK_DATABASE_URL", "PGRERANK_ADMIN_DATABASE_URL"]),
)
@example(
    url=f"postgresql+psycopg://a:{MARK}@h/d",
    command=("serve",),
    variable="PGRERANK_DATABASE_URL",
)
@example(
    url=f"postgresql://a:{MARK}@h/d?schema=public",
    command=("serve",),
    variable="PGRERANK_DATABASE_URL",
)
@example(
    url=f"postgresql://a:12/{MARK}@127.0.0.1:1/d",
    command=("migrate",),
    variable="PGRERANK_ADMIN_DATABASE_URL",
)
def test_a_mistyped_url_is_refused_without_its_password(url, command, variable):
    result = Cli({variable: url.replace("\0", ""), "HF_HUB_OFFLINE": "1"})(*command)

    assert result.exit_code != 0
    assert MARK not in result.output


@pytest.mark.parametrize(
    ("command", "url"),
    [
        (("serve", "--port", "0"), f"postgresql+psycopg://a:{MARK}@h/d"),
        (("migrate",), f"postgresql://a:{MARK}@h/d?schema=public"),
        (("doctor",), f"postgresql://a:{MARK}@127.0.0.1:1/d"),
    ],
)
def test_a_process_of_its_own_says_no_password(command, url):
    done = subprocess.run(
        [sys.executable, "-m", "pgrerank", *command],
        env=os.environ | {"PGRERANK_DATABASE_URL": url, "HF_HUB_OFFLINE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "PGRERANK_DATABASE_URL" in done.stdout + done.stderr
    assert MARK not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", [f"{MARK}", f"{MARK}\n{MARK}-long-enough", "short"])
def test_a_token_that_is_refused_is_not_shown(value):
    result = Cli({"PGRERANK_OPERATOR_TOKEN": value})("migrate", "--check")

    assert result.exit_code != 0
    assert value not in result.output


def test_a_fault_of_ours_is_a_traceback_without_secrets():
    @click.command()
    def breaks():
        raise ValueError(f"no such thing: {os.environ['PGRERANK_DATABASE_URL']}")

    group = Commands("group", commands=[breaks])
    url = f'postgresql://a:{MARK}"quoted@h/d'
    with logging_of_its_own():
        result = CliRunner().invoke(group, ["breaks"], env={"PGRERANK_DATABASE_URL": url})

    assert result.exit_code == 1
    assert "ValueError: no such thing: postgresql://a:***@h/d" in result.output
    assert "fault of pgrerank" in result.output


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_log_line_shows_a_secret(form, capsys):
    key = 'pgr_"\\é' + MARK
    known = secrets({"COHERE_KEY": key, "PGRERANK_DATABASE_URL": f"postgresql://a:{MARK}%20@h/d"})
    with logging_of_its_own():
        configure_logging(form, "info", known)
        log = structlog.get_logger("pgrerank")
        log.info("asked", headers={"Authorization": f"Bearer {key}"}, url=f"://a:{MARK}%20@h")
        try:
            int(f"postgresql://a:{MARK}%20@h/d {key}")
        except ValueError:
            log.exception("failed")
            logging.getLogger("another.library").exception("failed with %s", key)
    said = capsys.readouterr().err

    assert said.count("failed") >= 2
    assert "***" in said
    assert MARK not in said


def test_a_name_that_is_no_secret_is_shown():
    assert secrets({"PGRERANK_DATABASE_URL": "postgresql://pgrerank:pgrerank@pgrerank/x"}) == set()


def test_a_backend_holds_no_secret_in_its_address(tmp_path):
    file = tmp_path / "backends.toml"
    file.write_text(f'[reranker.a]\nurl = "https://user:{MARK}@host"\ndialect = "cohere"\n')

    with pytest.raises(SettingsError, match="key_env") as refused:
        backend.read(file)

    assert MARK not in str(refused.value)


@pytest.mark.parametrize("key", [f"{MARK}\n", f"{MARK} {MARK}", f"{MARK}\nX-Header: 1", f"{MARK}é"])
def test_a_key_that_no_header_can_carry_is_refused_without_it(key, tmp_path):
    file = tmp_path / "backends.toml"
    file.write_text('[reranker.a]\nurl = "https://host"\ndialect = "cohere"\nkey_env = "A_KEY"\n')
    result = Cli({"PGRERANK_BACKENDS": str(file), "A_KEY": key})("backend", "check")

    assert result.exit_code == 1
    assert "A_KEY" in result.output
    assert MARK not in result.output


def test_a_new_key_is_said_once_and_only_on_standard_output(cli, tenant):
    result = cli("key", "add", "said-once", "--tenant", tenant)
    [secret] = re.findall(r"pgr_\S+", result.stdout)

    assert secret not in result.stderr
    listed = cli("key", "list", "--tenant", tenant, "--json").output
    assert secret not in listed
    assert "said-once" in json.dumps(json.loads(listed))
