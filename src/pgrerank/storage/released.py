"""`migrations/released.txt`: which versions were released, and the files that came with each.

A released database exists somewhere, and only the files it was made by lead to it. So a listed
file never changes; new behaviour is a new file.
"""

import hashlib
from dataclasses import dataclass, field

from pgrerank.domain.errors import PgrerankError


class ChangedFileError(PgrerankError):
    """A released file is not what was released.

    Args:
        path: The file, from the root of a checkout.
    """

    def __init__(self, path: str) -> None:
        super().__init__(
            f"The released file {path} was changed. Restore it, and give the new behaviour a "
            "new name."
        )


class ReleasedVersionError(PgrerankError):
    """The version was released before.

    Args:
        version: As in `pyproject.toml`.
    """

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Version {version} was released before. Raise the version of the package."
        )


@dataclass(frozen=True, slots=True)
class Release:
    """A version, its newest revision, and SHA-256 by path of the files that came with it."""

    version: str
    revision: str
    hashes: dict[str, str] = field(default_factory=dict[str, str])


def parse(ledger: str) -> list[Release]:
    """The releases that the text of `released.txt` lists, oldest first.

    Raises:
        ValueError: A line is no release, no file and no comment.
    """
    releases: list[Release] = []
    for line in ledger.splitlines():
        if not line or line.startswith("#"):
            continue
        match line.split():
            case ["release", version, revision]:
                releases.append(Release(version, revision))
            case [digest, path]:
                releases[-1].hashes[path] = digest
            case _:
                raise ValueError(f"released.txt holds a line of no known form: {line}")
    return releases


def all_hashes(releases: list[Release]) -> dict[str, str]:
    """SHA-256 by path of every released file."""
    return {path: digest for release in releases for path, digest in release.hashes.items()}


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def verify(hashes: dict[str, str], current: dict[str, str]) -> None:
    """Check that each released file is there as it was released.

    Raises:
        ChangedFileError: One was changed or removed.
    """
    for path, released in hashes.items():
        if current.get(path) != released:
            raise ChangedFileError(path)


def with_release(ledger: str, version: str, revision: str, current: dict[str, str]) -> str:
    """The text of `released.txt` with one release more: the files that none before it lists.

    Args:
        ledger: The text so far.
        version: Of the new release.
        revision: Its newest.
        current: SHA-256 by path of every file that migrations install, and of the migrations.

    Raises:
        ChangedFileError: A file of an earlier release was changed or removed.
        ReleasedVersionError: The version is listed already.
    """
    releases = parse(ledger)
    if version in {release.version for release in releases}:
        raise ReleasedVersionError(version)
    known = all_hashes(releases)
    verify(known, current)
    new = [f"{found} {path}" for path, found in current.items() if path not in known]
    return "\n".join([ledger.rstrip("\n"), f"release {version} {revision}", *new, ""])
