from dataclasses import replace

import pytest
from psycopg import sql

TEXTS = {
    "keys": "Rotate an API key every month, or at once when it leaked.",
    "fruit": "Bananas are yellow and sweet; a ripe one smells of esters.",
    "cars": "A car needs its oil changed before every long journey.",
}


BGE = "bge-small-en-v1.5"
CHUNKS = """
    select k.id
    from pgrerank.chunk as k
    join pgrerank.collection as c on k.tenant_id = c.tenant_id and k.collection_id = c.id
    where c.name = %(collection)s
"""


@pytest.fixture
def corpus(tmp_path):
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.txt").write_text(text)
    return tmp_path


@pytest.fixture
def vectors(database):
    """Runs `select` or `delete` on the token vectors of a collection. Returns the row count."""

    def run(verb, collection):
        with database.admin() as connection:
            statement = sql.SQL("{} from pgrerank.chunk_tokens where chunk_id in ({})").format(
                sql.SQL(verb), sql.SQL(CHUNKS)
            )
            return connection.execute(statement, {"collection": collection}).rowcount

    return run


def found(cli, name, **knobs):
    """Scores by document, of a search with late interaction alone."""
    options = [f"--{knob}={value}" for knob, value in knobs.items()]
    answer = cli.json(
        "search", "when do I rotate a key", "-t", "acme", "-c", name, "--rerank=always", *options
    )
    scores = {result["document"]["id"]: result["scores"]["rerank"] for result in answer["results"]}
    return answer["rerank"], scores


def test_answers_are_the_same_stored_or_computed_afresh(cli, tenant, corpus, vectors):
    cli.well("collection", "add", "stored", "-t", tenant, "--store-tokens")
    cli.well("ingest", corpus, "-t", tenant, "-c", "stored")

    report, stored = found(cli, "stored", cascade=0)
    gone = vectors("delete", "stored")
    _, afresh = found(cli, "stored", cascade=0)
    told = cli.well("collection", "tokens", "stored", "-t", tenant)
    _, again = found(cli, "stored")

    assert report["model"] == "late-interaction-stored"
    assert (gone, told) == (3, "Stored the token vectors of 3 chunks.\n")
    assert stored == pytest.approx(afresh, abs=0.01)
    assert again == pytest.approx(stored, abs=0.01)
    assert list(stored) == list(afresh) == list(again)
    assert next(iter(stored)) == "keys.txt"


def test_collection_is_switched_on_and_off_later(cli, tenant, corpus):
    cli.well("collection", "add", "late", "-t", tenant)
    cli.well("ingest", corpus, "-t", tenant, "-c", "late")
    refused = cli("search", "key", "-t", tenant, "-c", "late", "--cascade=1")

    cli.well("collection", "tokens", "late", "-t", tenant)
    chosen = cli.json(
        "search", "a key", "-t", tenant, "-c", "late", "--rerank=always", "--cascade=1"
    )
    removed = cli.well("collection", "tokens", "late", "-t", tenant, "--remove")

    assert refused.exit_code == 2
    assert "pgrerank collection tokens" in refused.stderr
    assert chosen["rerank"]["cascade"] == {"scored": 3, "model": "late-interaction-stored"}
    assert chosen["rerank"]["scored"] == 1
    assert removed == "Removed the token vectors of 3 chunks.\n"
    assert cli("search", "key", "-t", tenant, "-c", "late", "--cascade=1").exit_code == 2


def test_another_model_makes_token_vectors_beside_the_same_embedder(cli, tenant, corpus, vectors):
    by_bge = replace(cli, environment={**cli.environment, "PGRERANK_TOKEN_MODEL": BGE})
    cli.well("collection", "add", "two", "-t", tenant, "--store-tokens")
    cli.well("ingest", corpus / "keys.txt", "-t", tenant, "-c", "two")
    by_bge.well("ingest", corpus, "-t", tenant, "-c", "two")

    report, scores = found(by_bge, "two")
    own, by_embedder = found(cli, "two")
    told = by_bge.well("collection", "tokens", "two", "-t", tenant)
    left = vectors("select", "two")
    _, again = found(by_bge, "two")

    assert report["model"] == own["model"] == "late-interaction-stored"
    assert scores["keys.txt"] != pytest.approx(by_embedder["keys.txt"], abs=0.01)
    assert told == "Stored the token vectors of 1 chunk.\n"
    assert left == 3
    assert again == pytest.approx(scores, abs=0.01)
    assert next(iter(again)) == "keys.txt"


def test_a_token_model_that_is_none_is_refused_with_the_names(cli, tenant):
    wrong = replace(cli, environment={**cli.environment, "PGRERANK_TOKEN_MODEL": "bge"})

    refused = wrong("collection", "add", "new", "-t", tenant, "--store-tokens")

    assert refused.exit_code == 1
    assert BGE in refused.stderr
