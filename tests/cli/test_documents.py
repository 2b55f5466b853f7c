import json
import os
import re
from dataclasses import replace

import pytest


def rows(*documents):
    return "".join(json.dumps(document) + "\n" for document in documents)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text(
        rows(
            {"_id": "keys", "title": "Keys", "text": "Rotate an API key every month."},
            {"_id": "fruit", "title": "Fruit", "text": "Bananas are yellow and sweet."},
        )
    )
    return path


@pytest.fixture
def place(cli, tenant, request):
    name = request.node.name.replace("_", "-")[:60].rstrip("-").lower()
    cli.well("collection", "add", name, "-t", tenant)
    return ["-t", tenant, "-c", name]


def test_second_ingest_embeds_only_what_changed(cli, place, corpus):
    first = cli.json("ingest", corpus, *place)
    corpus.write_text(corpus.read_text().replace("yellow", "green"))

    second = cli.json("ingest", corpus, *place)

    assert (first["created"], first["chunks"]) == (2, 2)
    counts = [second[name] for name in ("created", "updated", "unchanged", "chunks")]
    assert counts == [0, 1, 1, 1]


def test_bad_rows_are_listed_and_the_good_ones_stored(cli, place):
    result = cli("ingest", "-", *place, stdin='{"_id":"a","text":"good"}\n{"_id":"b"}\nnonsense\n')

    assert result.exit_code == 3
    assert result.stderr.endswith("2 rows rejected; the other documents are stored\n")
    assert "has no `text`" in result.stdout
    assert "not JSON" in result.stdout
    assert cli.json("collection", "list", place[0], place[1])


def test_atomic_ingest_stores_nothing_beside_a_bad_row(cli, place):
    result = cli(
        "ingest", "-", "--atomic", *place, stdin='{"_id":"a","text":"good"}\n{"_id":"b"}\n'
    )

    listed = cli.json("collection", "list", "-t", place[1])
    (mine,) = [each for each in listed if each["name"] == place[3]]
    assert result.exit_code == 1
    assert "nothing was stored" in result.stderr
    assert mine["documents"] == 0


def test_folder_is_ingested_by_path(cli, place, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "key.md").write_text("# Rotation\n\nRotate keys monthly.")
    (tmp_path / "fruit.html").write_text("<title>Fruit</title><p>Bananas are yellow.")

    cli.well("ingest", tmp_path, *place)

    found = cli.json("search", "rotate keys", *place)
    assert found["results"][0]["document"]["id"] == "deep/key.md"
    assert found["results"][0]["document"]["title"] == "Rotation"


def test_repeated_id_keeps_the_last_row(cli, place):
    twice = rows({"id": "a", "text": "old words"}, {"id": "a", "text": "new words"})
    report = json.loads(cli("ingest", "-", *place, "--json", stdin=twice).stdout)

    found = cli.json("search", "words", *place)
    assert [result["chunk"]["content"] for result in found["results"]] == ["new words"]
    assert [row["line"] for row in report["rejected"]] == [1]


def test_bad_files_of_a_folder_are_listed_and_the_good_ones_stored(cli, place, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "good.md").write_text("# Good\n\nStored.")
    (tmp_path / "deep" / "nan.md").write_text("---\nratio: .nan\n---\nText")
    (tmp_path / "deep" / "binary.txt").write_bytes(b"caf\xe9")
    (tmp_path / os.fsdecode(b"\xff.md")).write_text("Text")
    (tmp_path / "rows.jsonl").write_text('{"id": "row", "text": "x"}\n{"id": "bad", "text": 1}\n')

    result = cli("ingest", tmp_path, *place, "--json")

    report = json.loads(result.stdout)
    rejected = {row["external_id"]: row["reason"] for row in report["rejected"]}
    assert result.exit_code == 3
    assert report["created"] == 2
    assert sorted(rejected) == ["\\xff.md", "bad", "deep/binary.txt", "deep/nan.md"]
    assert rejected["bad"] == "rows.jsonl: `text` must be a string"
    assert rejected["deep/binary.txt"] == "not UTF-8: byte 0xe9 at position 4"


def test_folder_of_bad_files_alone_stores_nothing(cli, place, tmp_path):
    (tmp_path / "empty.md").write_text("")

    result = cli("ingest", tmp_path, *place)

    assert result.exit_code == 1
    assert "nothing was stored" in result.stderr


def test_text_that_every_document_repeats_is_reported(cli, place, tmp_path):
    for number in range(6):
        text = f"Page {number} has words of its own.\n\nEdit this page on the forge"
        (tmp_path / f"{number}.txt").write_text(text)

    shown = cli.well("ingest", tmp_path, *place)
    again = cli.json("ingest", tmp_path, *place)

    assert "The same text stands in 6 documents" in shown
    assert again["repeated"] == [{"text": "Edit this page on the forge", "documents": 6}]


def test_progress_begins_before_the_models_and_ends_with_what_is_stored(cli, place, corpus):
    lines = cli("ingest", corpus, *place).stderr.splitlines()

    assert lines[0] == "loading the models"
    assert any(line.endswith("chunks/s") for line in lines[1:])


@pytest.mark.parametrize("path", ["gone.jsonl", "."])
def test_nothing_to_read_is_said_at_once(cli, tmp_path, path):
    result = cli("ingest", tmp_path / path, "-t", "any", "-c", "any")

    assert result.exit_code in (1, 2)
    assert len(result.stderr.splitlines()) == 1


def test_unknown_collection_is_named(cli, tenant, corpus):
    result = cli("ingest", corpus, "-t", tenant, "-c", "nowhere")

    assert result.exit_code == 1
    assert "There is no collection `nowhere`" in result.stderr
    assert "loading" not in result.stderr


def test_search_shows_passages_and_what_the_order_rests_on(cli, place, corpus):
    cli.well("ingest", corpus, *place)

    cold = replace(cli, is_cold=True)
    shown = cold.well("search", "what colour are bananas", *place, "--rerank", "always")

    first, *_ = shown.split("\n\n")
    assert re.match(
        r" 1  Fruit  fruit, chunk 1\n    log-odds -?[\d.]+ \(base -[\d.]+.*\)\n    rerank [\d.]+, first",
        first,
    )
    assert "(dense #1 0." in first
    assert "Bananas are yellow" in first
    assert "order: by log-odds\n" in shown
    assert "rerank: full, 2 of 2 candidates by late-interaction" in shown
    assert "dense: 2 of 100 by exact" in shown
    assert "logged as" in shown


def test_search_says_why_it_did_not_rerank(cli, place, corpus):
    cli.well("ingest", corpus, *place)

    assert "rerank: skipped (the collection has fewer than" in cli.well(
        "search", "what colour are bananas", *place
    )


def test_search_keeps_one_document_from_filling_the_results(cli, place, tmp_path):
    sentences = [f"The red fox number {n} runs home over {n * n} hills." for n in range(100)]
    paragraphs = [f"## Part {n}\n\n{' '.join(sentences[n::5])}" for n in range(5)]
    (tmp_path / "long.md").write_text("\n\n".join(paragraphs))
    (tmp_path / "short.md").write_text("A red fox.")
    cli.well("ingest", tmp_path, *place)
    search = ("search", "red fox", *place, "--rerank", "always", "--limit", 100)

    whole = cli.json(*search)
    single = cli.json(*search, "--per-document", 1, "--neighbours", 1)
    shown = cli.well(*search, "--per-document", 1, "--diversity", "0.5")

    assert len(whole["results"]) > 2
    assert len({each["document"]["id"] for each in single["results"]}) == 2
    assert len(single["results"]) == 2
    assert single["cut"]["per_document"] == len(whole["results"]) - 2
    by_length = {len(each["window"]) - len(each["chunk"]["content"]) for each in single["results"]}
    assert 0 in by_length
    assert max(by_length) > 100
    assert "more chunks of these documents cut" in shown
    assert "novelty weighs 0.5" in shown


def test_search_takes_every_knob(cli, place, corpus):
    cli.well("ingest", corpus, *place)

    found = cli.json(
        "search",
        "bananas",
        *place,
        *("--strategy", "dense", "--candidates", 1, "--depth", 1, "--limit", 1),
        *("--rerank", "always", "--profile", "batch", "--budget-ms", 60000),
        *("--min-similarity", -1, "--min-score", -1),
    )

    assert [result["document"]["id"] for result in found["results"]] == ["fruit"]
    assert found["legs"]["keyword"] is None
    assert found["legs"]["dense"]["requested"] == 1


def test_filter_keeps_what_its_metadata_allows(cli, place):
    cli.well(
        "ingest",
        "-",
        *place,
        stdin=rows(
            {"id": "old", "text": "keys", "metadata": {"year": 2001}},
            {"id": "new", "text": "keys", "metadata": {"year": 2024}},
        ),
    )

    found = cli.json("search", "keys", *place, "--filter", '{"year": {"$gte": 2020}}')

    assert [result["document"]["id"] for result in found["results"]] == ["new"]


@pytest.mark.parametrize("in_file", [True, False])
def test_learned_weights_of_documents_and_query_make_a_third_leg(cli, place, tmp_path, in_file):
    texts = {"id": "a", "text": "keys", "sparse": {"rot": 2}}, {"id": "b", "text": "keys"}
    cli.well("ingest", "-", *place, stdin=rows(*texts))
    weights = '{"rot": 1.5, "absent": 9}'
    if in_file:
        (tmp_path / "weights.json").write_text(weights)
        weights = tmp_path / "weights.json"

    found = cli.json("search", "keys", *place, "--sparse", weights)
    shown = cli.well("search", "keys", *place, "--sparse", weights)

    by_id = {result["document"]["id"]: result["scores"]["sparse"] for result in found["results"]}
    assert by_id == {"a": 3.0, "b": None}
    assert "sparse: 1 of 100 by exact" in shown


@pytest.mark.parametrize("weights", ["{", "nowhere.json", '{"a": "b"}', '{"a": -1}'])
def test_malformed_weights_are_a_wrong_call(cli, weights):
    result = cli("search", "x", "-t", "any", "-c", "any", "--sparse", weights)

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("condition", ["{", "[]", '{"year": {"$like": 1}}'])
def test_malformed_filter_is_a_wrong_call(cli, condition):
    result = cli("search", "x", "-t", "any", "-c", "any", "--filter", condition)

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_doctor_finds_a_good_house_good(cli, place, corpus):
    cli.well("ingest", corpus, *place)

    found = {finding["check"]: finding for finding in cli.json("doctor")}

    assert not [name for name, finding in found.items() if finding["state"] == "fail"]
    assert "PostgreSQL" in found["postgres"]["detail"]
    assert "fingerprint" in found["reranker"]["detail"]
    assert "rerank" in found["probe"]["detail"]
    assert re.search(r"^\d+ of [1-9]", found["crowding"]["detail"])


def test_doctor_warns_where_logins_may_make_temporary_objects_and_migrate_mends_it(cli, database):
    def finding():
        found = cli.json_even_if_it_fails("doctor")
        return next(each for each in found if each["check"] == "temporary objects")

    with database.admin() as connection:
        connection.execute(f"grant temporary on database {database.name} to public")
    granted = finding()
    cli.well("migrate")

    assert granted["state"] == "warn"
    assert "pgrerank_analyst, pgrerank_app may make them" in granted["detail"]
    assert "pgrerank migrate" in granted["remedy"]
    assert finding()["state"] == "ok"


def test_doctor_says_what_mends_a_bad_one(empty_cli):
    result = empty_cli("doctor")

    assert result.exit_code == 1
    assert "fail" in result.stdout
    assert "pgrerank migrate" in result.stdout
