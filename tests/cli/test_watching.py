"""pgrerank drift and pgrerank reference."""

import json
import re

import pytest

PAIRS = [
    {"query": "rotate a key", "text": "Rotate an API key every month."},
    {"query": "rotate a key", "text": "Bananas are yellow."},
    {"query": "colour of a banana", "text": "Bananas are yellow."},
]


@pytest.fixture
def pairs(tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps(pair) + "\n" for pair in PAIRS))
    return file


def test_a_set_is_scored_and_compared_with_the_time_before(cli, tenant, pairs):
    kept = cli.well("reference", "set", "canary", pairs, "-t", tenant)

    [first] = cli.json("reference", "score", "canary", "-t", tenant)
    [second] = cli.json("reference", "score", "-t", tenant)
    [listed] = cli.json("reference", "list", "-t", tenant)

    assert "3 pairs" in kept
    assert (first["verdict"], first["compared_with"]) == ("first", None)
    assert (second["verdict"], second["pairs"]) == ("same", 3)
    assert second["largest_change"] < 1e-5  # batches may differ, and so may the rounding
    assert second["environment"]["torch"]
    assert (listed["name"], listed["verdict"]) == ("canary", "same")
    assert "canary" in cli.well("reference", "list", "-t", tenant)
    cli.well("reference", "remove", "canary", "-t", tenant, "--yes")
    assert cli.json("reference", "list", "-t", tenant) == []


def test_scores_that_changed_fail_the_command(cli, database, tenant, pairs):
    cli.well("reference", "set", "moved", pairs, "-t", tenant)
    cli.well("reference", "score", "moved", "-t", tenant)
    with database.admin() as admin:
        admin.execute("update pgrerank.reference_run set scores[1] = scores[1] + 1")

    result = cli("reference", "score", "moved", "-t", tenant)

    assert result.exit_code == 1
    assert "gives other scores than before: 1 of 3 pairs" in result.stdout
    cli.well("reference", "remove", "moved", "-t", tenant, "--yes")


def test_pairs_may_stand_between_tabs(cli, tenant, tmp_path):
    file = tmp_path / "pairs.tsv"
    file.write_text("a query\ta text\n\nanother\tother text\n")

    assert "2 pairs" in cli.well("reference", "set", "tabs", file, "-t", tenant)

    cli.well("reference", "remove", "tabs", "-t", tenant, "--yes")


@pytest.mark.parametrize(
    ("line", "problem"),
    [("{", "line 1"), ('{"query": "q"}', "line 1.*text"), ('{"query": "", "text": "t"}', "query")],
)
def test_a_line_that_is_no_pair_is_named(cli, tenant, tmp_path, line, problem):
    file = tmp_path / "pairs.jsonl"
    file.write_text(line + "\n")

    result = cli("reference", "set", "bad", file, "-t", tenant)

    assert result.exit_code == 1
    assert re.search(problem, result.stderr)


def test_pairs_come_from_a_file_or_from_the_log(cli, tenant, pairs):
    for arguments in (["--from-log", pairs], []):
        assert cli("reference", "set", "both", *arguments, "-t", tenant).exit_code == 2


def test_an_empty_log_has_no_pairs(cli, tenant):
    result = cli("reference", "set", "none", "--from-log", "-t", tenant)

    assert result.exit_code == 2
    assert "1 to 10000" in result.stderr


def test_nothing_to_score_is_said(cli, tenant):
    result = cli("reference", "score", "-t", tenant)

    assert result.exit_code == 1
    assert "reference set --help" in result.stderr


def test_drift_shows_every_check_and_fails_where_asked(cli, tenant, pairs):
    assert "nothing to tell" in cli.well("drift", "--tenant", "nobody")
    cli.well("reference", "set", "watched", pairs, "-t", tenant)
    cli.well("reference", "score", "watched", "-t", tenant)
    cli.well("search", "anything", "-t", tenant, "-c", "docs")

    found = {each["check_name"]: each for each in cli.json("drift", "-t", tenant)}

    assert found["reference"]["state"] == "ok"
    assert found["score_psi"]["state"] == "unknown"
    # The collection is too small to be reranked, which does not count as a failure.
    assert found["not_reranked"]["samples"] == 0
    assert "counted" not in found
    assert "score_psi" in cli.well("drift", "-t", tenant, "--no-count", "--fail-on", "warn")
    cli.well("reference", "remove", "watched", "-t", tenant, "--yes")


def test_the_worker_scores_sets(cli, tenant, pairs):
    cli.well("reference", "set", "nightly", pairs, "-t", tenant)

    cli.well("worker", "--once")

    [listed] = cli.json("reference", "list", "-t", tenant)
    assert listed["verdict"] == "first"
    cli.well("reference", "remove", "nightly", "-t", tenant, "--yes")
