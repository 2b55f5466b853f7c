"""Commands that manage what a tenant has, in the database and at a service: they do the same."""

import json
from pathlib import Path
from uuid import uuid4

import click
import pytest

from pgrerank.cli import main
from pgrerank.cli.deferred import DeferredCommand
from pgrerank.client import Client
from tests.cli.conftest import ANIMALS, Cli
from tests.resilience.running import PATIENCE_S

NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"


@pytest.fixture(scope="module")
def live_admin(live):
    return live.new_key(scopes=("search", "ingest", "admin"))


@pytest.fixture(scope="module", params=["database", "service"])
def place(request, cli):
    """Commands of a tenant of their own, without options for the place."""
    if request.param == "database":
        tenant = f"managed-{uuid4().hex[:8]}"
        cli.well("tenant", "add", tenant)
        return Cli({**cli.environment, "PGRERANK_TENANT": tenant})
    live, key = request.getfixturevalue("live"), request.getfixturevalue("live_admin")
    return Cli(
        {
            "PGRERANK_DATABASE_URL": NOWHERE,
            "PGRERANK_EMBEDDER": "/no/such/embedder",
            "PGRERANK_URL": live.url,
            "PGRERANK_KEY": key,
        }
    )


@pytest.fixture
def name():
    """Name of a collection that does not exist."""
    return f"docs-{uuid4().hex[:8]}"


@pytest.fixture
def docs(place, name):
    """Commands whose collection is an empty one."""
    place.well("collection", "add", name)
    return Cli({**place.environment, "PGRERANK_COLLECTION": name})


def test_collection_is_made_changed_shown_listed_and_removed(place, name):
    made = place.json("collection", "add", name, "--text-search", "german", "--k1", "1.4")
    said = place.well("collection", "show", name)
    changed = place.json("collection", "set", name, "--title-boost", "3", "--default-reranker")
    listed = place.json("collection", "list")
    place.well("collection", "remove", name, "--yes")

    assert (made["text_search"], made["retrieval"]["k1"]) == ("german", 1.4)
    assert "german" in said
    assert changed["retrieval"] == {**made["retrieval"], "title_boost": 3.0}
    assert name in [each["name"] for each in listed]
    assert name not in [each["name"] for each in place.json("collection", "list")]
    refused = place("collection", "show", name)
    assert (refused.exit_code, "no collection" in refused.stderr) == (1, True)


def test_boosts_by_fields_are_added_listed_and_removed(docs):
    docs.well("term", "field", "made", "--half-life", "30")
    both = docs.json("term", "field", "stars", "--worst", "0", "--best", "5")
    listed = docs.json("term", "fields")
    left = docs.json("term", "remove-field", "made")
    refused = docs("term", "remove-field", "star")
    docs.well("term", "remove-field", "stars")

    assert (
        both
        == listed
        == {
            "made": {"weight": 0.5, "half_life_days": 30},
            "stars": {"weight": 0.5, "worst": 0, "best": 5},
        }
    )
    assert list(left) == ["stars"]
    assert refused.exit_code == 2
    assert "`stars`" in refused.stderr


def test_terms_are_added_listed_and_removed(docs):
    docs.well("term", "add", "pgvector=0.8", "WAL")
    added = docs.json("term", "add", "wal=0.3")
    left = docs.json("term", "remove", "PGVECTOR")
    refused = docs("term", "remove", "wall")

    assert added == {"pgvector": 0.8, "wal": 0.3}
    assert left == {"wal": 0.3} == docs.json("term", "list")
    assert (refused.exit_code, "no term `wall`" in refused.stderr) == (2, True)


def test_keys_are_made_listed_and_revoked(place):
    made = place.json("key", "add", "site", "--scope", "ingest", "--expires", "2d")
    said = place.well("key", "add", "other")
    place.well("key", "revoke", made["key"]["id"])
    listed = {each["name"]: each for each in place.json("key", "list")}

    assert made["secret"].startswith(made["key"]["prefix"])
    assert (made["key"]["scopes"], said[:4]) == (["ingest"], "pgr_")
    assert listed["site"]["revoked_at"]
    assert "secret" not in listed["site"]
    assert "revoked" in place.well("key", "list")


def test_threshold_is_set_listed_shown_and_removed(docs, name):
    stored = docs.json("threshold", "set", "browse", "--min-relevance", "0.25")
    shown = docs.json("threshold", "show", "browse")
    said = docs.well("threshold", "show", "browse")
    listed = [each for each in docs.json("threshold", "list") if each["collection"] == name]
    docs.well("threshold", "remove", "browse")
    gone = docs("threshold", "show", "browse")

    assert (stored["name"], stored["min_relevance"]) == ("browse", 0.25)
    assert [shown] == listed
    assert (shown["min_relevance"], shown["precision"]) == (0.25, None)
    assert "cuts relevance below" in said
    assert gone.stderr.startswith(f"pgrerank: there is no threshold `browse` in `{name}`")
    assert gone.exit_code == 1


def test_precision_needs_a_calibration(docs):
    refused = docs("threshold", "set", "sure", "--precision", "0.9")

    assert (refused.exit_code, "pgrerank calibrate" in refused.stderr) == (1, True)


def test_judged_animals_are_imported_calibrated_and_explained(docs, animals, name):
    docs.well("ingest", animals / "corpus.jsonl")
    imported = docs.json("judgment", "import", animals / "qrels" / "test.tsv", "--by", "ann")
    again = docs.json("judgment", "import", animals / "qrels" / "test.tsv", "--by", "ann")
    fitted = docs.json("calibrate", "-c", name, "--unjudged", "irrelevant", "--depth", "10")
    listed = docs.json("calibration", "list", "-c", name)
    shown = docs.json("calibration", "show", fitted["id"])
    said = docs.well("calibration", "show", fitted["id"])
    search = docs.json("search", "walrus food", "--rerank", "always")
    why = docs.json("why", search["id"], "walrus")
    told = docs.well("why", search["id"], "walrus")
    docs.well("calibration", "delete", fitted["id"], "--yes")

    assert (imported["added"], again["added"]) == (len(ANIMALS), 0)
    assert (fitted["queries"], fitted["depth"]) == (len(ANIMALS), 10)
    assert shown == fitted
    assert listed == [{**fitted, "points": None}]
    assert "calibration error" in said
    assert search["results"][0]["scores"]["relevance"] is not None
    assert (why["stage"], why["document"]) == ("returned", "walrus")
    assert "walrus: returned: it is result 1 of" in told
    assert docs.json("calibration", "list", "-c", name) == []


def test_judgments_are_listed_by_what_they_are_of_and_deleted(docs, animals):
    qrels = animals / "qrels" / "test.tsv"
    docs.well("judgment", "import", qrels, "--by", "ann")
    docs.well("judgment", "import", qrels, "--source", "other")

    first = docs.json("judgment", "list", "--limit", 2 * len(ANIMALS) - 1)
    rest = docs.json("judgment", "list", "--cursor", first["cursor"])
    said = docs("judgment", "list", "--limit", 1)
    by_ann = docs.json("judgment", "list", "--by", "ann")["items"]
    of_seal = docs.json("judgment", "list", "--query", "seal food", "--source", "other")["items"]
    of_otter = docs.json("judgment", "list", "--document", "otter")["items"]
    docs.well("judgment", "delete", of_seal[0]["id"], of_otter[0]["id"], "--yes")
    again = docs("judgment", "delete", of_seal[0]["id"], "--yes")

    ids = [each["id"] for each in first["items"] + rest["items"]]
    assert (len(set(ids)), ids) == (2 * len(ANIMALS), sorted(ids, reverse=True))
    assert (len(rest["items"]), rest["cursor"]) == (1, None)
    assert "There are more judgments: --cursor" in said.stderr
    assert {each["document"] for each in by_ann} == set(ANIMALS)
    assert {each["by"] for each in by_ann} == {"ann"}
    assert [(each["document"], each["grade"]) for each in of_seal] == [("seal", 1)]
    assert len(of_otter) == 2
    assert len(docs.json("judgment", "list")["items"]) == 2 * len(ANIMALS) - 2
    assert (again.exit_code, "no judgment" in again.stderr) == (1, True)


def test_refusals_of_the_service_are_told(live, live_admin):
    with Client(live.url, live_admin, timeout_s=PATIENCE_S) as client:
        secret = client.issue_key("reader").secret
    reader = Cli({"PGRERANK_DATABASE_URL": NOWHERE, "PGRERANK_URL": live.url})
    environment = {**reader.environment, "PGRERANK_KEY": secret}

    refused = Cli(environment)("key", "list")
    unkeyed = reader("key", "list")
    both = Cli(environment)("key", "list", "--url", live.url, "-t", "acme")

    assert (refused.exit_code, "admin" in refused.stderr) == (1, True)
    assert (unkeyed.exit_code, "PGRERANK_KEY" in unkeyed.stderr) == (2, True)
    assert (both.exit_code, "--tenant is for the database" in both.stderr) == (2, True)


@pytest.mark.parametrize(
    "command",
    [
        *(["collection", "list"], ["term", "list", "-c", "x"], ["threshold", "list"]),
        *(
            ["key", "list"],
            ["calibrate"],
            ["calibration", "list"],
            ["why", "0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b", "x"],
        ),
    ],
    ids=" ".join,
)
def test_place_must_be_named(modelled, command):
    refused = modelled(*command)

    assert refused.exit_code == 2
    assert "name a tenant with --tenant, or a service with --url" in refused.stderr


def test_json_of_both_places_has_the_same_fields(place, name):
    made = place.json("collection", "add", name)

    assert sorted(json.loads(json.dumps(made))) == sorted(
        [
            "name",
            "text_search",
            "embedder",
            "second_embedder",
            "second_state",
            "documents",
            "chunks",
            "store_tokens",
            "reranker",
            "retrieval",
            "created_at",
        ]
    )


def commands(command, name=()):
    """All commands with their names."""
    loaded = command.load() if isinstance(command, DeferredCommand) else command
    if isinstance(loaded, click.Group):
        for own, inner in loaded.commands.items():
            yield from commands(inner, (*name, own))
    else:
        yield " ".join(name), loaded


def test_guide_names_the_commands_that_cannot_ask_a_service():
    guide = (Path(__file__).parents[2] / "docs" / "operators.md").read_text()
    part = guide.partition("**At a running service.**")[2].partition("A key is shown once")[0]
    can, _, cannot = part.partition("These cannot")
    reach = {
        name: any("--url" in parameter.opts for parameter in command.params)
        for name, command in commands(main)
    }

    for name, reaches in reach.items():
        described = can if reaches else cannot
        assert f"`{name}`" in described or f"`{name.split()[0]}`" in described, name
