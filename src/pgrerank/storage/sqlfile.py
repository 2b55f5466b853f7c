"""Where the package keeps its SQL files and migrations, and how a migration installs one."""

import hashlib
from functools import cache
from pathlib import Path

from pgrerank.domain.errors import PgrerankError

_PACKAGE = Path(__file__).parent.parent
_CHECKOUT = _PACKAGE.parent.parent


class ChangedFileError(PgrerankError):
    """A released SQL file is not what was released.

    Args:
        path: The file, below `sql/`.
    """

    def __init__(self, path: str) -> None:
        super().__init__(
            f"The released file sql/{path} was changed. Restore it, and give the new behaviour a "
            "new name."
        )


def sql_dir() -> Path:
    """The folder `sql`: inside an installed package, or of the checkout."""
    return _locate("_sql", "sql")


def migrations_dir() -> Path:
    """The folder `migrations`: inside an installed package, or of the checkout."""
    return _locate("_migrations", "migrations")


def revisions() -> list[str]:
    """All revisions this version knows, newest first: files of migrations are named after them."""
    files = (migrations_dir() / "versions").glob("[0-9]*_*.py")
    return sorted((file.name.partition("_")[0] for file in files), reverse=True)


def text(path: str) -> str:
    """A file under `sql/`, checked against `frozen.txt` where it is listed there.

    Raises:
        ChangedFileError: Its content is not what was released.
    """
    return verified_text((sql_dir() / path).read_bytes(), frozen_hashes().get(path), path)


def verified_text(content: bytes, released: str | None, path: str) -> str:
    """The text of a file, if it has the SHA-256 it was released with. None: not released yet.

    Raises:
        ChangedFileError: It has another.
    """
    if released not in (None, hashlib.sha256(content).hexdigest()):
        raise ChangedFileError(path)
    return content.decode()


def apply(path: str) -> None:
    """Run a file under `sql/` in the current migration, as it stands: `%` and `:` mean nothing."""
    from alembic import op  # noqa: PLC0415 - a third of what a command takes to start

    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(text(path))
    else:
        op.get_bind().exec_driver_sql(text(path), execution_options={"no_parameters": True})


@cache
def frozen_hashes() -> dict[str, str]:
    """SHA-256 by path of every released file under `sql/`."""
    lines = (sql_dir() / "frozen.txt").read_text().splitlines()
    return {path: digest for digest, path in (line.split() for line in lines)}


def digests() -> dict[str, str]:
    """SHA-256 by path of every file that migrations install: what a release freezes."""
    folder = sql_dir()
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("[bfpv]*/*.sql"))
    }


def _locate(packaged: str, checked_out: str) -> Path:
    installed = _PACKAGE / packaged
    return installed if installed.is_dir() else _CHECKOUT / checked_out
