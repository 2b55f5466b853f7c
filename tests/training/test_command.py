"""The command pgrerank train, over a real Postgres and the packaged embedder."""

import json

import pytest

from tests.cli.conftest import Cli, environment
from tests.training.conftest import lessons

COUNT = 12


@pytest.fixture(scope="module")
def cli(database):
    return Cli({**environment(database), "PGRERANK_THREADS": "1", "PGRERANK_PRECISION": "exact"})


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def folder(tmp_path):
    """The toy language as a BEIR folder."""
    root = tmp_path / "toy"
    found = lessons(COUNT, negatives=2)
    texts = [text for lesson in found for text in lesson.passages]
    rows = [{"_id": f"d{place}", "text": text} for place, text in enumerate(texts)]
    write(root / "corpus.jsonl", rows)
    asked = [{"_id": f"q{place}", "text": each.query} for place, each in enumerate(found)]
    write(root / "queries.jsonl", asked)
    qrels = "".join(f"q{place}\td{place * 3}\t1\n" for place in range(COUNT))
    (root / "qrels").mkdir()
    (root / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\n" + qrels)
    return root


@pytest.fixture
def options(base, tmp_path):
    quick = {"--base": base, "--epochs": 1, "--max-length": 32, "--negatives": 2}
    flat = [text for pair in quick.items() for text in pair]
    return ["--out", tmp_path / "out", *flat, "--evaluations", 1]


def test_folder_is_mined_taught_and_trained_on(cli, folder, options, tmp_path, database):
    made = cli.json(
        "train", folder, *options, "--teacher", "late-interaction", "--licence", "toy=CC0-1.0"
    )

    out = tmp_path / "out"
    card = (out / "README.md").read_text()
    with database.admin() as connection:
        registered = connection.execute("select fingerprint, kind from pgrerank.model").fetchall()
    assert made["queries"] == {"train": COUNT - 2, "dev": 2}
    assert made["ndcg"]["teacher"] is not None
    assert (made["fingerprint"], "reranker") in registered
    assert made["registered"] is True
    assert "| toy | 10 | 10 |" in card
    assert "| CC0-1.0 |" in card
    assert made["fingerprint"] in card
    assert {path.name.partition("-")[0] for path in (out / "run").iterdir()} >= {"mined", "teacher"}


def test_tenant_learns_from_its_own_judgments_and_log(cli, folder, options):
    cli.well("tenant", "add", "acme")
    cli.well("collection", "add", "docs", "-t", "acme")
    cli.well("ingest", folder / "corpus.jsonl", "-t", "acme", "-c", "docs")
    cli.well("judgment", "import", folder / "qrels" / "train.tsv", "-t", "acme", "-c", "docs")
    cli.well("search", lessons(1)[0].query, "-t", "acme", "-c", "docs")

    made = cli.json("train", "--tenant", "acme", *options)

    assert made["queries"] == {"train": COUNT - 2, "dev": 2}
    assert made["registered"] is True


def test_tenant_without_judgments_is_told_how_to_bring_some(cli, options):
    cli.well("tenant", "add", "empty")

    result = cli("train", "--tenant", "empty", *options)

    assert result.exit_code == 1
    assert "pgrerank judgment import" in result.stderr


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"query": "q"', "not JSON"),
        ('{"query": 1}', "`query`: Expected `str`"),
        ('{"query": "q"}', "has no passage"),
        ('{"query": " ", "positive": "a"}', "`query`: must not be empty"),
        ('{"query": "q", "positive": "a", "negatives": [1]}', "`negatives"),
        ('{"query": "q", "positive": "a", "scores": [1, 2]}', "`scores`: must be one for each"),
        ('{"set": "toy", "qid": "q0", "pos": "d0"}', "missing required field `neg`"),
        ('{"set": "none", "qid": "q0", "pos": "d0", "neg": []}', "`set`: there is no folder"),
        ('{"set": "../x", "qid": "q0", "pos": "d0", "neg": []}', "`set`: there is no folder"),
        ('{"set": "toy", "qid": "q99", "pos": "d0", "neg": []}', "`qid`: toy has no query `q99`"),
        ('{"set": "toy", "qid": "q0", "pos": "d0", "neg": ["d1", "x"]}', "`neg[1]`: toy has no"),
    ],
)
def test_row_that_cannot_be_read_is_named_by_line_and_field(cli, folder, options, row, problem):
    path = folder.parent / "rows.jsonl"
    path.write_text('{"query": "q", "positive": "a", "negatives": ["b"]}\n\n' + row + "\n")

    result = cli("train", path, *options)

    assert result.exit_code == 1
    assert "rows.jsonl, line 3: " in result.stderr
    assert problem in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "wrong", [["--weight", "toy"], ["--weight", "toy=-1"], ["--collection", "docs"]]
)
def test_call_that_contradicts_itself_is_misuse(cli, folder, options, wrong):
    assert cli("train", folder, *options, *wrong).exit_code == 2


def test_weight_of_no_data_set_is_refused(cli, folder, options):
    rows = [{"set": "toy", "qid": f"q{i}", "pos": f"d{i * 3}", "neg": ["d1"]} for i in range(5)]
    path = write(folder.parent / "triples.jsonl", rows)

    result = cli("train", path, *options, "--weight", "tyo=2")

    assert "there is no data set tyo; there are: toy" in result.stderr


def test_folder_whose_judgments_are_of_nothing_is_refused(cli, folder, options):
    (folder / "qrels" / "train.tsv").write_text("q0\tnowhere\t1\n")

    result = cli("train", folder, *options)

    assert result.exit_code == 1
    assert "no judgment is of a query and a document" in result.stderr
