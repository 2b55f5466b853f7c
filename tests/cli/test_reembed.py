"""From one embedder to another by commands: the packaged one, in one precision and in another."""

from dataclasses import replace

import pytest

MODEL = "all-MiniLM-L6-v2"


@pytest.fixture
def exact(cli):
    """Commands under the other embedder."""
    return replace(cli, environment=cli.environment | {"PGRERANK_PRECISION": "exact"})


def search(run):
    return run("search", "rotate a key", "-t", "acme", "-c", "moved", "--strategy=dense", "--json")


def test_collection_goes_over_to_another_embedder_and_back(cli, exact, tenant, tmp_path):
    (tmp_path / "keys.txt").write_text("Rotate an API key every month.")
    (tmp_path / "fruit.txt").write_text("Bananas are yellow and sweet.")
    place = ("-t", tenant, "-c", "moved")
    cli.well("collection", "add", "moved", "-t", tenant)
    cli.well("ingest", tmp_path, *place)

    early = search(exact)
    filled = exact.well("reembed", *place, "--model", MODEL)
    again = exact.well("reembed", *place, "--model", MODEL)
    assert early.exit_code == 1
    assert filled == f"Embedded 2 chunks of moved by {MODEL}.\n"
    assert again == f"Embedded 0 chunks of moved by {MODEL}.\n"

    cli.well("reembed", *place, "--cut-over")
    assert (search(cli).exit_code, search(exact).exit_code) == (0, 0)
    assert cli("ingest", tmp_path, *place).exit_code == 1
    exact.well("ingest", tmp_path, *place)
    assert "0 chunks came since" in cli.well("reembed", *place, "--roll-back")
    cli.well("ingest", tmp_path, *place)

    dropped = cli.well("reembed", *place, "--drop")
    assert dropped == "Removed 2 vectors of moved that were not in use.\n"
    assert (search(cli).exit_code, search(exact).exit_code) == (0, 1)


def test_step_that_does_not_fit_is_refused(cli, tenant):
    cli.well("collection", "add", "plain", "-t", tenant)

    refused = cli("reembed", "-t", tenant, "-c", "plain", "--cut-over")

    assert refused.exit_code == 1
    assert "`plain` has no second set of vectors that is ready" in refused.stderr
    assert cli("reembed", "-t", tenant, "-c", "plain").exit_code == 2
    assert cli("reembed", "-t", tenant, "--model", MODEL, "--drop").exit_code == 2
