"""A killed backup, and a backup that is restored and served."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.storage import archive
from tests.cli.conftest import environment
from tests.resilience.running import Service, eventually

BACKUPS_AT_WORK = """
    select from pg_stat_activity
    where datname = current_database() and application_name = 'pg_dump'
"""
DOCUMENTS = [
    {"id": "keys", "text": "Rotate an API key every month, and revoke the one before."},
    {"id": "fruit", "text": "Bananas are yellow and sweet."},
]


def test_a_killed_backup_leaves_no_file_of_its_name_and_nothing_that_restore_takes(
    fresh_database, tmp_path
):
    path = tmp_path / "pgrerank.backup"
    with fresh_database.admin() as blocker, fresh_database.admin() as watcher:
        watcher.autocommit = True
        blocker.execute("lock table pgrerank.document in access exclusive mode")
        command = [sys.executable, "-m", "pgrerank", "backup", path]
        with subprocess.Popen(command, env=os.environ | environment(fresh_database)) as process:
            eventually(lambda: watcher.execute(BACKUPS_AT_WORK).rowcount)
            process.send_signal(signal.SIGKILL)
        blocker.rollback()
        eventually(lambda: not watcher.execute(BACKUPS_AT_WORK).rowcount)

    [partial] = tmp_path.iterdir()
    assert partial != path
    with pytest.raises(InvalidRequestError, match="cut off"):
        archive.read(partial)


@pytest.fixture
def folders() -> Iterator[tuple[Path, Path]]:
    made = Path(tempfile.mkdtemp(prefix="pgr")), Path(tempfile.mkdtemp(prefix="pgr"))
    yield made
    for folder in made:
        shutil.rmtree(folder)


def test_a_restored_database_is_served_to_the_keys_of_the_first(folders, tmp_path):
    here, there = folders
    path = tmp_path / "pgrerank.backup"
    with closing(Service(here)) as service:
        service.ingest(DOCUMENTS).raise_for_status()
        before = service.search("how often should I rotate a key").raise_for_status().json()
        assert service.command("backup", str(path)).wait() == 0
        key = service.key

    restored = [sys.executable, "-m", "pgrerank", "--data-dir", there, "restore", path]
    subprocess.run(restored, check=True)
    with closing(Service(there, key=key)) as service:
        after = service.search("how often should I rotate a key").raise_for_status().json()
        logged = service.client.get(f"/v1/rankings/{before['id']}").raise_for_status().json()

    assert after["rerank"]["status"] == before["rerank"]["status"] == "full"
    assert after["results"] == before["results"]
    assert after["results"][0]["document"]["id"] == "keys"
    assert logged["query"] == "how often should I rotate a key"
