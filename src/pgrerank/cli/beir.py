"""Folders of labelled data in BEIR form, and TREC runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pgrerank.cli.command import Failed
from pgrerank.cli.reading import jsonl
from pgrerank.cli.reading.row import Row
from pgrerank.domain.document import Document
from pgrerank.usecases.read_row import InvalidRowError, json_object, row_id

#: document ids to scores, best first, by query
Run: TypeAlias = Mapping[str, Mapping[str, float]]

_TREC_FIELDS = 6
_TRAILING = {3: (1, 2), 4: (2, 3)}  # BEIR: query, document, grade; TREC: query, 0, document, grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A BEIR folder: `corpus.jsonl`, `queries.jsonl` and `qrels/*.tsv`."""

    folder: Path

    def __post_init__(self) -> None:
        for name in ("corpus.jsonl", "queries.jsonl"):
            if not (self.folder / name).is_file():
                raise Failed(
                    f"{self.folder / name} is missing: "
                    "a BEIR folder has corpus.jsonl, queries.jsonl and qrels/"
                )

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.resolve().name

    def rows(self) -> Iterator[Row]:
        """The corpus."""
        path = self.folder / "corpus.jsonl"
        with path.open("rb") as stream:
            yield from jsonl.rows(stream, path.name)

    def documents(self) -> Iterator[Document]:
        """The corpus without the rows that cannot be read."""
        return (row.item for row in self.rows() if isinstance(row.item, Document))

    def queries(self) -> dict[str, str]:
        """Query texts by id."""
        return texts(self.folder / "queries.jsonl")

    def qrels_file(self) -> Path:
        """`qrels/test.tsv`, or the only file of judgments there is."""
        files = sorted((self.folder / "qrels").glob("*.tsv"))
        wanted = [file for file in files if file.name == "test.tsv"] or files
        if len(wanted) != 1:
            names = ", ".join(file.name for file in files) or "none"
            raise Failed(f"{self.folder}: which judgments? In qrels/ there are: {names}")
        return wanted[0]


def texts(path: Path) -> dict[str, str]:
    """Query texts by id, from JSON Lines with `_id` and `text`; other fields mean nothing here.

    Raises:
        Failed: A line has no id or no text, or an id comes twice; names the line.
    """
    found: dict[str, str] = {}
    with path.open("rb") as stream:
        for line, data in jsonl.lines(stream):
            name, text = _query(data, f"{path}, line {line}")
            if found.get(name, text) != text:
                raise Failed(f"{path}, line {line}: the query `{name}` has another text before")
            found[name] = text
    return found


def _query(data: bytes, place: str) -> tuple[str, str]:
    try:
        fields = json_object(data)
        name, text = row_id(fields), fields.get("text")
    except InvalidRowError as error:
        raise Failed(f"{place}: {error}") from error
    if not isinstance(text, str) or not text.strip():
        raise Failed(f"{place}: the query `{name}` has no `text`")
    return name, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A line of a file of judgments."""

    line: int
    query: str
    document: str
    grade: int


def qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades by query and document, from a BEIR or TREC file of judgments."""
    found: dict[str, dict[str, int]] = {}
    for row in judged(path):
        found.setdefault(row.query, {})[row.document] = row.grade
    return found


def judged(path: Path) -> Iterator[Judged]:
    """The lines of a BEIR or TREC file of judgments."""
    for line, text in enumerate(_lines(path), start=1):
        fields = text.split()
        place = _TRAILING.get(len(fields))
        if line == 1 and place and not _is_integer(fields[place[1]]):
            continue  # the header of a BEIR file
        if place is None or not _is_integer(fields[place[1]]):
            raise Failed(f"{path}, line {line}: must be `query document grade`, with tabs between")
        document, grade = fields[place[0]], int(fields[place[1]])
        yield Judged(line=line, query=fields[0], document=document, grade=grade)


def run(path: Path) -> dict[str, list[str]]:
    """Document ids by query, best first, from a TREC run: by score, then by rank."""
    scored: dict[str, list[tuple[float, int, str]]] = {}
    for line, text in enumerate(_lines(path), start=1):
        fields = text.split()
        if len(fields) != _TREC_FIELDS:
            raise Failed(f"{path}, line {line}: must be `query Q0 document rank score tag`")
        query, _, document, rank, score, _ = fields
        try:
            scored.setdefault(query, []).append((-float(score), int(rank), document))
        except ValueError as error:
            raise Failed(f"{path}, line {line}: rank and score must be numbers") from error
    return {query: [name for *_, name in sorted(rows)] for query, rows in scored.items()}


def scored(documents: Sequence[str]) -> dict[str, float]:
    """Scores that say the order of the documents and nothing else."""
    return {name: float(len(documents) - place) for place, name in enumerate(documents)}


def write_run(path: Path, found: Run, tag: str) -> None:
    """Write a TREC run."""
    with path.open("w", encoding="utf-8") as target:
        for query, documents in found.items():
            for rank, (document, score) in enumerate(documents.items(), start=1):
                target.write(f"{query} Q0 {document} {rank} {score:g} {tag}\n")


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Failed(f"{path}: not UTF-8") from error
    return [line for line in lines if line.strip()]


def _is_integer(text: str) -> bool:
    return text.lstrip("-").isdigit()
