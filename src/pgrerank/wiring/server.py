"""Run the service with its background tasks."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from pgrerank.domain.errors import DatabaseUnreachableError, StartupError
from pgrerank.settings import Settings, secrets
from pgrerank.storage import drift, startup
from pgrerank.storage.embedded import EmbeddedServer
from pgrerank.wiring.database import Database, open_database
from pgrerank.wiring.models import LocalModels
from pgrerank.wiring.services import open_services

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
    telemetry = observe.Telemetry()
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
    """Engines by role; only one if the reranker shares the embedder's."""
    engines: dict[str, Any] = {}
    if loaded.embedder is not None:
        engines["embedder"] = loaded.embedder.engine
    if loaded.scorer is not None and loaded.scorer.engine not in engines.values():
        engines["reranker"] = loaded.scorer.engine
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
