"""The files that an ingest reads, and their formats."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

STDIN = "-"


class Format(StrEnum):
    """The format of a file."""

    AUTO = "auto"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"


SUFFIXES = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".rst": Format.TEXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A file to read; without a path: standard input."""

    #: name in messages, and id of a document that is a whole file
    name: str
    path: Path | None
    format: Format
    size: int
    #: why it cannot be read, as a clause
    fault: str | None = None
    #: encoding of a file without a byte order mark; None: UTF-8, or what an HTML file declares
    encoding: str | None = None


class UnknownFormatError(ValueError):
    """The suffix of a named file does not tell its format."""

    def __init__(self, name: str) -> None:
        suffixes = ", ".join(SUFFIXES)
        super().__init__(f"{name}: its suffix is none of {suffixes}; use --format")


def sources(paths: Sequence[str], file_format: Format = Format.AUTO) -> list[FileSource]:
    """All files of the paths, with folders read recursively, sorted.

    In a folder, hidden files and those with unknown suffixes are skipped; of a BEIR folder
    (`corpus.jsonl` beside `queries.jsonl`) only the corpus is read. Links to folders are not
    followed. Files and folders that cannot be accessed are returned as sources with a fault.

    Raises:
        UnknownFormatError: A file given by its own path has an unknown suffix.
        FileNotFoundError: There is no such file or folder.
    """
    return [source for path in paths for source in _sources(path, file_format)]


def _sources(path: str, file_format: Format) -> Iterator[FileSource]:
    if path == STDIN:
        form = Format.JSONL if file_format is Format.AUTO else file_format
        yield FileSource(name="stdin", path=None, format=form, size=0)
    elif Path(path).is_dir():
        yield from _folder(Path(path), file_format)
    else:
        yield _file(Path(path), Path(path).name, file_format)


def _folder(root: Path, file_format: Format) -> Iterator[FileSource]:
    if (root / "corpus.jsonl").is_file() and (root / "queries.jsonl").is_file():
        yield _file(root / "corpus.jsonl", "corpus.jsonl", file_format)
        return
    closed: list[OSError] = []
    for folder, children, files in os.walk(root, onerror=closed.append):
        children[:] = sorted(child for child in children if not child.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES:
                yield from _inside(path, path.relative_to(root).as_posix(), file_format)
        yield from (_unreadable_folder(error, root) for error in closed)
        closed.clear()


def _inside(path: Path, name: str, file_format: Format) -> Iterator[FileSource]:
    """A file of a folder, unless it is a broken link, a pipe or a device."""
    try:
        if path.is_file():
            yield _file(path, name, file_format)
    except OSError as error:
        yield _unreadable(name, f"cannot be read: {error.strerror}")


def _unreadable_folder(error: OSError, root: Path) -> FileSource:
    name = Path(error.filename).relative_to(root).as_posix()
    return _unreadable(name, f"the folder cannot be read: {error.strerror}")


def _unreadable(name: str, fault: str) -> FileSource:
    return FileSource(name=_printable(name), path=None, format=Format.TEXT, size=0, fault=fault)


def _file(path: Path, name: str, file_format: Format) -> FileSource:
    size = path.stat().st_size
    form = SUFFIXES.get(path.suffix.lower()) if file_format is Format.AUTO else file_format
    if form is None:
        raise UnknownFormatError(_printable(str(path)))
    if _printable(name) != name and form is not Format.JSONL:
        return _unreadable(name, "its name, which would be its id, is not UTF-8")
    return FileSource(name=_printable(name), path=path, format=form, size=size)


def _printable(name: str) -> str:
    r"""A printable name, in which bytes that are not UTF-8 are written as `\xff`."""
    return os.fsencode(name).decode(errors="backslashreplace")
