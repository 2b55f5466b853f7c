import json
import re

import pytest

from tests.cli.conftest import Cli
from tests.fixtures.other_server import Answer, other_server


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


TEXTS = {f"q{n}": f"a car that runs {n} miles" for n in range(12)}


@pytest.fixture
def asking(cli, stored):
    """Commands with a judge that grades texts about cars 3 and others 0, and a file of queries."""

    def grade(request):
        passage = request.body["messages"][1]["content"].partition("Passage:")[2]
        grade = 3 if "car" in passage.partition(">>>")[0] else 0
        return Answer({"choices": [{"message": {"content": str(grade)}}]})

    queries = stored / "many.jsonl"
    queries.write_text("".join(json.dumps({"_id": k, "text": v}) + "\n" for k, v in TEXTS.items()))
    with other_server(grade) as server:
        backends = stored / "backends.toml"
        backends.write_text(
            f'[judge.words]\nurl = "{server.url}"\ndialect = "openai"\nmodel = "m"\n'
        )
        yield Cli({**cli.environment, "PGRERANK_BACKENDS": str(backends)}), queries


def test_a_language_model_grades_and_people_correct_it(asking, tenant, tmp_path):
    cli, queries = asking
    place = ["words", "-t", tenant, "-c", "docs"]

    asked = cli.json("judgment", "ask", *place, "--queries", queries)
    again = cli.json("judgment", "ask", *place, "--queries", queries)
    sampled = cli.well("judgment", "sample", *place, "--queries", "3")
    qrels = tmp_path / "people.tsv"
    qrels.write_text("".join(f"{name} 0 cars {n % 2 + 1}\n" for n, name in enumerate(TEXTS)))
    few = cli.well("judgment", "check", *place)
    cli.well("judgment", "import", qrels, *place[1:], "--queries", queries, "--source", "human")
    checked = cli.json("judgment", "check", *place)
    shown = cli.well("judgment", "check", *place)

    assert (asked["queries"], asked["unreadable"]) == (12, 0)
    assert asked["graded"] >= 12
    assert (again["graded"], again["tokens"]) == (0, 0)
    assert {json.loads(line)["text"] for line in sampled.splitlines()} < {*TEXTS.values()}
    assert "judge more" in few
    assert (checked["documents"], checked["relevant_alike"]) == (12, 1.0)
    assert checked["counts"][1][3] == checked["counts"][2][3] == 6
    answer = checked["ndcg@10"]["answer"]
    assert (answer["judged"], answer["unjudged"]) == (12, 0)
    assert answer["corrected"] == answer["by_people"]
    assert "Both call 100% of them relevant" in shown


def test_judges_that_are_not_known_are_refused_before_models_load(asking, tenant):
    cli, _ = asking
    cold = Cli({**cli.environment, "PGRERANK_EMBEDDER": "/no/such/embedder"}, is_cold=True)

    for command in ("ask", "sample", "check"):
        result = cold("judgment", command, "wrods", "-t", tenant, "-c", "docs")
        assert (result.exit_code, "Did you mean `words`?" in result.stderr) == (2, True)


def test_what_is_stored_is_said_when_the_server_of_a_judge_fails(cli, tenant, stored):
    backends = stored / "backends.toml"
    backends.write_text(
        '[judge.words]\nurl = "http://127.0.0.1:1"\ndialect = "openai"\nretries = 0\n'
    )
    failing = Cli({**cli.environment, "PGRERANK_BACKENDS": str(backends)})

    result = failing("judgment", "ask", "words", "-t", tenant, "-c", "docs", "--query", "cars")

    assert result.exit_code == 1
    assert (
        "the judge `words` cannot be reached. 0 grades of earlier queries stored" in result.stderr
    )
