"""A version with one revision more than the database: what it refuses, and the remedy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pgrerank.storage import sqlfile
from tests.cli.conftest import environment

ROOT = Path(__file__).parents[2]
NEWEST = sqlfile.revisions()[0]
LATER = f"{int(NEWEST) + 1:04}"
MIGRATION = f"""
revision = "{LATER}"
down_revision = "{NEWEST}"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
"""


@pytest.fixture(scope="module")
def later_version(tmp_path_factory):
    """A checkout with one additional migration."""
    folder = tmp_path_factory.mktemp("later")
    for name in ("src", "sql", "migrations"):
        shutil.copytree(ROOT / name, folder / name)  # bytecode too: it takes a second
    (folder / f"migrations/versions/{LATER}_expand_later.py").write_text(MIGRATION)
    return folder


@pytest.fixture
def run_later(later_version):
    """Runs a command of that version on a database."""

    def run(database, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "pgrerank", *map(str, arguments)],
            env=os.environ | environment(database) | {"PYTHONPATH": str(later_version / "src")},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("migrate", "--check")])
def test_an_older_database_is_refused_with_the_command_that_mends_it(
    run_later, fresh_database, arguments
):
    refused = run_later(fresh_database, *arguments)

    assert refused.returncode == 1
    said = refused.stderr.splitlines()[-1]
    assert f"The database is at revision {NEWEST}, this version needs {LATER}." in said
    assert "pgrerank migrate" in said


def test_an_older_backup_is_restored_and_says_to_migrate(
    run_later, fresh_database, empty_database, tmp_path
):
    path = tmp_path / "older.backup"
    command = [sys.executable, "-m", "pgrerank", "backup", path]
    subprocess.run(command, env=os.environ | environment(fresh_database), check=True)

    restored = run_later(empty_database, "restore", path)
    refused = run_later(empty_database, "serve", "--port", "0")
    migrated = run_later(empty_database, "migrate")
    checked = run_later(empty_database, "migrate", "--check")

    assert restored.returncode == 0, restored.stderr
    assert "It is of an older version. Run: pgrerank migrate" in restored.stderr
    assert (refused.returncode, migrated.returncode, checked.returncode) == (1, 0, 0)
    assert LATER in migrated.stdout
