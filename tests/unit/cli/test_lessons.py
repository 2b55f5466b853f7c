"""Lessons that `pgrerank train` reads from files and folders."""

import json

import pytest

from pgrerank.cli import lessons
from pgrerank.cli.command import Failed
from pgrerank.domain.lesson import Lesson
from pgrerank.formats.beir import FileFormatError


def written(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def toy(tmp_path):
    """A BEIR folder with two documents and a query, without judgments."""
    folder = tmp_path / "toy"
    written(
        folder / "corpus.jsonl",
        {"_id": "d1", "title": "Keys", "text": "Rotate them."},
        {"_id": "d2", "title": "", "text": "Bananas."},
        {"_id": "bad"},
    )
    written(folder / "queries.jsonl", {"_id": "q1", "text": "rotate keys"})
    (folder / "qrels").mkdir()
    return folder


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"query": "q", "positive": "a", "negatives": ["b", "c"]},
            Lesson(dataset="rows", query="q", positives=("a",), negatives=("b", "c")),
        ),
        (
            {"query": "q", "positive": ["a", "b"], "scores": [1, 0.5], "set": "mine"},
            Lesson(
                dataset="mine", query="q", positives=("a", "b"), negatives=(), scores=(1.0, 0.5)
            ),
        ),
        (
            {"query": "q", "negatives": ["b"], "scores": [-1.5]},
            Lesson(dataset="rows", query="q", positives=(), negatives=("b",), scores=(-1.5,)),
        ),
    ],
)
def test_a_row_of_texts_is_a_lesson_of_its_set_or_of_its_file(tmp_path, row, expected):
    assert list(lessons.rows(written(tmp_path / "rows.jsonl", row))) == [expected]


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"query": "q", "positive": "a"}\n')

    assert [each.query for each in lessons.rows(path)] == ["q"]


def test_a_triple_takes_its_texts_from_the_folder_of_its_set(toy, capsys):
    triple = {"set": "toy", "qid": "q1", "pos": "d1", "neg": ["d2", "d1"]}
    path = written(toy.parent / "triples.jsonl", triple, triple)

    first, second = lessons.rows(path)

    assert first == second
    assert (first.dataset, first.query) == ("toy", "rotate keys")
    assert first.positives == ("Keys\nRotate them.",)
    assert first.negatives == ("Bananas.", "Keys\nRotate them.")
    # The folder is read once, so that what it leaves out is told once.
    assert capsys.readouterr().err.count("1 row left out") == 1


def test_a_set_whose_folder_is_not_whole_is_named(toy):
    (toy / "queries.jsonl").unlink()
    path = written(toy.parent / "t.jsonl", {"set": "toy", "qid": "q1", "pos": "d1", "neg": []})

    with pytest.raises(FileFormatError, match=r"queries\.jsonl is missing"):
        list(lessons.rows(path))


def judge(folder, *names):
    for name in names:
        (folder / "qrels" / f"{name}.tsv").write_text(f"q1\t{'d1' if name == 'dev' else 'd2'}\t1\n")


@pytest.mark.parametrize(
    ("files", "wanted", "document"),
    [
        (["train", "test"], ["train"], "d2"),
        (["dev", "test"], ["dev", "test"], "d1"),
        (["train", "test", "dev"], ["test", "dev"], "d2"),
        # Without a wanted file, the only one is taken.
        (["dev"], ["train"], "d1"),
    ],
)
def test_the_judgments_of_a_folder_are_of_the_first_file_that_is_wanted(
    toy, files, wanted, document
):
    judge(toy, *files)

    labelled = lessons.labelled_set(toy, wanted)

    assert labelled.qrels == {"q1": {document: 1}}
    assert labelled.name == "toy"
    assert labelled.corpus == {"d1": "Keys\nRotate them.", "d2": "Bananas."}


@pytest.mark.parametrize(
    ("files", "named"), [([], "none"), (["dev", "test"], r"dev\.tsv, test\.tsv")]
)
def test_judgments_that_cannot_be_chosen_are_listed(toy, files, named):
    judge(toy, *files)

    with pytest.raises(Failed, match=f"which judgments.*there are: {named}$"):
        lessons.labelled_set(toy)
