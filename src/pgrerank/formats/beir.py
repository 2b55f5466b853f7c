"""BEIR folders (corpus, queries, judgments), and TREC runs."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pgrerank.domain.bounds import undecodable
from pgrerank.domain.document import Document
from pgrerank.domain.errors import PgrerankError
from pgrerank.domain.ingest import Rejection
from pgrerank.formats import jsonl
from pgrerank.formats.document_row import InvalidRowError, json_object, row_id
from pgrerank.formats.row import Row

#: by query, scores by document id, best first
Run: TypeAlias = Mapping[str, Mapping[str, float]]

_TREC_FIELDS = 6
_TREC_COLUMNS = 4
_COLUMNS = (3, _TREC_COLUMNS)  # BEIR: query, document, grade; TREC: query, 0, document, grade


#: called with the file and its rows that are not valid documents
LeftOut: TypeAlias = Callable[[Path, Sequence[Rejection]], None]


class FileFormatError(PgrerankError):
    """A file has the wrong format; names the file, the line and the problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A BEIR folder: `corpus.jsonl`, `queries.jsonl` and `qrels/*.tsv`."""

    folder: Path

    def __post_init__(self) -> None:
        for name in ("corpus.jsonl", "queries.jsonl"):
            if not (self.folder / name).is_file():
                raise FileFormatError(
                    f"{self.folder / name} is missing: "
                    "a BEIR folder has corpus.jsonl, queries.jsonl and qrels/"
                )

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.resolve().name

    def rows(self) -> Iterator[Row]:
        """The rows of the corpus."""
        path = self.folder / "corpus.jsonl"
        with path.open("rb") as stream:
            yield from jsonl.rows(stream, path.name)

    def documents(self, left_out: LeftOut) -> Iterator[Document]:
        """The valid documents of the corpus; at the end, `left_out` gets the invalid rows."""
        rejected: list[Rejection] = []
        for row in self.rows():
            if isinstance(row.item, Document):
                yield row.item
            else:
                rejected.append(row.item)
        left_out(self.folder / "corpus.jsonl", rejected)

    def queries(self) -> dict[str, str]:
        """Query texts by id."""
        return texts(self.folder / "queries.jsonl")

    def qrels_file(self) -> Path:
        """`qrels/test.tsv`, or the only file of judgments in `qrels/`."""
        files = sorted((self.folder / "qrels").glob("*.tsv"))
        preferred = [file for file in files if file.name == "test.tsv"] or files
        if len(preferred) != 1:
            names = ", ".join(file.name for file in files) or "none"
            raise FileFormatError(f"{self.folder}: qrels/ must have one file, but has: {names}")
        return preferred[0]


def texts(path: Path) -> dict[str, str]:
    """Query texts by id, from JSON Lines with `_id` and `text`; other fields are ignored.

    Raises:
        FileFormatError: A line has no id or text, or repeats an id with another text.
    """
    by_id: dict[str, str] = {}
    with path.open("rb") as stream:
        for line, data in jsonl.lines(stream):
            name, text = _query(data, f"{path}, line {line}")
            if by_id.get(name, text) != text:
                raise FileFormatError(
                    f"{path}, line {line}: the query `{name}` has another text before"
                )
            by_id[name] = text
    return by_id


def _query(data: bytes, place: str) -> tuple[str, str]:
    try:
        fields = json_object(data)
        name, text = row_id(fields), fields.get("text")
    except InvalidRowError as error:
        raise FileFormatError(f"{place}: {error}") from error
    if not isinstance(text, str) or not text.strip():
        raise FileFormatError(f"{place}: the query `{name}` has no `text`")
    return name, text


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentLine:
    """A line of a file of judgments."""

    line: int
    query: str
    document: str
    grade: int


def qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades by query and document, from a BEIR or TREC file of judgments."""
    grades: dict[str, dict[str, int]] = {}
    for row in judgment_lines(path):
        grades.setdefault(row.query, {})[row.document] = row.grade
    return grades


def judgment_lines(path: Path) -> Iterator[JudgmentLine]:
    """The lines of a BEIR or TREC file of judgments.

    In a line with a tab, only tabs separate fields, so that ids may contain spaces.

    Raises:
        FileFormatError: A line has neither format; names the file and the line.
    """
    may_be_header = True
    for line, text in _lines(path):
        fields = _fields(text)
        judgment = _judgment_line(line, fields, tabbed="\t" in text)
        if judgment is not None:
            yield judgment
        elif not (may_be_header and _is_header(fields)):
            raise FileFormatError(
                f"{path}, line {line}: must be `query document grade` or `query 0 document grade`, "
                "the grade an integer; ids that hold spaces need tabs between the fields"
            )
        may_be_header = False


def _is_header(fields: Sequence[str]) -> bool:
    return len(fields) in _COLUMNS and not any(map(_is_integer, fields))


def _judgment_line(line: int, fields: Sequence[str], *, tabbed: bool) -> JudgmentLine | None:
    if len(fields) not in _COLUMNS or not (all(fields) and _is_integer(fields[-1])):
        return None
    if len(fields) == _TREC_COLUMNS and not (tabbed or _is_iteration(fields[1])):
        return None  # probably an id that contains a space
    return JudgmentLine(line=line, query=fields[0], document=fields[-2], grade=int(fields[-1]))


def run(path: Path) -> dict[str, list[str]]:
    """Document ids by query from a TREC run, ordered by score, best first, then by rank.

    In a line with a tab, only tabs separate fields, so that ids may contain spaces.

    Raises:
        FileFormatError: A line has another format, or a document comes twice for a query.
    """
    places: dict[str, dict[str, tuple[float, int]]] = {}
    for line, text in _lines(path):
        fields = _fields(text)
        if len(fields) != _TREC_FIELDS or not all(fields):
            raise FileFormatError(
                f"{path}, line {line}: must be `query Q0 document rank score tag`; ids that hold "
                "spaces need tabs between the fields"
            )
        query, _, document, rank, score, _ = fields
        try:
            place = (-_finite(score), int(rank))
        except ValueError as error:
            raise FileFormatError(f"{path}, line {line}: rank and score must be numbers") from error
        if places.setdefault(query, {}).setdefault(document, place) is not place:
            raise FileFormatError(
                f"{path}, line {line}: `{document}` comes twice for query `{query}`"
            )
    return {
        query: sorted(found, key=lambda name: (found[name], name))
        for query, found in places.items()
    }


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def scores_by_order(documents: Sequence[str]) -> dict[str, float]:
    """Descending scores that only encode the order of the documents."""
    return {name: float(len(documents) - place) for place, name in enumerate(documents)}


def write_run(path: Path, run: Run, tag: str) -> None:
    """Write a TREC run. Spaces separate the fields; tabs if an id contains a space."""
    with path.open("w", encoding="utf-8") as target:
        for query, documents in run.items():
            for rank, (document, score) in enumerate(documents.items(), start=1):
                fields = [query, "Q0", document, str(rank), f"{score:g}", tag]
                between = "\t" if len(" ".join(fields).split()) > _TREC_FIELDS else " "
                target.write(between.join(fields) + "\n")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each non-blank line. Raises FileFormatError if one is not UTF-8."""
    with path.open("rb") as stream:
        for line, data in jsonl.lines(stream):
            try:
                yield line, data.decode("utf-8-sig").rstrip("\r\n")
            except UnicodeDecodeError as error:
                reason = undecodable(data, error)
                raise FileFormatError(f"{path}, line {line}: {reason}") from error


def _fields(line: str) -> list[str]:
    return [field.strip() for field in line.split("\t")] if "\t" in line else line.split()


def _is_iteration(text: str) -> bool:
    return text.upper() == "Q0" or _is_integer(text)


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()
