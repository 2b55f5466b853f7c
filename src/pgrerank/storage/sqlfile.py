"""Locations of the SQL files and migrations, and the installation of an SQL file."""

from functools import cache
from pathlib import Path

from pgrerank.storage import released, statements

_PACKAGE = Path(__file__).parent.parent
_CHECKOUT = _PACKAGE.parent.parent


def sql_dir() -> Path:
    """The folder `sql` of the installed package or of the checkout."""
    return _locate("_sql", "sql")


def migrations_dir() -> Path:
    """The folder `migrations` of the installed package or of the checkout."""
    return _locate("_migrations", "migrations")


def revisions() -> list[str]:
    """All revisions that this version knows, newest first, from the names of migration files."""
    files = (migrations_dir() / "versions").glob("[0-9]*_*.py")
    return sorted((file.name.partition("_")[0] for file in files), reverse=True)


def text(path: str) -> str:
    """The text of a file under `sql/`, checked against `released.txt` if listed there.

    Raises:
        ChangedFileError: The file was changed after its release.
    """
    return verified_text((sql_dir() / path).read_bytes(), released_hashes(), path)


def verified_text(content: bytes, hashes: dict[str, str], path: str) -> str:
    """Decode a file under `sql/`, after checking its released SHA-256, if it has one.

    Raises:
        ChangedFileError: The SHA-256 differs.
    """
    name = f"sql/{path}"
    if hashes.get(name) not in (None, released.digest(content)):
        raise released.ChangedFileError(name)
    return content.decode()


def apply(path: str) -> None:
    """Run a file under `sql/` in the current migration, statement by statement.

    Verbatim: `%` and `:` are not special.
    """
    from alembic import op  # noqa: PLC0415 - a third of the start time of a command

    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(text(path))
    else:
        for statement in statements.split(text(path)):
            op.get_bind().exec_driver_sql(statement, execution_options={"no_parameters": True})


@cache
def released_hashes() -> dict[str, str]:
    """SHA-256 of every released file, by path relative to the root of a checkout."""
    ledger = (migrations_dir() / "released.txt").read_text()
    return released.all_hashes(released.parse(ledger))


def digests() -> dict[str, str]:
    """SHA-256 of the migrations and of the files they install, which a release lists.

    Paths are relative to the root of a checkout.
    """
    installed = ("sql", sql_dir(), "[bfpv]*/*.sql")
    migrations = ("migrations", migrations_dir(), "versions/[0-9]*_*.py")
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": released.digest(path.read_bytes())
        for name, folder, pattern in (installed, migrations)
        for path in sorted(folder.glob(pattern))
    }


def _locate(packaged: str, checked_out: str) -> Path:
    installed = _PACKAGE / packaged
    return installed if installed.is_dir() else _CHECKOUT / checked_out
