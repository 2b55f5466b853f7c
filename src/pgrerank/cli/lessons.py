"""Lessons read from disk: BEIR folders, triples of ids in them, or rows with the texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from pgrerank.cli.command import Failed
from pgrerank.cli.output import say_left_out
from pgrerank.domain.document import passage
from pgrerank.domain.lesson import Lesson
from pgrerank.formats import beir, jsonl

if TYPE_CHECKING:
    from pgrerank.training.mining import Labelled


class _Triple(Struct):
    """A row of ids; the texts are in the folder of the set."""

    set: str
    qid: str
    pos: str
    neg: list[str]


class _Row(Struct):
    """A row of texts."""

    query: str
    positive: str | list[str] = []
    negatives: list[str] = []
    scores: list[float] = []
    set: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Position of a row, for error messages."""

    path: Path
    line: int

    def failure(self, problem: str) -> Failed:
        return Failed(f"{self.path}, line {self.line}: {problem}")


def labelled_set(folder: Path, qrels: Sequence[str] = ("train",)) -> "Labelled":
    """A BEIR folder with the judgments of the first file in `qrels` that exists.

    Raises:
        Failed: It is not a BEIR folder, or no judgment matches its queries and documents.
    """
    from pgrerank.training.mining import Labelled

    data = beir.Dataset(folder=folder)
    corpus = {
        each.external_id: passage(each.title, each.text) for each in data.documents(say_left_out)
    }
    path = next((p for name in qrels if (p := folder / "qrels" / f"{name}.tsv").is_file()), None)
    grades = beir.qrels(path or _only(folder))
    labelled = Labelled(name=data.name, corpus=corpus, queries=data.queries(), qrels=grades)
    if not any(name in corpus for q in grades if q in labelled.queries for name in grades[q]):
        raise Failed(f"{folder}: no judgment is of a query and a document of this folder")
    return labelled


def rows(path: Path) -> Iterator[Lesson]:
    """The lessons of a file of triples or of rows with texts.

    Raises:
        Failed: A line cannot be read; the message names the line and the field.
    """
    folders = _Folders(path.parent)
    with path.open("rb") as stream:
        for line, data in jsonl.lines(stream):
            yield _lesson(data, _Place(path, line), folders)


class _Folders:
    """The sets' folders, each read when a row first names it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {}

    def of(self, name: str, place: _Place) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Queries and passages of a set by id."""
        if name not in self._read:
            folder = self._root / name
            if Path(name).name != name or not folder.is_dir():
                raise place.failure(f"`set`: there is no folder {folder}")
            data = beir.Dataset(folder=folder)
            corpus = {
                each.external_id: passage(each.title, each.text)
                for each in data.documents(say_left_out)
            }
            self._read[name] = (data.queries(), corpus)
        return self._read[name]


def _only(folder: Path) -> Path:
    files = sorted((folder / "qrels").glob("*.tsv"))
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise Failed(
            f"{folder}: which judgments? Training takes qrels/train.tsv or the only file; "
            f"there are: {names}"
        )
    return files[0]


def _lesson(data: bytes, place: _Place, folders: _Folders) -> Lesson:
    try:
        row = msgspec.json.decode(data, type=dict[str, object])
        if "query" in row:
            return _lesson_of_row(msgspec.convert(row, _Row), place)
        return _resolve(msgspec.convert(row, _Triple), place, folders)
    except msgspec.ValidationError as error:
        problem, _, field = str(error).partition(" - at `$.")
        raise place.failure(f"`{field.rstrip('`')}`: {problem}" if field else problem) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise place.failure(f"not JSON: {error}") from error


def _lesson_of_row(row: _Row, place: _Place) -> Lesson:
    positives = [row.positive] if isinstance(row.positive, str) else row.positive
    count = len(positives) + len(row.negatives)
    if not row.query.strip():
        raise place.failure("`query`: must not be empty")
    if not count:
        raise place.failure("has no passage: give `positive` and `negatives`")
    if row.scores and len(row.scores) != count:
        raise place.failure(
            f"`scores`: must be one for each passage, positives first: {count}, "
            f"not {len(row.scores)}"
        )
    return Lesson(
        dataset=row.set or place.path.stem,
        query=row.query,
        positives=tuple(positives),
        negatives=tuple(row.negatives),
        scores=tuple(row.scores),
    )


def _resolve(row: _Triple, place: _Place, folders: _Folders) -> Lesson:
    queries, corpus = folders.of(row.set, place)
    if row.qid not in queries:
        raise place.failure(f"`qid`: {row.set} has no query `{row.qid}`")
    for field, name in [("pos", row.pos), *((f"neg[{i}]", n) for i, n in enumerate(row.neg))]:
        if name not in corpus:
            raise place.failure(f"`{field}`: {row.set} has no document `{name}`")
    return Lesson(
        dataset=row.set,
        query=queries[row.qid],
        positives=(corpus[row.pos],),
        negatives=tuple(corpus[name] for name in row.neg),
    )
