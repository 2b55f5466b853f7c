"""Past searches: `why`, and `replay` under other settings."""

import json
from uuid import uuid4

import pytest


@pytest.fixture(scope="module")
def place(cli, tmp_path_factory):
    cli.well("tenant", "add", "past")
    cli.well("collection", "add", "docs", "-t", "past")
    rows = [
        {"_id": "keys", "title": "Keys", "text": "Rotate an API key every month."},
        {"_id": "fruit", "title": "Fruit", "text": "Bananas are yellow and sweet."},
        {"_id": "cars", "title": "Cars", "text": "A car needs its oil changed."},
    ]
    path = tmp_path_factory.mktemp("past") / "corpus.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    cli.well("ingest", path, "-t", "past", "-c", "docs")
    return ["-t", "past", "-c", "docs"]


@pytest.fixture(scope="module")
def search(cli, place):
    return cli.json("search", "what colour is a banana", *place, "--rerank", "always")


def test_why_a_document_was_returned(cli, search):
    found = cli.json("why", search["id"], "fruit", "-t", "past")

    assert (found["stage"], found["reason"]) == ("returned", "it is result 1 of 3")


def test_why_is_told_in_words_with_the_ranks_of_each_leg(cli, place):
    made = cli.json("search", "banana", *place, "--limit", "1", "--candidates", "1")

    shown = cli.well("why", made["id"], "cars", "-t", "past")

    assert "cars: not found: the dense leg ranks it" in shown
    assert "keyword rank" in shown


def test_replay_with_nothing_changed_keeps_the_order(cli, search):
    found = cli.json("replay", search["id"], "-t", "past")

    assert (found["replayed"], found["inexact"], found["top10_kept"]) == (1, 0, 1.0)
    (replayed,) = found["searches"]
    assert replayed["after"] == [each["document"]["id"] for each in search["results"]]


def test_a_search_of_another_collection_is_not_replayed(cli, search):
    cli.well("collection", "add", "other", "-t", "past")

    result = cli("replay", search["id"], "-t", "past", "-c", "other")

    assert result.exit_code == 2
    assert f"--collection: the search {search['id']} is of another one" in result.stderr


def test_replay_says_what_judgments_say(cli, place, search, tmp_path):
    judgments = tmp_path / "judgments.tsv"
    judgments.write_text("query-id\tcorpus-id\tscore\nq1\tfruit\t1\n")
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"_id": "q1", "text": "what colour is a banana"}) + "\n")
    cli.well("judgment", "import", judgments, "--queries", queries, *place)

    found = cli.json("replay", search["id"], "-t", "past", "--depth", "1")
    shown = cli.well("replay", search["id"], "-t", "past", "--depth", "1")

    assert (found["judged"], found["before"]["nDCG@10"], found["after"]["nDCG@10"]) == (1, 1, 1)
    assert "nDCG@10 1.0000 to 1.0000" in shown
    assert "1 query, 0 better, 0 worse: not beyond chance" in shown


def test_a_replay_is_saved_to_be_compared(cli, place, search, tmp_path):
    judgments = tmp_path / "judgments.tsv"
    judgments.write_text("query-id\tcorpus-id\tscore\nq1\tfruit\t1\n")
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"_id": "q1", "text": "what colour is a banana"}) + "\n")
    cli.well("judgment", "import", judgments, "--queries", queries, *place)

    for label, depth in (("deep", 3), ("shallow", 1)):
        cli.well("replay", search["id"], *place, "--depth", depth, "--save", label)

    assert "nDCG@10" in cli.well("compare", "deep", "shallow", "-t", "past")


def test_a_replay_of_what_nobody_judged_is_not_saved(cli, place):
    made = cli.json("search", "which car", *place, "--rerank", "always")

    result = cli("replay", made["id"], *place, "--save", "unjudged")

    assert result.exit_code == 2
    assert "none of these searches was judged" in result.stderr


def test_replay_under_a_threshold_says_what_it_leaves(cli, place, search):
    least = sorted(each["scores"]["rerank"] for each in search["results"])[1]

    found = cli.json("replay", search["id"], *place, "--min-score", least)
    shown = cli.well("replay", search["id"], *place, "--min-score", least)

    assert (found["left"]["before"]["results"], found["left"]["after"]["results"]) == (3, 2)
    assert len(found["searches"][0]["after"]) == 2
    assert "results a search  3.00 -> 2.00" in shown


def test_a_search_that_was_never_reranked_is_replayed_under_a_bound(cli, place):
    made = cli.json("search", "banana or car", *place, "--rerank", "never")

    found = cli.json("replay", made["id"], *place, "--min-score", "-100", "--depth", "2")

    assert (found["left"]["before"]["results"], found["left"]["after"]["results"]) == (3, 2)
    assert found["pairs"] == 2


@pytest.mark.usefixtures("search")
def test_the_last_searches_are_replayed_under_another_fusion(cli, place):
    found = cli.json("replay", *place, "--last", "1", "--fusion", "weighted")

    assert found["replayed"] == 1


def test_replay_of_nothing_is_a_wrong_call(cli):
    cli.well("tenant", "add", "silent")

    result = cli("replay", "-t", "silent")

    assert result.exit_code == 2
    assert "the log has no such search" in result.stderr


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("command", [["why", str(uuid4()), "fruit"], ["replay", str(uuid4())]])
def test_an_unknown_search_is_refused_with_its_id(cli, command):
    result = cli(*command, "-t", "past")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("pgrerank: There is no ranking")
