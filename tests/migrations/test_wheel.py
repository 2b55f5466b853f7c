"""An installed wheel migrates a database as a checkout does."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pgrerank.storage import sqlfile
from tests.fixtures.dump import dump

ROOT = Path(__file__).parents[2]
MIGRATE = """
import sys
from pgrerank.storage import migrate, sqlfile

assert str(sqlfile.sql_dir()).startswith(sys.argv[2]), sqlfile.sql_dir()
migrate.upgrade(sys.argv[1])
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_migrates_an_empty_database(installed, empty_database, fresh_database, tmp_path):
    subprocess.run(
        [sys.executable, "-c", MIGRATE, empty_database.admin_url, installed],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=tmp_path,
        check=True,
    )

    from_wheel, from_checkout = (dump(each.admin_url) for each in (empty_database, fresh_database))
    assert from_wheel == from_checkout


def test_wheel_holds_all_sql_and_migrations(installed):
    for packaged, source in (("_sql", "sql"), ("_migrations", "migrations")):
        folder = installed / "pgrerank" / packaged
        there = {
            path.relative_to(folder)
            for path in folder.rglob("*")
            if "__pycache__" not in path.parts
        }
        here = {
            path.relative_to(ROOT / source)
            for path in (ROOT / source).rglob("*")
            if "__pycache__" not in path.parts
        }

        assert there == here
        assert len(sqlfile.revisions()) >= 1
