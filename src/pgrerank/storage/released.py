"""`migrations/released.txt`: the released versions, and the files that came with each.

Existing databases were made by the released files, so a listed file never changes; new behaviour
is a new file.
"""

import hashlib
from dataclasses import dataclass, field

from pgrerank.domain.errors import PgrerankError


class ChangedFileError(PgrerankError):
    """A released file was changed.

    Args:
        path: The file, relative to the root of a checkout.
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
    """A version, its newest revision, and the SHA-256 of the files that came with it, by path."""

    version: str
    revision: str
    hashes: dict[str, str] = field(default_factory=dict[str, str])


def parse(ledger: str) -> list[Release]:
    """The releases in the text of `released.txt`, oldest first.

    Raises:
        ValueError: A line is neither a release, a file nor a comment.
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
                raise ValueError(f"released.txt has an invalid line: {line}")
    return releases


def all_hashes(releases: list[Release]) -> dict[str, str]:
    """SHA-256 of every released file, by path."""
    return {path: digest for release in releases for path, digest in release.hashes.items()}


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def verify(hashes: dict[str, str], current: dict[str, str]) -> None:
    """Check that all released files exist unchanged.

    Raises:
        ChangedFileError: A file was changed or removed.
    """
    for path, released in hashes.items():
        if current.get(path) != released:
            raise ChangedFileError(path)


def with_release(ledger: str, version: str, revision: str, current: dict[str, str]) -> str:
    """The text of `released.txt` with a new release, which lists the files not listed before.

    Args:
        ledger: The present text.
        version: Version of the new release.
        revision: Its newest revision.
        current: SHA-256 of the migrations and of every file that they install, by path.

    Raises:
        ChangedFileError: A file of an earlier release was changed or removed.
        ReleasedVersionError: The version is already listed.
    """
    releases = parse(ledger)
    if version in {release.version for release in releases}:
        raise ReleasedVersionError(version)
    released = all_hashes(releases)
    verify(released, current)
    new = [f"{found} {path}" for path, found in current.items() if path not in released]
    return "\n".join([ledger.rstrip("\n"), f"release {version} {revision}", *new, ""])
