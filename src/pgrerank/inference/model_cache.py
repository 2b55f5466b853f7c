"""Model folders that pgrerank writes to the user's cache, and digests of their files."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import platformdirs

_VERSION_DIGITS = 12
#: a version that nobody used for so long is removed when another one is written
_UNUSED = timedelta(days=30)


def folder(name: str, version: str, write: Callable[[Path], None]) -> Path:
    """A model as a standard folder in the cache, created if missing.

    Concurrent processes do not conflict: each writes its own draft, and one of them is kept. A
    version written replaces those of the same name that were not used for 30 days; processes that
    have such a file open keep it.

    Args:
        name: Name of the model.
        version: Digest of its weights; every version has its own folder.
        write: Writes the folder; it does not exist before. Blocking.

    Raises:
        OSError: The cache cannot be written.
    """
    cache = platformdirs.user_cache_path("pgrerank", ensure_exists=True)
    target = cache / f"{name}-{version[:_VERSION_DIGITS]}"
    if target.is_dir():
        with suppress(OSError):  # a cache that others write
            os.utime(target)
        return target
    with tempfile.TemporaryDirectory(dir=cache) as drafts:
        draft = Path(drafts) / target.name
        write(draft)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():  # unless another process was faster
                raise
    _remove_unused_versions(name, target)
    return target


def _remove_unused_versions(name: str, written: Path) -> None:
    oldest = (datetime.now(UTC) - _UNUSED).timestamp()
    versions = written.parent.glob(f"{name}-{'[0-9a-f]' * _VERSION_DIGITS}")
    for each in {*versions} - {written}:
        with suppress(OSError):  # another process was faster
            if each.stat().st_mtime < oldest:
                shutil.rmtree(each)


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
