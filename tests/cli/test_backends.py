"""Models behind another server, at the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.fixtures.other_server import Answer, Request, other_server
from tests.inference.remote.asking import reranker

EMBEDDER = '\n[embedder.vectors]\nurl = "{}"\ndialect = "openai"\nmodel = "e"\ndimensions = 2\n'
#: runs a command and prints which model libraries were imported
MODULES = """
import sys
from pgrerank.cli import main
try:
    main(sys.argv[1:])
finally:
    libraries = ("openvino", "torch", "transformers", "sentence_transformers")
    print([name for name in libraries if name in sys.modules], file=sys.stderr)
"""


def answered(request: Request) -> Answer:
    """Vectors for texts, and scores that like short documents."""
    if "input" in request.body:
        data = [{"index": i, "embedding": [1, i]} for i in range(len(request.body["input"]))]
        return Answer({"data": data})
    scores = [1 / len(text) for text in request.body["documents"]]
    return Answer({"results": [{"index": i, "relevance_score": s} for i, s in enumerate(scores)]})


@pytest.fixture
def url():
    with other_server(answered) as server:
        yield server.url


def with_file(cli: Cli, folder: Path, toml: str, **more: str) -> Cli:
    file = folder / "named.toml"
    file.write_text(toml)
    return Cli({**cli.environment, "PGRERANK_BACKENDS": str(file), **more})


def test_check_says_what_each_is_and_that_it_answers(modelled, url, tmp_path):
    cli = with_file(modelled, tmp_path, reranker(url) + EMBEDDER.format(url))

    found = cli.json("backend", "check")

    assert [(each["name"], each["kind"], each["problem"]) for each in found] == [
        ("other", "reranker", ""),
        ("vectors", "embedder", ""),
    ]
    assert found[0]["scores"] == "unit"
    assert len(found[0]["fingerprint"]) == 64
    assert "other" in cli.well("backend", "check", "other")


def test_check_asks_a_judge_for_a_grade(modelled, tmp_path):
    toml = '[judge.strict]\nurl = "{}"\ndialect = "openai"\nmodel = "m"\n'
    said = {"choices": [{"message": {"content": "3"}}]}
    with other_server(lambda _: Answer(said)) as server:
        found = with_file(modelled, tmp_path, toml.format(server.url)).json("backend", "check")
    silent = {"choices": [{"message": {"content": "Well."}}]}
    with other_server(lambda _: Answer(silent)) as server:
        result = with_file(modelled, tmp_path, toml.format(server.url))("backend", "check")

    [judge] = found
    assert (judge["kind"], judge["model"], judge["problem"]) == ("judge", "m", "")
    assert (result.exit_code, "states no grade" in result.stdout) == (1, True)


def test_check_fails_where_one_does_and_says_why(modelled, tmp_path):
    with other_server(lambda _: Answer(status=401)) as server:
        cli = with_file(modelled, tmp_path, reranker(server.url))
        result = cli("backend", "check", "--json")

    assert result.exit_code == 1
    assert "answered 401 Unauthorized" in result.stdout


def test_check_of_nothing_is_misuse(modelled, url, tmp_path):
    assert modelled("backend", "check").exit_code == 2
    result = with_file(modelled, tmp_path, reranker(url))("backend", "check", "nobody")
    assert result.exit_code == 2
    assert "nobody" in result.stderr


def test_reranker_of_the_settings_may_be_a_named_one(modelled, url, tmp_path):
    cli = with_file(modelled, tmp_path, reranker(url), PGRERANK_RERANKER="other")

    found = cli.json("rerank", "refund", "-", stdin="a long text\nshort\n")

    assert [each["text"] for each in found["results"]] == ["short", "a long text"]
    assert found["results"][0]["rerank_score"] == pytest.approx(1 / 5)


def test_log_of_a_command_is_not_among_its_answer(modelled, tmp_path):
    said = {"choices": [{"message": {"content": "[2] > [1]"}}]}
    with other_server(lambda _: Answer(said)) as server:
        toml = reranker(server.url, "rankgpt")
        cli = with_file(modelled, tmp_path, toml, PGRERANK_RERANKER="other")
        result = cli("rerank", "refund", "-", "--json", stdin="a long text\nshort\n")

    ordered = json.loads(result.stdout)["results"]
    assert [each["text"] for each in ordered] == ["short", "a long text"]
    assert "backend.listwise" in result.stderr


def test_collection_is_given_a_named_reranker_and_freed_of_it(cli, url, tmp_path):
    here = with_file(cli, tmp_path, reranker(url))
    here.well("tenant", "add", "named")
    here.well("collection", "add", "shelf", "-t", "named", "--reranker", "other")
    assert cli.json("collection", "show", "shelf", "-t", "named")["reranker"] == "other"

    freed = here.json("collection", "set", "shelf", "-t", "named", "--default-reranker")
    assert freed["reranker"] is None
    again = here.json("collection", "set", "shelf", "-t", "named", "--reranker", "other")
    assert again["reranker"] == "other"
    refused = here("collection", "set", "shelf", "-t", "named", "--reranker", "nobody")
    assert refused.exit_code != 0
    assert "there is no reranker named `nobody`" in refused.stderr


def test_options_of_collection_set_are_stored_all_or_none(cli, url, tmp_path):
    here = with_file(cli, tmp_path, reranker(url))
    here.well("tenant", "add", "whole")
    made = here.json("collection", "add", "shelf", "-t", "whole")
    change = ("collection", "set", "shelf", "-t", "whole", "--reranker", "other", "--k1", "2")
    weights = ("--dense-weight", "0", "--keyword-weight", "0", "--sparse-weight", "0")

    assert here(*change, *weights).exit_code == 2
    assert here.json("collection", "show", "shelf", "-t", "whole") == made
    changed = here.json(*change)
    assert (changed["reranker"], changed["retrieval"]["k1"]) == ("other", 2)


def test_no_model_is_loaded_here_where_all_are_elsewhere(modelled, url, tmp_path):
    cli = with_file(
        modelled,
        tmp_path,
        reranker(url) + EMBEDDER.format(url),
        PGRERANK_RERANKER="other",
        PGRERANK_EMBEDDER="vectors",
    )

    ran = subprocess.run(
        [sys.executable, "-c", MODULES, "rerank", "refund", "-", "--json"],
        env={"PATH": "", **cli.environment},
        input="a long text\nshort\n",
        capture_output=True,
        text=True,
        check=True,
    )

    assert '"short"' in ran.stdout
    assert ran.stderr.splitlines()[-1] == "[]"
