"""Build the services: the ports with their implementations."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from typing import Any, TypeAlias

from pgrerank.ports.embedder import Embedder
from pgrerank.ports.services import AdminServices, Services
from pgrerank.settings import Settings
from pgrerank.storage.calibrations import PostgresCalibrations
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.embeddings import PostgresEmbeddings
from pgrerank.storage.evaluations import PostgresEvaluations
from pgrerank.storage.history import PostgresHistory
from pgrerank.storage.judgments import PostgresJudgments
from pgrerank.storage.keys import PostgresKeys
from pgrerank.storage.pool import Pool
from pgrerank.storage.quotas import PostgresQuotas
from pgrerank.storage.rankings import PostgresRankings
from pgrerank.storage.references import PostgresReferences
from pgrerank.storage.related import PostgresRelated
from pgrerank.storage.reports import PostgresReports
from pgrerank.storage.tenants import PostgresTenants
from pgrerank.storage.thresholds import PostgresThresholds
from pgrerank.storage.tokens import PostgresTokens
from pgrerank.wiring.clock import SystemClock
from pgrerank.wiring.database import Database, open_database, open_pool
from pgrerank.wiring.models import LocalModels, ServiceModels, load_embedder, load_models

#: checks a command's names before any model is loaded; raises if they are refused
Check: TypeAlias = Callable[[AdminServices], Awaitable[None]]


async def _accept(_: AdminServices) -> None:
    return


@asynccontextmanager
async def admin_services(settings: Settings) -> AsyncGenerator[AdminServices]:
    """The ports that need no model, over a verified database.

    Raises:
        StartupError: The database is refused; the message names the remedy.
    """
    with open_database(settings) as database:
        async with open_pool(database, settings) as connections:
            yield _build_admin_services(database, connections)


@asynccontextmanager
async def embedding_services(
    settings: Settings, *, check: Check = _accept
) -> AsyncGenerator[tuple[AdminServices, Embedder]]:
    """The ports that need no model, and the embedder, which is loaded after the check passed.

    Raises:
        StartupError: The database or the model is refused; the message names the remedy.
        PgrerankError: The check failed.
    """
    async with admin_services(settings) as front:
        await check(front)
        async with load_embedder(settings) as embedder:
            yield front, embedder


@asynccontextmanager
async def all_services(settings: Settings, *, check: Check = _accept) -> AsyncGenerator[Services]:
    """All ports; models are loaded after the check passed.

    Raises:
        StartupError: The database or a model is refused; the message names the remedy.
        PgrerankError: The check failed.
    """
    with open_database(settings) as database:
        async with open_services(database, settings, check=check) as (whole, _):
            yield whole


@asynccontextmanager
async def open_services(
    database: Database, settings: Settings, *, rate_limited: bool = False, check: Check = _accept
) -> AsyncGenerator[tuple[Services, LocalModels]]:
    """All ports and the local models; if `rate_limited`, rerankers are subject to tenants' quotas.

    Raises:
        StartupError: The database or a model is refused; the message names the remedy.
        PgrerankError: The check failed.
    """
    async with open_pool(database, settings) as connections:
        await check(_build_admin_services(database, connections))
        async with load_models(settings) as models:
            whole = _build_services(database, connections, models)
            yield (
                _rate_limited(whole, connections, settings) if rate_limited else whole,
                models.local,
            )


def _build_admin_services(database: Database, connections: Pool) -> AdminServices:
    return AdminServices(
        clock=SystemClock(),
        rankings=PostgresRankings(connections),
        collections=PostgresCollections(connections),
        documents=PostgresDocuments(connections),
        tokens=PostgresTokens(connections),
        embeddings=PostgresEmbeddings(connections),
        judgments=PostgresJudgments(connections),
        calibrations=PostgresCalibrations(connections),
        thresholds=PostgresThresholds(connections),
        evaluations=PostgresEvaluations(connections),
        reports=PostgresReports(connections),
        references=PostgresReferences(connections),
        related=PostgresRelated(connections),
        keys=PostgresKeys(connections),
        tenants=PostgresTenants(database.admin_url),
    )


def _build_services(database: Database, connections: Pool, models: ServiceModels) -> Services:
    scorers = [models.scorer, models.late, *models.remote.rerankers.values()]
    rerankers = [each.model for each in scorers if each is not None]
    front = replace(
        _build_admin_services(database, connections),
        rankings=PostgresRankings(connections, *rerankers),
    )
    ports: dict[str, Any] = {each.name: getattr(front, each.name) for each in fields(front)}
    return Services(
        **ports,
        embedder=models.embedder,
        scorer=models.scorer,
        late=models.late,
        spans=models.spans,
        candidates=PostgresCandidates(connections),
        history=PostgresHistory(connections),
        rerankers=models.remote.rerankers,
        embedders=models.remote.embedders,
        judges=models.remote.judges,
    )


def _rate_limited(whole: Services, connections: Pool, settings: Settings) -> Services:
    """The services under tenants' quotas, for HTTP. The command line has no quotas."""
    from pgrerank.inference import rate_limit  # noqa: PLC0415 - as the models

    meter = rate_limit.TenantRateLimiter(
        PostgresQuotas(connections),
        default=settings.pairs_per_second,
        monotonic=whole.clock.monotonic,
    )
    late = whole.late and rate_limit.RateLimitedLateInteraction(whole.late, meter)
    return replace(
        whole,
        scorer=rate_limit.RateLimitedScorer(whole.scorer, meter),
        late=late,
        rerankers={
            name: rate_limit.RateLimitedScorer(each, meter)
            for name, each in whole.rerankers.items()
        },
    )
