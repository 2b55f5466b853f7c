"""Commands that call a running service."""

import json
import subprocess
import sys

import httpx
import pytest

from pgrerank.client import Client, Document
from pgrerank.client.answers import RerankedDocument
from tests.cli.conftest import Cli
from tests.resilience.running import PATIENCE_S

HEAVY = {"torch", "transformers", "psycopg", "sqlalchemy", "litestar", "tokenizers"}
ASK = """
import json, sys
from pgrerank.cli import main
try:
    main(sys.argv[1:])
except SystemExit as error:
    print(json.dumps([error.code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def key(live) -> str:
    """A key of a tenant whose collection `docs` holds two texts."""
    secret = live.new_key()
    with Client(live.url, secret, timeout_s=PATIENCE_S) as client:
        client.put_collection("docs")
        texts = {"keys": "Rotate a key every month.", "fruit": "Bananas are sweet."}
        client.ingest("docs", [Document(id=name, text=text) for name, text in texts.items()])
    return secret


@pytest.fixture
def remote(live, key) -> Cli:
    """Commands that have no database and no models."""
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    return Cli(
        {
            "PGRERANK_DATABASE_URL": nowhere,
            "PGRERANK_EMBEDDER": "/no/such/embedder",
            "PGRERANK_URL": live.url,
            "PGRERANK_KEY": key,
        }
    )


def test_search_asks_the_service_and_shows_the_same(remote):
    shown = remote.well("search", "rotate keys", "-c", "docs", "--rerank", "always")

    assert shown.startswith(" 1  keys  keys, chunk 1\n    log-odds ")
    assert "\n    Rotate a key every month.\n" in shown
    assert "rerank: full, 2 of 2 candidates by late-interaction" in shown


def test_other_wordings_of_a_query_find_more(remote):
    place = ("-c", "docs", "--strategy", "keyword")
    alone = remote.json("search", "rotate", *place)
    also = remote.json("search", "rotate", *place, "--also", "bananas", "--also", "nothing")

    assert [each["document"]["id"] for each in alone["results"]] == ["keys"]
    assert {each["document"]["id"] for each in also["results"]} == {"keys", "fruit"}
    blank = remote("search", "rotate", *place, "--also", " ")
    assert "--also [0]: must not be blank" in blank.stderr


def test_a_tenant_of_the_environment_does_not_stand_in_the_way_of_the_service(remote):
    named = Cli(remote.environment | {"PGRERANK_TENANT": "any", "PGRERANK_COLLECTION": "docs"})

    assert named.json("search", "rotate keys")["results"][0]["document"]["id"] == "keys"


def test_search_prints_what_the_service_answers(remote, live, key):
    body = {"query": "rotate keys", "limit": 1, "rerank": "always"}
    answer = httpx.post(
        f"{live.url}/v1/collections/docs/search",
        json=body,
        headers={"Authorization": f"Bearer {key}"},
        timeout=PATIENCE_S,
    ).json()

    printed = remote.json("search", "rotate keys", "-c", "docs", "--limit", 1, "--rerank", "always")

    changing = {"id", "timings_ms"}
    assert printed.keys() | {"candidates"} == answer.keys() | {"candidates"}
    assert {k: v for k, v in printed.items() if k in answer and k not in changing} == {
        k: v for k, v in answer.items() if k not in changing
    }


def test_rerank_gives_what_the_models_of_this_process_give(remote, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_text("Bananas are sweet.\n\nRotate a key every month.\n")
    here = Cli({"HF_HUB_OFFLINE": "1"})

    asked = remote.json("rerank", "rotate keys", file)
    computed = here.json("rerank", "rotate keys", file)

    fields = set(RerankedDocument.__struct_fields__) - {"index"}
    assert [each["line"] for each in asked["results"]] == [3, 1]
    assert asked["results"][0].keys() == fields | {"line", "text"}
    for there, own in zip(asked["results"], computed["results"], strict=True):
        assert there == own | {
            name: pytest.approx(own[name], abs=1e-3) for name in ("rerank_score", "display_score")
        }


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        (("-c", "dcos"), {}, "Did you mean `docs`?"),
        (("-c", "docs"), {"PGRERANK_KEY": "pgr_wrong"}, "API key"),
        (("-c", "docs"), {"PGRERANK_KEY": ""}, "set PGRERANK_KEY"),
        (("-c", "docs", "--url", "http://127.0.0.1:1"), {}, "127.0.0.1:1"),
        (("-c", "docs", "-t", "acme", "--url", "http://127.0.0.1:1"), {}, "--tenant is for"),
        (("-c", "docs"), {"PGRERANK_URL": ""}, "name a tenant with --tenant"),
        (("-c", "docs", "--key", "k"), {"PGRERANK_URL": ""}, "--key goes with --url"),
        (("-c", "docs", "-t", "acme"), {}, "Postgres cannot be reached"),
    ],
    ids=str,
)
def test_what_goes_wrong_is_one_line(remote, arguments, changes, said):
    result = Cli(remote.environment | changes)("search", "q", *arguments)

    assert result.exit_code in {1, 2}
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_nothing_heavy_is_imported_to_ask(remote):
    asked = subprocess.run(
        [sys.executable, "-c", ASK, "search", "rotate keys", "-c", "docs"],
        env={"PATH": "", **remote.environment},
        capture_output=True,
        text=True,
        check=True,
    )

    code, modules = json.loads(asked.stderr.splitlines()[-1])
    assert code == 0
    assert HEAVY & set(modules) == set()
