"""The backup file: a pg_dump archive (custom format), followed by a manifest line.

`pg_restore --list` reads it like any archive. The last line is `pgrerank-backup` and the manifest
in JSON. It is written after everything else is on disk, so a truncated file has none.
"""

import fcntl
import glob
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
_LONGEST = 16 * 1024 * 1024  # bytes of a manifest
_BLOCK = 1024 * 1024
#: of temporary files; before it are as many random characters as `tempfile` adds
_PARTIAL, _RANDOM = ".partial", 8


class Contents(Struct, frozen=True, kw_only=True):
    """Contents of a table: the number of rows, and the sum of their hashes."""

    rows: int
    checksum: str


class Manifest(Struct, frozen=True, kw_only=True):
    """Description of a backup. `dump_bytes` and `dump_sha256` are of the archive before it."""

    format: int
    pgrerank: str
    revision: str
    created_at: str
    #: version of PostgreSQL for people, and its major number
    server: str
    major: int
    pgvector: str
    #: those of the three schemas that exist
    schemas: list[str]
    #: by name as quoted in SQL
    tables: dict[str, Contents]
    #: roles with grants, except those that `migrate` creates
    roles: list[str]
    dump_bytes: int
    dump_sha256: str


@contextmanager
def atomic_file(path: Path) -> Generator[Path]:
    """A temporary file that is synced and renamed to `path` at the end of the block.

    It is locked until then. Temporary files beside it that nobody locks are removed: their
    processes were killed.

    Raises:
        InvalidRequestError: The file exists, at the beginning or at the end, or cannot be created.
    """
    _refuse_existing(path)
    try:
        _remove_abandoned(path)
        number, partial = _locked_file(path)
    except OSError as error:
        raise InvalidRequestError("FILE", f"{path} cannot be made: {error.strerror}") from error
    try:
        yield partial
        _sync(partial)
        _refuse_existing(path)
        partial.replace(path)
        _sync(path.parent)
    finally:
        os.close(number)
        with suppress(FileNotFoundError):
            partial.unlink()


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise InvalidRequestError("FILE", f"{path} exists; name another, or remove it")


def _remove_abandoned(path: Path) -> None:
    """Remove the temporary files of a target that no process locks, if this user may."""
    for partial in path.parent.glob(f".{glob.escape(path.name)}.{'?' * _RANDOM}{_PARTIAL}"):
        with suppress(OSError), partial.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            partial.unlink()


def _locked_file(path: Path) -> tuple[int, Path]:
    """A new temporary file for a target. Only its owner can read it: a backup holds all texts."""
    while True:
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_PARTIAL, dir=path.parent)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(number, fcntl.LOCK_EX)
        if os.fstat(number).st_nlink:
            return number, Path(name)
        os.close(number)  # another process removed it before it was locked


def seal(path: Path, manifest: Manifest) -> None:
    """Append the manifest to a finished dump."""
    _sync(path)
    with path.open("ab") as file:
        file.write(_MARK + msgspec.json.encode(manifest) + b"\n")


def fingerprint(path: Path, size: int | None = None) -> tuple[int, str]:
    """Number and SHA-256 of the file's first `size` bytes; None: of all."""
    digest, left = hashlib.sha256(), path.stat().st_size if size is None else size
    total = left
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(left, _BLOCK))):
            digest.update(block)
            left -= len(block)
    return total - left, digest.hexdigest()


def read(path: Path) -> Manifest:
    """The manifest of a complete and unchanged backup.

    Raises:
        InvalidRequestError: The file does not exist, is not a backup, was truncated or changed, or
            has a format that this version does not know.
    """
    try:
        manifest = _manifest(path)
        same = fingerprint(path, manifest.dump_bytes) == (manifest.dump_bytes, manifest.dump_sha256)
    except OSError as error:
        raise InvalidRequestError("FILE", f"{path} cannot be read: {error.strerror}") from error
    if not same:
        raise InvalidRequestError("FILE", f"{path} was changed later: its checksum differs")
    return manifest


def _manifest(path: Path) -> Manifest:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _LONGEST, 0))
        _, mark, line = file.read().rpartition(_MARK)
    refusal = InvalidRequestError(
        "FILE", f"{path} is not a backup that `pgrerank backup` completed, or it was cut off"
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
