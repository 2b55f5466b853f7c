"""judge, calibrate and threshold."""

import json

import pytest

QUERIES = {f"q{n}": f"what is gadget number {n} made of" for n in range(12)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Queries, each with one document that answers it and one that does not."""
    folder = tmp_path_factory.mktemp("gadgets")
    corpus = [
        {"_id": f"{kind}{n}", "title": f"Gadget {n}", "text": text.format(n)}
        for n in range(12)
        for kind, text in [
            ("made", "Gadget number {} is made of brass and glass."),
            ("sold", "The shop on the corner opens at {} in the morning."),
        ]
    ]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus))
    rows = [{"_id": name, "text": text} for name, text in QUERIES.items()]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    qrels = "".join(f"q{n} 0 made{n} 2\nq{n} 0 sold{n} 0\n" for n in range(12))
    (folder / "qrels.trec").write_text(qrels)
    return folder


@pytest.fixture(scope="module")
def place(cli, folder):
    """A collection with judgments."""
    cli.well("tenant", "add", "gadgets")
    cli.well("collection", "add", "things", "-t", "gadgets")
    where = ["-t", "gadgets", "-c", "things"]
    cli.well("ingest", folder / "corpus.jsonl", *where)
    queries = ["--queries", folder / "queries.jsonl"]
    cli.well("judgment", "import", folder / "qrels.trec", *where, *queries)
    return where


@pytest.fixture
def calibration(cli, place):
    """The newest calibration."""
    return cli.json("calibrate", *place, "--unjudged", "irrelevant")


def test_calibration_is_fitted_and_searches_carry_probabilities(cli, place, calibration):
    found = cli.json("search", QUERIES["q3"], *place, "--rerank", "always")
    shown = cli.well("search", QUERIES["q3"], *place, "--rerank", "always")

    assert (calibration["queries"], calibration["positives"]) == (12, 12)
    assert found["calibration"]["id"] == calibration["id"]
    assert found["results"][0]["scores"]["relevance"] > 0.2
    assert "relevance: " in shown


def test_calibration_is_shown_with_its_doubts(cli, place):
    shown = cli.well("calibrate", *place, "--method", "platt")

    assert "calibration error" in shown
    assert "12 queries are few" in shown


@pytest.mark.usefixtures("calibration")
def test_threshold_is_set_listed_used_and_removed(cli, place):
    done = cli.well("threshold", "set", "all", *place, "--precision", "0.02", "--confidence", "0.5")
    cli.well("threshold", "set", "none", *place, "--min-relevance", "1")
    listed = {row["name"]: row for row in cli.json("threshold", "list", "-t", "gadgets")}
    cut = cli.json("search", QUERIES["q3"], *place, "--threshold", "none")
    cli.well("threshold", "remove", "none", *place)
    gone = cli("search", QUERIES["q3"], *place, "--threshold", "none")

    assert "keep a precision of 0.02" in done
    assert set(listed) == {"all", "none"}
    assert listed["all"]["cutoff"] is not None
    assert cut["results"] == []
    assert cut["cut"]["threshold"] > 0
    assert gone.exit_code == 1
    assert "no threshold `none`" in gone.stderr


@pytest.mark.usefixtures("calibration")
def test_promise_that_cannot_be_kept_is_explained(cli, place):
    result = cli("threshold", "set", "sure", *place, "--precision", "0.999")

    assert result.exit_code == 1
    assert "No cut-off can promise" in result.stderr


def test_threshold_needs_one_kind(cli, place):
    assert cli("threshold", "set", "x", *place).exit_code == 2


@pytest.mark.usefixtures("place")
def test_results_are_graded_by_a_key_each_and_never_twice(cli, folder):
    where = ["-t", "gadgets", "-c", "graded"]
    cli.well("collection", "add", "graded", "-t", "gadgets")
    cli.well("ingest", folder / "corpus.jsonl", *where)
    ask = ["judge", *where, "--query", "brass gadget [sic]", "--top", "4", "--by", "ann"]

    first = cli.well(*ask, stdin="2x0q")
    rest = cli.well(*ask, stdin="ss")
    other = cli.well(*ask[:-1], "bob", stdin="n")

    assert "2 results graded by ann" in first
    assert "brass gadget [sic]" in first
    assert "1 of 4" in first
    assert "1 of 2" in rest
    assert "0 results graded by ann" in rest
    assert "1 of 4" in other


@pytest.mark.usefixtures("place")
def test_a_grade_is_taken_back_by_undo_across_queries(cli, tmp_path):
    where = ("-t", "gadgets", "-c", "undone")
    text = "def wash(wool):\\n    return [cold(water) for water in wool]"
    rows = tmp_path / "code.jsonl"
    rows.write_text(f'{{"_id": "a[0]", "text": "{text}"}}\n')
    cli.well("collection", "add", "undone", "-t", "gadgets")
    cli.well("ingest", rows, *where)
    ask = ("judge", *where, "--query", "wash", "--query", "wool", "--by", "ann")

    shown = cli.well(*ask, stdin="u0u3uu2q")
    left = cli.well(*ask, stdin="q")
    rest = cli.well(*ask, stdin="1")

    assert shown.count("there is nothing to undo") == 2
    assert "the grade 0 is taken back" in shown
    assert "the grade 3 is taken back" in shown
    assert "1 result graded by ann, all stored" in shown
    assert "\u2502     return [cold(water) for water in wool] " in shown
    assert "a[0], chunk 1" in shown
    assert "Query 1 of 2, result 1 of 1" not in left  # graded: 2 stands
    assert "Query 2 of 2, result 1 of 1; 0 graded" in left
    assert "1 result graded by ann" in rest


@pytest.mark.usefixtures("place")
def test_without_searches_in_the_log_queries_are_asked_for(cli):
    cli.well("collection", "add", "silent", "-t", "gadgets")

    result = cli("judge", "-t", "gadgets", "-c", "silent")

    assert result.exit_code == 1
    assert "--query" in result.stderr


@pytest.fixture(scope="module")
def chapters(cli, folder, tmp_path_factory):
    """The same documents with more text, so that each has several chunks."""
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    more = " ".join(f"It goes on about weather, roads and bread, part {n}." for n in range(24))
    corpus = tmp_path_factory.mktemp("chapters") / "corpus.jsonl"
    longer = [{**row, "text": f"{row['text']}\n\n{more}"} for row in rows]
    corpus.write_text("".join(json.dumps(row) + "\n" for row in longer))
    where = ["-t", "chapters", "-c", "things"]
    cli.well("tenant", "add", "chapters")
    cli.well("collection", "add", "things", "-t", "chapters")
    cli.well("ingest", corpus, *where)
    queries = ["--queries", folder / "queries.jsonl"]
    cli.well("judgment", "import", folder / "qrels.trec", *where, *queries)
    return where


def test_a_grade_of_a_document_of_many_chunks_is_one_pair(cli, chapters):
    depth = ("--depth", "20")
    made = cli.json("calibrate", *chapters, *depth)
    found = cli.json(
        "search", QUERIES["q3"], *chapters, *depth, "--rerank", "always", "--limit", "20"
    )

    documents = [each["document"]["id"] for each in found["results"]]
    assert len(set(documents)) < len(documents)
    assert (made["queries"], made["positives"]) == (12, 12)
    assert made["pairs"] <= 24
    relevances = [each["scores"]["relevance"] for each in found["results"]]
    assert relevances == sorted(relevances, reverse=True)
    assert relevances[0] > relevances[-1]


@pytest.mark.usefixtures("place")
def test_grades_that_fall_with_the_score_are_refused_with_both_means(cli, folder):
    qrels = folder / "turned.trec"
    qrels.write_text("".join(f"q{n} 0 made{n} 0\nq{n} 0 sold{n} 2\n" for n in range(12)))
    where = ["-t", "gadgets", "-c", "turned"]
    cli.well("collection", "add", "turned", "-t", "gadgets")
    cli.well("ingest", folder / "corpus.jsonl", *where)
    cli.well("judgment", "import", qrels, *where, "--queries", folder / "queries.jsonl")

    result = cli("calibrate", *where)

    assert result.exit_code != 0
    assert "does not mean more relevance: the mean score of 12 relevant pairs is" in result.stderr
