"""Run and read migrations; `alembic` on the command line does the same."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from pgrerank.storage import sqlfile


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision. Any number of processes may do so at once.

    Args:
        url: Postgres URL of a login that may `set role pgrerank_owner`.
        revision: A revision, or `head` for the newest.
    """
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to a revision, or to `base`: data that has no place there is lost."""
    command.downgrade(config(url), revision)


def config(url: str) -> Config:
    """Alembic's configuration for one database, without a file."""
    settings = Config(attributes={"url": url})
    settings.set_main_option("script_location", str(sqlfile.migrations_dir()).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def revisions() -> list[str]:
    """All revisions this version knows, newest first."""
    scripts = ScriptDirectory(str(sqlfile.migrations_dir()))
    return [script.revision for script in scripts.walk_revisions()]
