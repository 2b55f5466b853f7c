"""The ports, filled with what implements them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeAlias

from pgrerank.ports import Embedder, House, Office
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
from pgrerank.wiring.loading import Chosen, Models, chosen, chosen_embedder

#: looks up what a caller named; raises what refuses it, before any model is loaded
Check: TypeAlias = Callable[[Office], Awaitable[None]]


async def _accept(_: Office) -> None:
    return


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
async def embedding_office(
    settings: Settings, *, check: Check = _accept
) -> AsyncGenerator[tuple[Office, Embedder]]:
    """The same, with the embedder alone, which is loaded once the check has passed.

    Raises:
        StartupError: The database or the model is refused; says what mends it.
        PgrerankError: What the check raises.
    """
    async with office(settings) as front:
        await check(front)
        async with chosen_embedder(settings) as embedder:
            yield front, embedder


@asynccontextmanager
async def house(settings: Settings, *, check: Check = _accept) -> AsyncGenerator[House]:
    """All ports; models are loaded once the check has passed.

    Raises:
        StartupError: The database or a model is refused; says what mends it.
        PgrerankError: What the check raises.
    """
    with database(settings) as found:
        async with furnished(found, settings, check=check) as (whole, _):
            yield whole


@asynccontextmanager
async def furnished(
    found: Database, settings: Settings, *, metered: bool = False, check: Check = _accept
) -> AsyncGenerator[tuple[House, Models]]:
    """All ports and the models behind them; as tenants use them, under quotas, where `metered`.

    Raises:
        StartupError: The database or a model is refused; says what mends it.
        PgrerankError: What the check raises.
    """
    async with opened(found, settings) as connections:
        await check(_office(found, connections))
        async with chosen(settings) as models:
            whole = _house(found, connections, models)
            yield _metered(whole, connections, settings) if metered else whole, models.local


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


def _house(found: Database, connections: Pool, models: Chosen) -> House:
    front = _office(found, connections)
    scorers = [models.scorer, models.late, *models.named.rerankers.values()]
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
        embedder=models.embedder,
        scorer=models.scorer,
        late=models.late,
        candidates=PostgresCandidates(connections),
        history=PostgresHistory(connections),
        rerankers=models.named.rerankers,
        embedders=models.named.embedders,
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
