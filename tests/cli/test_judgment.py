import re

import pytest


@pytest.fixture
def stored(cli, tenant, beir):
    assert cli("ingest", beir, "-t", tenant, "-c", "docs").exit_code == 3  # one row is empty
    return beir


def test_judgments_of_a_folder_are_imported_once(cli, tenant, stored):
    file = stored / "qrels" / "test.tsv"
    place = ["-t", tenant, "-c", "docs", "--source", "test"]

    first = cli.json("judgment", "import", file, *place)
    again = cli.json("judgment", "import", file, *place)

    assert first == {"judgments": 2, "queries": 2, "added": 2, "unknown": []}
    assert again == {**first, "added": 0}


def test_documents_that_are_not_stored_are_named(cli, tenant, stored, tmp_path):
    file = tmp_path / "more.trec"
    file.write_text("q1 0 gone 2\nq1 0 cars 0\n")

    shown = cli.well(
        "judgment", "import", file, "-t", tenant, "-c", "docs",
        "--queries", stored / "queries.jsonl", "--by", "ann",
    )  # fmt: skip

    assert "Not stored: gone" in shown


def test_ids_that_ingest_makes_of_paths_come_back_in_judgments(cli, tenant, stored, tmp_path):
    folder, name = tmp_path / "help", "generator/MinGW Makefiles.rst"
    (folder / "generator").mkdir(parents=True)
    (folder / name).write_text("Generates makefiles for use with mingw32-make.")
    place = ["-t", tenant, "-c", "docs"]
    cli.well("ingest", folder, *place)
    file = tmp_path / "spaced.tsv"
    file.write_text(f"query-id\tcorpus-id\tscore\nq1\t{name}\t1\nq1\tMakefiles.rst\t1\n")

    found = cli.json("judgment", "import", file, *place, "--queries", stored / "queries.jsonl")

    assert (found["judgments"], found["unknown"]) == (2, ["Makefiles.rst"])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("q9 0 cars 1", "line 2: .*no query `q9`"),
        ("q1 0 cars 4", "line 2: grade: must be 0 to 3, not 4"),
        ("q1 MinGW Makefiles.rst 1", "line 2: must be .* need tabs"),
        ("q1 0 cars best", "line 2: must be `query document grade`"),
    ],
)
def test_bad_judgment_is_named_by_line_and_nothing_is_stored(cli, tenant, stored, line, problem):
    file = stored / "bad.trec"
    file.write_text(f"q1 0 cars 2\n{line}\n")
    place = ["-t", tenant, "-c", "docs", "--queries", stored / "queries.jsonl", "--source", line]

    result = cli("judgment", "import", file, *place)
    file.write_text("q1 0 cars 2\n")

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert re.search(problem, result.stderr)
    assert cli.json("judgment", "import", file, *place)["added"] == 1


def test_queries_that_are_not_found_are_asked_for(cli, tenant, tmp_path):
    file = tmp_path / "alone" / "qrels.trec"
    file.parent.mkdir()
    file.write_text("q1 0 cars 2\n")

    result = cli("judgment", "import", file, "-t", tenant, "-c", "docs")

    assert result.exit_code == 1
    assert "--queries" in result.stderr
