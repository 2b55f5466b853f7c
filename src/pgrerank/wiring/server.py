"""Run the service with its background tasks, in this process or in several."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from pgrerank.domain.errors import DatabaseUnreachableError, StartupError
from pgrerank.settings import (
    METRICS_FOLDER,
    Settings,
    metrics_folder,
    secrets,
    subprocess_environment,
    variable,
)
from pgrerank.storage import drift, startup
from pgrerank.storage.embedded import EmbeddedServer
from pgrerank.storage.pool import Pool
from pgrerank.wiring.database import Database, open_database, open_pool
from pgrerank.wiring.models import LocalModels
from pgrerank.wiring.services import open_services
from pgrerank.wiring.workers import Supervisor, WorkerProgram

if TYPE_CHECKING:
    from litestar import Litestar

#: seconds between checks of the embedded server
_WATCH_S = 1.0


@asynccontextmanager
async def service(settings: Settings) -> AsyncGenerator["Litestar"]:
    """The HTTP application with all its services and background tasks.

    Raises:
        StartupError: The database or a model is refused; the message names the remedy.
    """
    from pgrerank import observe  # noqa: PLC0415 - as the next
    from pgrerank.api.app import create_app  # noqa: PLC0415 - Litestar is for this alone

    observe.configure_logging(settings.log_format, settings.log_level, secrets())
    telemetry = observe.Telemetry(metrics_folder())
    with open_database(settings) as database:
        standing = partial(
            drift.summary, database.service_url, by_tenant=settings.metrics_by_tenant
        )
        async with (
            open_services(database, settings, rate_limited=True) as (whole, loaded),
            _running(telemetry.watch_loop()),
            _running(telemetry.watch_health(standing)),
            _keep_running(database.server),
        ):
            for name, engine in _engines(loaded).items():
                telemetry.watch_queue(name, lambda engine=engine: engine.queue_length)
            yield create_app(
                whole,
                limits=settings.limits,
                ready=lambda: _parts(database, loaded),
                observer=telemetry,
                operator_token=settings.operator_token,
            )


async def serve_in_workers(
    settings: Settings, descriptor: int, *, ready: Callable[[], None]
) -> None:
    """Serve in several processes until SIGINT or SIGTERM. This one has the embedded server.

    Args:
        settings: The settings, with the number of workers.
        descriptor: File descriptor of the bound socket.
        ready: Called when the first worker accepts connections.

    Raises:
        StartupError: The database or a model is refused.
    """
    from pgrerank import observe  # noqa: PLC0415 - as in `service`

    observe.configure_logging(settings.log_format, settings.log_level, secrets())
    with (
        open_database(settings) as database,
        tempfile.TemporaryDirectory(prefix="pgrerank-metrics-") as metrics,
    ):
        async with open_pool(database, settings) as connections:  # verifies, and migrates a new one
            await _warn_of_connections(connections, settings)
        async with _keep_running(database.server):
            program = _worker_program(settings, database, descriptor, metrics)
            died = partial(observe.forget_process, metrics)
            await Supervisor(program, settings.workers, died=died).run(ready)


def _worker_program(
    settings: Settings, database: Database, descriptor: int, metrics: str
) -> WorkerProgram:
    from pgrerank.inference.threads import cores  # noqa: PLC0415 - as the models

    command = [sys.executable, "-m", "pgrerank", "serve", "--socket", str(descriptor)]
    changed = {
        variable("database_url"): database.service_url,
        variable("admin_database_url"): database.admin_url,
        variable("threads"): str(settings.threads or max(cores() // settings.workers, 1)),
        METRICS_FOLDER: metrics,
    }
    environment = subprocess_environment() | changed
    return WorkerProgram(command=command, environment=environment, descriptors=[descriptor])


async def _warn_of_connections(connections: Pool, settings: Settings) -> None:
    """Log a warning if the workers may open more connections than PostgreSQL accepts."""
    accepted = await startup.connection_limit(connections)
    wanted = settings.workers * settings.pool_size
    if wanted > accepted:
        log: Any = structlog.get_logger("pgrerank")
        log.warning(
            "connections.too_many",
            reason=f"{settings.workers} workers with {variable('pool_size')}={settings.pool_size} may "
            f"open {wanted} connections, and PostgreSQL accepts {accepted}",
        )


@asynccontextmanager
async def _keep_running(server: EmbeddedServer | None) -> AsyncGenerator[None]:
    """Restart the embedded server whenever it dies."""
    if server is None:
        yield
        return
    async with _running(_watch(server)):
        yield


@asynccontextmanager
async def _running(watch: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run a coroutine in the background until the end of the block."""
    watching = asyncio.create_task(watch)
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(server: EmbeddedServer) -> None:
    log: Any = structlog.get_logger("pgrerank")
    while True:
        await asyncio.sleep(_WATCH_S)
        if await asyncio.to_thread(server.is_running):
            continue
        log.warning("postgres.died")
        try:
            await asyncio.to_thread(server.ensure_running)
            log.info("postgres.restarted")
        except DatabaseUnreachableError as error:
            log.error("postgres.unreachable", reason=str(error))  # noqa: TRY400 - known, no traceback


def _engines(loaded: LocalModels) -> dict[str, Any]:
    """Engines by role; one that several models share has the first of their roles."""
    models = {"embedder": loaded.embedder, "tokens": loaded.encoder, "reranker": loaded.scorer}
    engines: dict[str, Any] = {}
    for role, model in models.items():
        if model is not None and model.engine not in engines.values():
            engines[role] = model.engine
    return engines


async def _parts(database: Database, loaded: LocalModels) -> dict[str, str]:
    """State of each part of the service: `ok`, or what is wrong."""
    states = {
        name: "ok" if engine.alive else "the engine has stopped"
        for name, engine in _engines(loaded).items()
    }
    return {**await _database_parts(database.service_url), **states}


async def _database_parts(url: str) -> dict[str, str]:
    try:
        await startup.verify(url)
    except DatabaseUnreachableError:
        return {"postgres": "cannot be reached", "migrations": "unknown"}
    except StartupError as error:
        return {"postgres": "ok", "migrations": str(error)}
    return {"postgres": "ok", "migrations": "ok"}
