"""Wrong arguments are reported before any model is loaded."""

import json
import socket
import subprocess
import sys

import pytest

from tests.cli.conftest import Cli

#: models that cannot be loaded: loading them fails with another message
UNLOADABLE = {
    "PGRERANK_EMBEDDER": "/no/such/embedder",
    "PGRERANK_RERANKER": "/no/such/reranker",
}
RANKING = "0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b"
PLACE = ("-t", "acme", "-c", "dcos")
ASK = """
import json, sys
from pgrerank.cli import main
try:
    main(sys.argv[1:])
except SystemExit as error:
    print(json.dumps([error.code, sorted(sys.modules)]))
"""


@pytest.fixture
def unloadable(cli, tenant):
    assert tenant == "acme"
    return Cli(cli.environment | UNLOADABLE)


@pytest.mark.parametrize(
    "command",
    [
        ("search", "q", *PLACE),
        ("judge", *PLACE),
        ("evaluate", *PLACE),
        ("sweep", *PLACE),
        ("tune", *PLACE),
        ("calibrate", *PLACE),
        ("replay", *PLACE),
        ("reembed", *PLACE, "--model", "/no/such/model"),
        ("reembed", *PLACE, "--drop"),
        ("train", *PLACE[:2], "--collection", "dcos", "--out", "trained"),
        ("collection", "tokens", "dcos", "-t", "acme"),
        ("collection", "show", "dcos", "-t", "acme"),
        ("collection", "set", "dcos", "-t", "acme", "--default-reranker"),
        ("collection", "remove", "dcos", "-t", "acme", "--yes"),
        ("term", "list", *PLACE),
        ("threshold", "remove", "strict", *PLACE),
    ],
    ids=" ".join,
)
def test_wrong_collection_is_told_before_models_load(unloadable, command):
    result = unloadable(*command)

    assert result.exit_code == 1
    assert "There is no collection `dcos`. Did you mean `docs`?" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("search", "q", "-t", "acne", "-c", "docs"),
        ("why", RANKING, "x", "-t", "acne"),
        ("reference", "score", "-t", "acne"),
        ("collection", "add", "more", "-t", "acne"),
        ("calibrate", "-t", "acne"),
        ("train", "-t", "acne", "--out", "trained"),
        ("key", "list", "-t", "acne"),
        ("tenant", "remove", "acne", "--yes"),
        ("tenant", "quota", "acne", "7"),
    ],
    ids=" ".join,
)
def test_wrong_tenant_is_told_before_models_load(unloadable, command):
    result = unloadable(*command)

    assert result.exit_code == 1
    assert "There is no tenant `acne`. Did you mean `acme`?" in result.stderr


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("why", RANKING, "x", "-t", "acme"), f"There is no ranking `{RANKING}`"),
        (("replay", RANKING, "-t", "acme"), f"There is no ranking `{RANKING}`"),
        (("replay", "-t", "acme", "-c", "docs"), "the log has no such search"),
        (("reference", "score", "-t", "acme"), "there is no set yet"),
        (("judge", "-t", "acme", "-c", "docs"), "the log has no search of this collection"),
        (("evaluate", "-t", "acme", "-c", "docs"), "docs: no query has a judgment"),
    ],
    ids=str,
)
def test_what_is_not_stored_is_told_before_models_load(unloadable, command, told):
    assert told in unloadable(*command).stderr


def test_names_of_models_are_looked_up_before_models_load(cli, tenant, tmp_path):
    file = tmp_path / "backends.toml"
    file.write_text('[reranker.cloud]\nurl = "http://127.0.0.1:1"\ndialect = "cohere"\n')
    backends = Cli(cli.environment | {"PGRERANK_BACKENDS": str(file)})
    misspelt = Cli(backends.environment | {"PGRERANK_RERANKER": "cluod"})

    searched = misspelt("search", "q", "-t", tenant, "-c", "docs")
    set_ = backends("collection", "set", "docs", "-t", tenant, "--reranker", "clod")
    added = backends("collection", "add", "new", "-t", tenant, "--reranker", "clod")

    assert "The model `cluod` cannot be used" in searched.stderr
    assert "Did you mean `cloud`?" in searched.stderr
    assert "there is no reranker named `clod`. Did you mean `cloud`?" in set_.stderr
    assert set_.stderr == added.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["search", "q", *PLACE],
        ["train", "-t", "acne", "--out", "trained"],
        ["reference", "score", "-t", "acne"],
    ],
    ids=" ".join,
)
def test_neither_torch_nor_alembic_is_imported_for_it(unloadable, command):
    asked = _asked(unloadable, command)

    assert asked[0] == 1
    assert {"torch", "transformers", "openvino", "alembic", "sqlalchemy"} & set(asked[1]) == set()


def test_port_that_is_taken_is_told_before_models_load(unloadable):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = unloadable("serve", "--port", port)

    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in result.stderr


def _asked(cli, command):
    """Exit code and imported modules of a separate process."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK, *command],
        env={"PATH": "", **cli.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(asked.stdout.splitlines()[-1])
