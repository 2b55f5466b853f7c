"""Model folders that pgrerank writes to the user's cache, and digests of their files."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs


def folder(name: str, version: str, write: Callable[[Path], None]) -> Path:
    """A model as a standard folder in the cache, created if missing.

    Concurrent processes do not conflict: each writes its own draft, and one of them is kept.

    Args:
        name: Name of the model.
        version: Digest of its weights; every version has its own folder.
        write: Writes the folder; it does not exist before. Blocking.

    Raises:
        OSError: The cache cannot be written.
    """
    cache = platformdirs.user_cache_path("pgrerank", ensure_exists=True)
    target = cache / f"{name}-{version[:12]}"
    if target.is_dir():
        return target
    with tempfile.TemporaryDirectory(dir=cache) as drafts:
        draft = Path(drafts) / target.name
        write(draft)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():  # unless another process was faster
                raise
    return target


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
