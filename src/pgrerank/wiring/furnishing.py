"""The ports, filled with what implements them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pgrerank.ports import House, Office
from pgrerank.settings import Settings
from pgrerank.storage.calibrations import PostgresCalibrations
from pgrerank.storage.candidates import PostgresCandidates
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
from pgrerank.storage.reports import PostgresReports
from pgrerank.storage.tenants import PostgresTenants
from pgrerank.storage.thresholds import PostgresThresholds
from pgrerank.storage.tokens import PostgresTokens
from pgrerank.wiring.clock import SystemClock
from pgrerank.wiring.connecting import Database, database, opened
from pgrerank.wiring.loading import Models, elsewhere, loaded_embedder, models

if TYPE_CHECKING:
    from pgrerank.inference.embedder import EngineEmbedder
    from pgrerank.inference.remote.opened import Named


@asynccontextmanager
async def office(settings: Settings) -> AsyncGenerator[Office]:
    """The ports that need no model, over a database that was found fit to serve.

    Raises:
        StartupError: It was not; says what mends it.
    """
    with database(settings) as found:
        async with opened(found, settings) as connections:
            yield _office(found, connections)


@asynccontextmanager
async def embedding_office(settings: Settings) -> "AsyncGenerator[tuple[Office, EngineEmbedder]]":
    """The same, with the embedder alone.

    Raises:
        StartupError: The database or the model is refused; says what mends it.
    """
    async with office(settings) as front:
        loading = loaded_embedder(settings)
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
        async with furnished(found, settings) as (whole, _):
            yield whole


@asynccontextmanager
async def furnished(
    found: Database, settings: Settings, *, metered: bool = False
) -> AsyncGenerator[tuple[House, Models]]:
    """All ports and the models behind them; as tenants use them, under quotas, where `metered`.

    Raises:
        StartupError: The database or a model is refused; says what mends it.
    """
    async with opened(found, settings) as connections:
        loading = models(settings)
        loaded = await asyncio.to_thread(loading.__enter__)
        try:
            async with elsewhere(settings) as named:
                whole = _house(found, connections, loaded, named)
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


def _house(found: Database, connections: Pool, loaded: Models, named: "Named") -> House:
    front = _office(found, connections)
    scorers = [loaded.scorer, loaded.late, *named.rerankers.values()]
    rerankers = [each.model for each in scorers if each is not None]
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
        rerankers=named.rerankers,
        embedders=named.embedders,
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
    return replace(
        whole,
        scorer=metered.MeteredScorer(whole.scorer, meter),
        late=late,
        rerankers={
            name: metered.MeteredScorer(each, meter) for name, each in whole.rerankers.items()
        },
    )
