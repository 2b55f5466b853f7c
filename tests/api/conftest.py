"""The application over fakes, with a key for each kind of caller."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar

from pgrerank.api.app import create_app
from pgrerank.api.call import SERVICES
from pgrerank.api.readiness import READINESS, Readiness
from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import IngestReport
from pgrerank.domain.limits import Limits
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest
from pgrerank.domain.tenant import Scope
from pgrerank.ports.services import Services
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
from pgrerank.storage.rankings import PostgresRankings
from pgrerank.storage.references import PostgresReferences
from pgrerank.storage.related import PostgresRelated
from pgrerank.storage.reports import PostgresReports
from pgrerank.storage.tenants import PostgresTenants
from pgrerank.storage.thresholds import PostgresThresholds
from pgrerank.storage.tokens import PostgresTokens
from pgrerank.usecases import access
from pgrerank.wiring import SystemClock
from tests import fakes
from tests.fake_spans import FakeSpans
from tests.fake_tokens import FakeLate
from tests.fixtures.postgres import Database

OPERATOR_TOKEN = "operator-token-of-the-tests"
EVERY_SCOPE = frozenset(Scope)

#: applications with default options that no test uses at the moment
IDLE_APPS: list[Litestar] = []

Client = AsyncClient


@dataclass
class FakeObserver:
    """Records what it observes."""

    searches: list[tuple[str, SearchRequest, SearchOutcome]] = field(default_factory=list)
    rankings: list[tuple[RerankRequest, RerankOutcome]] = field(default_factory=list)
    ingests: list[tuple[str, IngestReport]] = field(default_factory=list)
    answers: list[tuple[str, str, int]] = field(default_factory=list)

    def record_search(
        self, collection_name: str, request: SearchRequest, ranking: SearchOutcome
    ) -> None:
        self.searches.append((collection_name, request, ranking))

    def record_ranking(self, request: RerankRequest, ranked: RerankOutcome) -> None:
        self.rankings.append((request, ranked))

    def record_ingest(self, collection_name: str, report: IngestReport) -> None:
        self.ingests.append((collection_name, report))

    def record_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        assert seconds >= 0
        self.answers.append((method, route, status))

    def exposition(self) -> bytes:
        return b"pgrerank_test 1\n"


async def all_ok() -> dict[str, str]:
    return {"postgres": "ok"}


def app_of(
    services: Services,
    *,
    limits: Limits | None = None,
    observer: FakeObserver | None = None,
    ready: Callable[[], Awaitable[dict[str, str]]] = all_ok,
    operator_token: str | None = OPERATOR_TOKEN,
) -> Litestar:
    return create_app(
        services,
        limits=limits or Limits(),
        ready=ready,
        observer=observer or FakeObserver(),
        operator_token=operator_token,
    )


async def new_key(
    services: Services, tenant_id: TenantId | None = None, scopes: frozenset[Scope] = EVERY_SCOPE
) -> str:
    _, secret = await access.issue(
        services, tenant_id or TenantId(uuid4()), f"key {uuid4()}", scopes
    )
    return secret


def bearer(credentials: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credentials}"}


@asynccontextmanager
async def calling(app: Litestar) -> AsyncIterator[Client]:
    """A caller without a key, in the event loop of the test.

    Litestar's own test client runs the application in the event loop of another thread, where a
    connection pool that was opened here would not work.
    """
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    return app_of(fakes.services()).openapi_schema.to_schema()


@contextmanager
def lent_app(services: Services) -> Iterator[Litestar]:
    """An application over these services, reused between tests because building one is slow."""
    app = IDLE_APPS.pop() if IDLE_APPS else app_of(services)
    app.state[SERVICES] = services
    app.state[READINESS] = Readiness(all_ok, services.clock.monotonic)
    try:
        yield app
    finally:
        IDLE_APPS.append(app)


@asynccontextmanager
async def anonymous(services: Services) -> AsyncIterator[Client]:
    """A caller without a key."""
    with lent_app(services) as app:
        async with calling(app) as client:
            yield client


@asynccontextmanager
async def client_of(
    services: Services,
    *,
    scopes: frozenset[Scope] = EVERY_SCOPE,
    tenant_id: TenantId | None = None,
    **options: object,
) -> AsyncIterator[Client]:
    """A caller with a new key; with options, of a separate application."""
    secret = await new_key(services, tenant_id, scopes)
    own = nullcontext(app_of(services, **options)) if options else lent_app(services)
    with own as app:
        async with calling(app) as client:
            client.headers.update(bearer(secret))
            yield client


ClientOf = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def services() -> Services:
    return fakes.services()


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    """A caller with every scope and a collection `docs`."""
    async with client_of(services) as caller:
        await caller.put("/v1/collections/docs")
        yield caller


def services_over(database: Database, connections: Pool) -> Services:
    """Real storage, fake models."""
    return Services(
        clock=SystemClock(),
        embedder=fakes.FakeEmbedder(),
        scorer=fakes.FakeScorer(),
        candidates=PostgresCandidates(connections),
        history=PostgresHistory(connections),
        embeddings=PostgresEmbeddings(connections),
        late=FakeLate(),
        spans=FakeSpans(),
        rankings=PostgresRankings(connections, fakes.FakeScorer.model, FakeLate.model),
        collections=PostgresCollections(connections),
        documents=PostgresDocuments(connections),
        tokens=PostgresTokens(connections),
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


@pytest.fixture(scope="module")
def stored_services(database: Database, service_pool: Pool) -> Services:
    return services_over(database, service_pool)
