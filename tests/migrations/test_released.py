"""Files of a released version never change: migrations/released.txt lists them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pgrerank
from pgrerank.storage import released, sqlfile

ROOT = Path(__file__).parents[2]
HEAD = "# what has been released\n"
FILES = {"sql/functions/a_v1.sql": "a" * 64, "migrations/versions/0001_expand_a.py": "b" * 64}
FIRST = released.with_release(HEAD, "0.1.0", "0001", FILES)


def test_released_files_are_as_they_were_released():
    released.verify(sqlfile.released_hashes(), sqlfile.digests())


def test_releases_have_revisions_that_there_are():
    releases = released.parse((sqlfile.migrations_dir() / "released.txt").read_text())

    assert {release.revision for release in releases} <= set(sqlfile.revisions())


def test_release_lists_each_file_that_migrations_install_and_each_migration():
    digests = sqlfile.digests()

    assert {path.rpartition("/")[0] for path in digests} == {
        "sql/baseline",
        "sql/functions",
        "sql/policies",
        "sql/views",
        "migrations/versions",
    }
    for path, digest in digests.items():
        assert released.digest((ROOT / path).read_bytes()) == digest


def test_release_is_read_as_it_was_written():
    [release] = released.parse(FIRST)

    assert FIRST.startswith(HEAD)
    assert release == released.Release("0.1.0", "0001", FILES)


def test_second_release_lists_its_new_files_alone():
    more = {**FILES, "sql/functions/a_v2.sql": "c" * 64}

    first, second = released.parse(released.with_release(FIRST, "0.2.0", "0002", more))

    assert first.hashes == FILES
    assert second == released.Release("0.2.0", "0002", {"sql/functions/a_v2.sql": "c" * 64})


@pytest.mark.parametrize("path", FILES)
def test_no_release_over_a_changed_or_removed_file_of_an_earlier_one(path):
    removed = {name: digest for name, digest in FILES.items() if name != path}

    for current in ({**FILES, path: "0" * 64}, removed):
        with pytest.raises(released.ChangedFileError, match=rf"{path} was changed"):
            released.with_release(FIRST, "0.2.0", "0002", current)


def test_version_is_released_once():
    with pytest.raises(released.ReleasedVersionError, match=r"0\.1\.0 was released before"):
        released.with_release(FIRST, "0.1.0", "0001", FILES)


def test_migration_refuses_a_changed_file():
    hashes = {"sql/functions/x_v1.sql": "0" * 64}

    with pytest.raises(released.ChangedFileError, match=r"sql/functions/x_v1\.sql was changed"):
        sqlfile.verified_text(b"select 2;", hashes, "functions/x_v1.sql")
    assert sqlfile.verified_text(b"select 2;", hashes, "functions/y_v1.sql") == "select 2;"


def test_freeze_lists_the_version_and_holds_it(tmp_path):
    for name in ("src", "sql", "migrations", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    ledger, view = tmp_path / "migrations/released.txt", tmp_path / "sql/views/health.sql"
    package = tmp_path / "src/pgrerank/__init__.py"
    ledger.write_text(HEAD)

    assert _freeze(tmp_path).returncode == 0
    [release] = released.parse(ledger.read_text())
    view.write_text("-- changed\n" + view.read_text())
    package.write_text(package.read_text().replace(release.version, "9.0.0"))
    refused = _freeze(tmp_path)

    assert release.version == pgrerank.__version__
    assert release.hashes == sqlfile.digests()
    assert refused.returncode != 0
    assert "sql/views/health.sql was changed" in refused.stderr
    assert released.parse(ledger.read_text()) == [release]


def _freeze(checkout):
    return subprocess.run(
        [checkout / "scripts/freeze"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable},
        check=False,
        capture_output=True,
        text=True,
    )
