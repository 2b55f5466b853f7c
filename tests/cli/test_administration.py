import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Cli


def test_tenant_is_made_listed_and_removed(cli):
    made = cli.json("tenant", "add", "short-lived")

    listed = cli.json("tenant", "list")
    cli.well("tenant", "remove", "short-lived", "--yes")

    assert made in listed
    assert made not in cli.json("tenant", "list")


def test_second_tenant_of_a_name_is_refused_in_one_line(cli):
    cli.well("tenant", "add", "twice")

    result = cli("tenant", "add", "twice")

    assert result.exit_code == 1
    assert result.stderr.startswith("pgrerank: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "kept", "shown"), [("200", 200, "200"), ("0", 0, "unlimited"), ("default", None, "")]
)
def test_quota_of_a_tenant_is_set_and_listed(cli, given, kept, shown):
    cli.well("tenant", "add", f"limited-{given}")

    changed = cli.json("tenant", "quota", f"limited-{given}", given)

    assert changed["pairs_per_second"] == kept
    assert changed in cli.json("tenant", "list")
    assert shown in cli.well("tenant", "list")


def test_what_the_log_of_a_tenant_keeps_is_set_and_listed(cli):
    cli("tenant", "add", "keeper")
    told = cli("tenant", "texts", "keeper", "--keep")
    listed = cli.json("tenant", "list")
    again = cli.json("tenant", "texts", "keeper", "--forget")

    assert "keeps the texts" in told.output
    assert {each["name"]: each["keep_texts"] for each in listed}["keeper"]
    assert not again["keep_texts"]


@pytest.mark.parametrize("wrong", ["-1", "many", "1.5"])
def test_quota_that_is_no_number_is_a_wrong_call(cli, wrong):
    assert cli("tenant", "quota", "acme", "--", wrong).exit_code == 2


def test_removal_asks_first(cli):
    cli.well("tenant", "add", "kept")

    result = cli("tenant", "remove", "kept", stdin="n\n")

    assert result.exit_code == 1
    assert "kept" in cli.well("tenant", "list")


@pytest.mark.parametrize(
    "command",
    [
        ["key", "list"],
        ["key", "add", "k"],
        ["collection", "list"],
        ["collection", "add", "c"],
        ["search", "x", "-c", "c"],
    ],
)
def test_unknown_tenant_is_named(cli, command):
    result = cli(*command, "--tenant", "nobody")

    assert result.exit_code == 1
    assert "There is no tenant `nobody`" in result.stderr


def test_key_is_shown_once_and_can_be_revoked(cli):
    cli.well("tenant", "add", "keyed")
    issued = cli.json("key", "add", "web", "-t", "keyed", "--scope", "ingest", "--expires", "90d")

    assert issued["secret"].startswith(issued["key"]["prefix"])
    assert issued["key"]["scopes"] == ["ingest"]
    assert issued["secret"] not in cli.well("key", "list", "-t", "keyed")
    assert "valid until" in cli.well("key", "list", "-t", "keyed")

    cli.well("key", "revoke", issued["key"]["id"], "-t", "keyed")

    (listed,) = cli.json("key", "list", "-t", "keyed")
    assert listed["revoked_at"] is not None
    assert "revoked" in cli.well("key", "list", "-t", "keyed")


def test_secret_stands_alone_on_standard_output(cli):
    cli.well("tenant", "add", "piped")

    result = cli("key", "add", "web", "-t", "piped")

    assert result.stdout.startswith("pgr_")
    assert len(result.stdout.split()) == 1
    assert "only its hash is stored" in result.stderr


@pytest.mark.parametrize("span", ["1y", "d", "-3d", "99999d", ""])
def test_odd_span_is_a_wrong_call(cli, span):
    result = cli("key", "add", "web", "-t", "any", "--expires", span)

    assert result.exit_code == 2


def test_analyst_reads_what_is_granted_until_it_is_revoked(cli):
    cli.well("tenant", "add", "watched")
    made = cli.json("login", "add", "ana", "--kind", "analyst", "--tenant", "watched")

    assert {"login": "ana", "tenant": "watched"} in cli.json("login", "list")
    with psycopg.connect(made["url"]) as connection:
        connection.execute("select count(*) from pgrerank_analytics.rerank_log")
    cli.well("login", "revoke", "ana", "--tenant", "watched")
    assert {"login": "ana", "tenant": "watched"} not in cli.json("login", "list")
    cli.well("login", "grant", "ana", "--tenant", "watched")
    assert "ana" in cli.well("login", "list")
    cli.well("login", "remove", "ana", "--yes")
    assert cli.json("login", "list") == []


def test_service_login_is_given_no_tenants(cli):
    assert cli("login", "add", "svc", "--tenant", "acme").exit_code == 2


def test_collection_is_made_listed_and_removed(cli):
    cli.well("tenant", "add", "collector")
    made = cli.json("collection", "add", "notes", "-t", "collector", "--text-search", "german")

    assert made["text_search"] == "german"
    assert cli.json("collection", "list", "-t", "collector") == [made]
    assert "notes" in cli.well("collection", "list", "-t", "collector")
    cli.well("collection", "remove", "notes", "-t", "collector", "--yes")
    assert cli.json("collection", "list", "-t", "collector") == []


def test_weighing_of_a_collection_is_chosen_changed_and_shown(cli):
    cli.well("tenant", "add", "weigher")
    made = cli.json(
        "collection", "add", "w", "-t", "weigher", "--k1", "1.2", "--fusion", "weighted"
    )

    changed = cli.json("collection", "set", "w", "-t", "weigher", "--b", "0.7", "--rrf-k", "20")

    assert (made["retrieval"]["k1"], made["retrieval"]["b"]) == (1.2, 0.4)
    assert changed["retrieval"] == made["retrieval"] | {"b": 0.7, "rrf_k": 20}
    assert cli.json("collection", "show", "w", "-t", "weigher") == changed
    assert cli.json("collection", "list", "-t", "weigher") == [changed]
    assert "weighted" in cli.well("collection", "show", "w", "-t", "weigher")


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["--k1", "-1"],
        ["--b", "1.1"],
        ["--fusion", "magic"],
        ["--dense-weight", "0", "--keyword-weight", "0", "--sparse-weight", "0"],
    ],
)
def test_weighing_that_cannot_be_is_a_wrong_call(cli, given):
    cli("tenant", "add", "misweigher")
    cli("collection", "add", "w", "-t", "misweigher")

    assert cli("collection", "set", "w", "-t", "misweigher", *given).exit_code == 2


def test_unmigrated_database_is_refused_with_the_command_that_mends_it(empty_cli, empty_database):
    with empty_database.admin() as connection:
        connection.execute("create extension vector")

    refused = empty_cli("migrate", "--check")

    assert refused.exit_code == 1
    assert "Run: pgrerank migrate" in refused.stderr
    assert "Run: pgrerank migrate" in empty_cli("tenant", "list").stderr
    empty_cli.well("migrate")
    assert "is at revision" in empty_cli.well("migrate", "--check")
    assert empty_cli.json("tenant", "list") == []


def test_unreachable_database_is_one_line(modelled):
    result = modelled("tenant", "list")

    assert result.exit_code == 1
    assert result.stderr.startswith("pgrerank: Postgres cannot be reached")


def test_maintenance_does_nothing_where_nothing_is_due(cli):
    cli.well("maintain")

    assert cli.json("maintain", "--keep-months", 2) == {
        "partitions": 0,
        "drift": 1,  # today is counted each time
        "words": 0,
        "titles": 0,
        "retention": [],
        "indexes": {"built": [], "dropped": []},
    }
    assert "indexes     none built, none dropped" in cli.well("maintain")


def test_maintenance_drops_old_months_of_the_log(cli, database):
    with database.admin() as connection:
        connection.execute(
            "create table pgrerank.rerank_log_200001 partition of pgrerank.rerank_log "
            "for values from ('2000-01-01Z') to ('2000-02-01Z')"
        )
        connection.execute("alter table pgrerank.rerank_log_200001 owner to pgrerank_owner")

    report = cli.json("maintain", "--keep-months", 1)

    assert report["retention"] == ["rerank_log_200001"]


def test_worker_does_every_chore_and_stops(cli):
    result = cli("worker", "--once", "--keep-months", "1200")

    assert result.exit_code == 0, result.output


def test_worker_says_what_it_does_and_when(cli):
    shown = cli.well("worker", "--list", "--keep-months", "12")

    assert "older than 12" in shown
    assert "5 0 * * *" in shown


def test_tenant_and_collection_may_stand_in_the_environment(cli):
    cli.well("tenant", "add", "surrounding")
    named = Cli(cli.environment | {"PGRERANK_TENANT": "surrounding", "PGRERANK_COLLECTION": "docs"})

    named.well("collection", "add", "docs")
    named.well("term", "add", "key")

    assert [each["name"] for each in named.json("collection", "list")] == ["docs"]
    assert named.json("term", "list") == cli.json("term", "list", "-t", "surrounding", "-c", "docs")
    assert cli("collection", "list").exit_code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_to_complete(shell):
    told = subprocess.run(
        [Path(sys.executable).with_name("pgrerank")],
        env=os.environ | {"_PGRERANK_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "_PGRERANK_COMPLETE" in told.stdout
