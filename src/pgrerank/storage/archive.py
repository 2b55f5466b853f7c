"""The file of a backup: what pg_dump writes (custom format), and behind it a line of facts.

`pg_restore --list` reads it as any archive. The last line is `pgrerank-backup` and the manifest in
JSON; it is written when all else is on disk, so a file that was cut off has none.
"""

import hashlib
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from pgrerank.domain.errors import InvalidRequestError

FORMAT = 1
_MARK = b"\npgrerank-backup "
_LONGEST = 16 * 1024 * 1024  # of a manifest, in bytes
_BLOCK = 1024 * 1024


class Contents(Struct, frozen=True, kw_only=True):
    """What a table held: how many rows, and the sum of a hash of each."""

    rows: int
    checksum: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup is of. Bytes and hash are those of the archive before it."""

    format: int
    pgrerank: str
    revision: str
    created_at: str
    #: version of Postgres as people write it, and its major number
    server: str
    major: int
    pgvector: str
    #: which of the three schemas there were
    schemas: list[str]
    #: names as SQL writes them
    tables: dict[str, Contents]
    #: roles beside those that `migrate` makes, which somebody granted something
    roles: list[str]
    dump_bytes: int
    dump_sha256: str


@contextmanager
def atomic_file(path: Path) -> Generator[Path]:
    """A file beside `path` that takes its place at the end of the block, on disk and whole.

    Raises:
        InvalidRequestError: There is a file of this name, or none can be made.
    """
    if path.exists():
        raise InvalidRequestError("FILE", f"{path} exists; name another, or remove it")
    try:
        # Readable by its owner alone: a backup holds every text.
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    except OSError as error:
        raise InvalidRequestError("FILE", f"{path} cannot be made: {error.strerror}") from error
    os.close(number)
    partial = Path(name)
    try:
        yield partial
        _sync(partial)
        partial.replace(path)
        _sync(path.parent)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()


def seal(path: Path, manifest: Manifest) -> None:
    """Put the manifest behind a finished dump."""
    _sync(path)
    with path.open("ab") as file:
        file.write(_MARK + msgspec.json.encode(manifest) + b"\n")


def fingerprint(path: Path, size: int | None = None) -> tuple[int, str]:
    """How many bytes, and their SHA-256; of the first `size`, or of all."""
    digest, left = hashlib.sha256(), path.stat().st_size if size is None else size
    total = left
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(left, _BLOCK))):
            digest.update(block)
            left -= len(block)
    return total - left, digest.hexdigest()


def read(path: Path) -> Manifest:
    """The manifest of a whole and unchanged backup.

    Raises:
        InvalidRequestError: The file is not there, is no backup, was cut off or changed, or is of a
            format that this version does not know.
    """
    try:
        manifest = _manifest(path)
        same = fingerprint(path, manifest.dump_bytes) == (manifest.dump_bytes, manifest.dump_sha256)
    except OSError as error:
        raise InvalidRequestError("FILE", f"{path} cannot be read: {error.strerror}") from error
    if not same:
        raise InvalidRequestError("FILE", f"{path} was changed since: its checksum differs")
    return manifest


def _manifest(path: Path) -> Manifest:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _LONGEST, 0))
        _, mark, line = file.read().rpartition(_MARK)
    refusal = InvalidRequestError(
        "FILE", f"{path} is no backup that `pgrerank backup` finished, or was cut off"
    )
    if not mark or not line.endswith(b"\n"):
        raise refusal
    try:
        if msgspec.json.decode(line, type=_Version).format > FORMAT:
            raise InvalidRequestError("FILE", f"{path} was made by a newer pgrerank; install that")
        return msgspec.json.decode(line, type=Manifest)
    except msgspec.MsgspecError as error:
        raise refusal from error


class _Version(Struct, frozen=True):
    format: int


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
