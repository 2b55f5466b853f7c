import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from pgrerank.domain.errors import DatabaseUnreachableError
from pgrerank.storage import embedded

HOLDER = """
import sys
from pathlib import Path
from pgrerank.storage import embedded

with embedded.running(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def data_dir():
    folder = Path(tempfile.mkdtemp(prefix="pgr"))
    yield folder
    shutil.rmtree(folder)


@contextmanager
def another_process(data_dir):
    """A process that uses the server, and the pid of the postmaster it found or started."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, data_dir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process, int(process.stdout.readline())


def killed(server):
    """Kill the postmaster and wait until it is gone."""
    os.kill(server.pid, signal.SIGKILL)
    while server.is_running():
        os.sched_yield()


def remember(url, fact):
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists memory (fact text)")
        connection.execute("insert into memory values (%s)", [fact])


def remembers(url, fact):
    with psycopg.connect(url) as connection:
        return connection.execute("select 1 from memory where fact = %s", [fact]).fetchall() == [
            (1,)
        ]


def is_up(url):
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_data_is_found_again_after_a_stop(data_dir):
    with embedded.running(data_dir) as server:
        remember(server.admin_url, "stopped")
    assert not is_up(server.admin_url)

    with embedded.running(data_dir) as again:
        assert remembers(again.admin_url, "stopped")


def test_service_login_is_an_ordinary_one(data_dir):
    with (
        embedded.running(data_dir) as server,
        psycopg.connect(server.service_url) as connection,
    ):
        found = connection.execute(
            "select rolsuper, pg_has_role('pgrerank_app', 'usage') from pg_roles "
            "where rolname = current_user"
        )

        assert found.fetchone() == (False, True)


def test_commits_are_kept_on_disk(data_dir):
    with embedded.running(data_dir) as server, psycopg.connect(server.admin_url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"show {setting}").fetchone() == ("on",)


def test_the_server_caches_a_share_of_the_memory(data_dir):
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
    with embedded.running(data_dir) as server, psycopg.connect(server.admin_url) as connection:
        (cached,) = connection.execute(
            "select pg_size_bytes(current_setting('shared_buffers'))"
        ).fetchone()

    assert 128 <= cached / 2**20 <= 1024
    assert cached / 2**20 <= max(memory_mb / 16, 128)


def test_server_runs_until_its_last_user_in_a_process_lets_go(data_dir):
    with embedded.running(data_dir) as first:
        with embedded.running(data_dir) as second:
            assert first.pid == second.pid
        assert is_up(first.admin_url)
    assert not is_up(first.admin_url)


def test_server_runs_until_its_last_process_lets_go(data_dir):
    with embedded.running(data_dir) as server:
        with another_process(data_dir) as (_, pid):
            assert pid == server.pid
        assert is_up(server.admin_url)
    assert not is_up(server.admin_url)


def test_server_outlives_a_killed_process_and_is_found_again(data_dir):
    with another_process(data_dir) as (process, pid):
        process.kill()

    with embedded.running(data_dir) as server:
        assert server.pid == pid
        assert is_up(server.admin_url)
    assert not is_up(server.admin_url)


def test_killed_postgres_comes_back_with_what_was_committed(data_dir):
    with embedded.running(data_dir) as server:
        remember(server.admin_url, "killed")
        killed(server)

        server.ensure_running()

        assert remembers(server.admin_url, "killed")


def test_two_processes_bring_killed_postgres_back_once(data_dir):
    with embedded.running(data_dir) as server, embedded.running(data_dir) as other:
        killed(server)

        server.ensure_running()
        other.ensure_running()

        assert server.pid == other.pid
        assert is_up(other.service_url)


def test_postgres_that_died_in_use_is_no_trouble_at_the_end(data_dir):
    with embedded.running(data_dir) as server:
        killed(server)

    with embedded.running(data_dir) as again:
        assert is_up(again.service_url)


def test_pid_of_the_dead_server_may_be_another_process_by_now(data_dir):
    with embedded.running(data_dir) as server:
        remember(server.admin_url, "reused")
        killed(server)
        pid_file = data_dir / "postgres" / "postmaster.pid"
        pid_file.write_text(pid_file.read_text().replace(str(server.pid), str(os.getpid()), 1))

        server.ensure_running()

        assert remembers(server.admin_url, "reused")


def test_pid_file_that_was_cut_short_is_no_trouble(data_dir):
    with embedded.running(data_dir) as server:
        killed(server)
        (data_dir / "postgres" / "postmaster.pid").write_text("")

        server.ensure_running()

        assert is_up(server.service_url)


def test_signal_to_the_terminal_does_not_reach_postgres(data_dir):
    with embedded.running(data_dir) as server:
        assert os.getsid(server.pid) != os.getsid(0)


def test_folder_with_a_path_too_long_for_a_socket_works(tmp_path):
    folder = tmp_path / ("long" * 30)
    with embedded.running(folder, durable=False) as server:
        assert is_up(server.service_url)


def test_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(DatabaseUnreachableError, match="file"),
        embedded.running(tmp_path / "file"),
    ):
        pass
