"""The composition root: the only module that names concrete classes and knows all of them."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog

from pgrerank.domain.errors import (
    DatabaseUnreachableError,
    MissingExtensionError,
    StartupError,
    UnmigratedError,
)
from pgrerank.domain.model import ModelCard
from pgrerank.ports import House, Office
from pgrerank.settings import Settings
from pgrerank.storage import drift, embedded, migrate, startup, tenancy
from pgrerank.storage import models as registry
from pgrerank.storage.calibrations import PostgresCalibrations
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.embedded import EmbeddedServer
from pgrerank.storage.embeddings import PostgresEmbeddings
from pgrerank.storage.evaluations import PostgresEvaluations
from pgrerank.storage.history import PostgresHistory
from pgrerank.storage.judgments import PostgresJudgments
from pgrerank.storage.keys import PostgresKeys
from pgrerank.storage.pool import Pool, pool
from pgrerank.storage.quotas import PostgresQuotas
from pgrerank.storage.rankings import PostgresRankings
from pgrerank.storage.references import PostgresReferences
from pgrerank.storage.reports import PostgresReports
from pgrerank.storage.tenants import PostgresTenants
from pgrerank.storage.thresholds import PostgresThresholds
from pgrerank.storage.tokens import PostgresTokens

if TYPE_CHECKING:
    from litestar import Litestar

    from pgrerank.inference.embedder import EngineEmbedder
    from pgrerank.inference.scorer import EngineScorer
    from pgrerank.inference.stored import StoredLateInteraction

#: seconds between looks at the embedded server
_WATCH_S = 1.0


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds since some fixed instant; never goes back."""
        return perf_counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where Postgres is, for operators and for the service."""

    admin_url: str
    service_url: str
    #: the server of our own, where no URL names another
    server: EmbeddedServer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The loaded models."""

    embedder: "EngineEmbedder"
    scorer: "EngineScorer[Any]"
    late: "StoredLateInteraction | None"


@contextmanager
def database(settings: Settings) -> Generator[Database]:
    """The database of the settings: the one they name, or else the embedded server, started.

    Raises:
        DatabaseUnreachableError: The embedded server does not come up.
    """
    service_url = settings.database_url or settings.admin_database_url
    if service_url is not None:
        admin_url = settings.admin_database_url or service_url
        yield Database(admin_url=admin_url, service_url=service_url)
        return
    with embedded.running(settings.data_dir) as server:
        yield Database(admin_url=server.admin_url, service_url=server.service_url, server=server)


@contextmanager
def models(settings: Settings) -> Generator[Models]:
    """The embedder and the reranker. Loading blocks for seconds.

    Raises:
        ModelError: A name stands for no usable model.
    """
    from pgrerank.inference import load  # noqa: PLC0415 - torch takes seconds that few commands need

    with _embedder(settings) as embedder:
        scorer = load.load_scorer(
            settings.reranker,
            embedder=embedder,
            precision=settings.precision,
            threads=settings.threads,
            queue_size=settings.queue_size,
            longest_wait_s=settings.max_wait_seconds,
            scores=settings.score_cache,
        )
        try:
            stored = load.load_stored_late_interaction(embedder)
            yield Models(embedder=embedder, scorer=scorer, late=stored)
        finally:
            scorer.close()


@contextmanager
def _embedder(settings: Settings) -> "Generator[EngineEmbedder]":
    from pgrerank.inference import load  # noqa: PLC0415 - as above

    embedder = load.load_embedder(
        settings.embedder,
        precision=settings.precision,
        threads=settings.threads,
        queue_size=settings.queue_size,
        longest_wait_s=settings.max_wait_seconds,
    )
    try:
        yield embedder
    finally:
        embedder.close()


def base_model(name: str) -> tuple[Path, str]:
    """Folder and fingerprint of a model to train from.

    Raises:
        ModelError: There is none of this name.
    """
    from pgrerank.inference import model  # noqa: PLC0415 - as above

    found = model.files(name)
    return found.folder, found.fingerprint()


def reranker_card(settings: Settings) -> ModelCard:
    """Identity of the reranker of the settings, which is loaded for it: so it does load.

    Raises:
        ModelError: It does not.
    """
    with models(settings) as loaded:
        return loaded.scorer.model


async def register(settings: Settings, card: ModelCard) -> None:
    """Enter a model into the database's registry, where it is not there already.

    Raises:
        StartupError: The database is refused; says what mends it.
    """
    with database(settings) as found:
        async with _opened(found, settings) as connections, tenancy.nobody(connections) as link:
            await registry.identifier(link, card)


@asynccontextmanager
async def office(settings: Settings) -> AsyncGenerator[Office]:
    """The ports that need no model, over a database that was found fit to serve.

    Raises:
        StartupError: It was not; says what mends it.
    """
    with database(settings) as found:
        async with _opened(found, settings) as connections:
            yield _office(found, connections)


@asynccontextmanager
async def embedding_office(settings: Settings) -> "AsyncGenerator[tuple[Office, EngineEmbedder]]":
    """The same, with the embedder alone.

    Raises:
        StartupError: The database or the model is refused; says what mends it.
    """
    async with office(settings) as front:
        loading = _embedder(settings)
        loaded = await asyncio.to_thread(loading.__enter__)
        try:
            yield front, loaded
        finally:
            await asyncio.to_thread(loading.__exit__, None, None, None)


@asynccontextmanager
async def house(settings: Settings) -> AsyncGenerator[House]:
    """All ports.

    Raises:
        StartupError: The database or a model is refused; says what mends it.
    """
    with database(settings) as found:
        async with _furnished(found, settings) as (whole, _):
            yield whole


@asynccontextmanager
async def service(settings: Settings) -> AsyncGenerator["Litestar"]:
    """The HTTP application with all it needs, watched over until it ends.

    Raises:
        StartupError: The database or a model is refused; says what mends it.
    """
    from pgrerank import observe  # noqa: PLC0415 - as the next
    from pgrerank.api.app import create_app  # noqa: PLC0415 - Litestar is for this alone

    observe.configure_logging(settings.log_format, settings.log_level)
    telemetry = observe.Telemetry()
    with database(settings) as found:
        standing = partial(drift.summary, found.service_url, by_tenant=settings.metrics_by_tenant)
        async with (
            _furnished(found, settings, metered=True) as (whole, loaded),
            _running(telemetry.watch_loop()),
            _running(telemetry.watch_health(standing)),
            _kept_running(found.server),
        ):
            for name, engine in _engines(loaded).items():
                telemetry.watch_queue(name, lambda engine=engine: engine.queue_length)
            yield create_app(
                whole,
                limits=settings.limits,
                ready=lambda: _parts(found, loaded),
                observer=telemetry,
                operator_token=settings.operator_token,
            )


@asynccontextmanager
async def _furnished(
    found: Database, settings: Settings, *, metered: bool = False
) -> AsyncGenerator[tuple[House, Models]]:
    async with _opened(found, settings) as connections:
        loading = models(settings)
        loaded = await asyncio.to_thread(loading.__enter__)
        try:
            whole = _house(found, connections, loaded)
            yield _metered(whole, connections, settings) if metered else whole, loaded
        finally:
            await asyncio.to_thread(loading.__exit__, None, None, None)


def _office(found: Database, connections: Pool) -> Office:
    return Office(
        clock=SystemClock(),
        rankings=PostgresRankings(connections),
        documents=PostgresDocuments(connections),
        tokens=PostgresTokens(connections),
        embeddings=PostgresEmbeddings(connections),
        judgments=PostgresJudgments(connections),
        calibrations=PostgresCalibrations(connections),
        thresholds=PostgresThresholds(connections),
        evaluations=PostgresEvaluations(connections),
        reports=PostgresReports(connections),
        references=PostgresReferences(connections),
        keys=PostgresKeys(connections),
        tenants=PostgresTenants(found.admin_url),
    )


def _house(found: Database, connections: Pool, loaded: Models) -> House:
    front = _office(found, connections)
    rerankers = [each.model for each in (loaded.scorer, loaded.late) if each is not None]
    return House(
        clock=front.clock,
        rankings=PostgresRankings(connections, *rerankers),
        documents=front.documents,
        tokens=front.tokens,
        embeddings=front.embeddings,
        judgments=front.judgments,
        calibrations=front.calibrations,
        thresholds=front.thresholds,
        evaluations=front.evaluations,
        reports=front.reports,
        references=front.references,
        keys=front.keys,
        tenants=front.tenants,
        embedder=loaded.embedder,
        scorer=loaded.scorer,
        late=loaded.late,
        candidates=PostgresCandidates(connections),
        history=PostgresHistory(connections),
    )


def _metered(whole: House, connections: Pool, settings: Settings) -> House:
    """The house as tenants use it, over HTTP. Operators at the command line have no quota."""
    from pgrerank.inference import metered  # noqa: PLC0415 - as the models

    meter = metered.Meter(
        PostgresQuotas(connections),
        default=settings.pairs_per_second,
        elapsed=whole.clock.elapsed,
    )
    late = whole.late and metered.MeteredLateInteraction(whole.late, meter)
    return replace(whole, scorer=metered.MeteredScorer(whole.scorer, meter), late=late)


@asynccontextmanager
async def _opened(found: Database, settings: Settings) -> AsyncGenerator[Pool]:
    try:
        await startup.verify(found.service_url)
    except (MissingExtensionError, UnmigratedError) as error:
        if found.server is None or not _is_new(error):
            raise
        # A server of our own that is new has nobody else to migrate it.
        await asyncio.to_thread(migrate.upgrade, found.admin_url)
    async with pool(found.service_url, size=settings.pool_size) as connections:
        yield connections


def _is_new(error: MissingExtensionError | UnmigratedError) -> bool:
    return isinstance(error, MissingExtensionError) or error.found is None


@asynccontextmanager
async def _kept_running(server: EmbeddedServer | None) -> AsyncGenerator[None]:
    """Start the embedded server again whenever it dies."""
    if server is None:
        yield
        return
    async with _running(_watched(server)):
        yield


@asynccontextmanager
async def _running(watch: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run something in the background, until the end of the block."""
    watching = asyncio.create_task(watch)
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watched(server: EmbeddedServer) -> None:
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


def _engines(loaded: Models) -> dict[str, Any]:
    """Engines by what they run; one, where the reranker shares the embedder's."""
    engines = {"embedder": loaded.embedder.engine}
    if loaded.scorer.engine is not loaded.embedder.engine:
        engines["reranker"] = loaded.scorer.engine
    return engines


async def _parts(found: Database, loaded: Models) -> dict[str, str]:
    """Each part of the service with `ok` or why it is not."""
    states = {
        name: "ok" if engine.alive else "the engine has stopped"
        for name, engine in _engines(loaded).items()
    }
    return {**await _database_parts(found.service_url), **states}


async def _database_parts(url: str) -> dict[str, str]:
    try:
        await startup.verify(url)
    except DatabaseUnreachableError:
        return {"postgres": "cannot be reached", "migrations": "unknown"}
    except StartupError as error:
        return {"postgres": "ok", "migrations": str(error)}
    return {"postgres": "ok", "migrations": "ok"}
