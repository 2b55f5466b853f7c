"""The checks of `pgrerank doctor`, each with a state and a remedy."""

import os
import platform
from collections.abc import AsyncIterator
from time import perf_counter

from pgrerank import wiring
from pgrerank.domain import diagnosis
from pgrerank.domain.diagnosis import DiagnosisLine, DiagnosisState
from pgrerank.domain.errors import PgrerankError
from pgrerank.ports.services import Services
from pgrerank.settings import Settings
from pgrerank.storage import address, doctor, sqlfile, startup
from pgrerank.usecases.crowded import crowding
from pgrerank.usecases.probe import probe


async def findings(settings: Settings) -> AsyncIterator[DiagnosisLine]:
    """Run all checks in order. A check that cannot run counts as failed."""
    yield _processor()
    yield _threads(settings)
    try:
        with wiring.open_database(settings) as database:
            for finding in await _database(database.admin_url):
                yield finding
            login = await _service_login(database.service_url)
            yield login
    except PgrerankError as error:
        yield DiagnosisLine(check="postgres", state=DiagnosisState.FAIL, detail=str(error))
        return
    if login.state is DiagnosisState.FAIL:
        return  # without a service login no search is possible
    async for finding in _pipeline(settings):
        yield finding


async def _database(url: str) -> list[DiagnosisLine]:
    if address.is_services_alone(url):
        detail = f"{address.ADMINISTRATOR} is not set: tables and partitions are not checked"
        return [DiagnosisLine(check="administrator", state=DiagnosisState.WARN, detail=detail)]
    try:
        facts = await doctor.facts(url)
    except PgrerankError as error:
        return [DiagnosisLine(check="administrator", state=DiagnosisState.FAIL, detail=str(error))]
    return [
        diagnosis.server_line(facts.server, oldest=startup.OLDEST_SERVER),
        _extension(facts.server["pgvector"]),
        diagnosis.protection_line(facts.unprotected),
        diagnosis.temporary_line(facts.makers),
        diagnosis.partitions_line(facts.partitions),
        diagnosis.counts_line(facts.log_counts),
    ]


def _extension(version: str | None) -> DiagnosisLine:
    try:
        startup.refuse_extension(version)
    except PgrerankError as error:
        return DiagnosisLine(check="pgvector", state=DiagnosisState.FAIL, detail=str(error))
    return DiagnosisLine(check="pgvector", state=DiagnosisState.OK, detail=str(version))


async def _service_login(url: str) -> DiagnosisLine:
    try:
        await startup.verify(url)
    except PgrerankError as error:
        return DiagnosisLine(check="service login", state=DiagnosisState.FAIL, detail=str(error))
    return DiagnosisLine(
        check="service login",
        state=DiagnosisState.OK,
        detail=f"bound by row-level security, database at revision {sqlfile.revisions()[0]}",
    )


async def _pipeline(settings: Settings) -> AsyncIterator[DiagnosisLine]:
    started = perf_counter()
    try:
        async with wiring.all_services(settings) as services:
            seconds = perf_counter() - started
            yield diagnosis.model_line("embedder", services.embedder.model)
            yield diagnosis.model_line("reranker", services.scorer.model)
            yield DiagnosisLine(
                check="start", state=DiagnosisState.OK, detail=f"ready in {seconds:.1f} s"
            )
            for finding in await _largest(settings, services):
                yield finding
    except PgrerankError as error:
        yield DiagnosisLine(check="models", state=DiagnosisState.FAIL, detail=str(error))


async def _largest(settings: Settings, services: Services) -> list[DiagnosisLine]:
    """A test search of the largest collection, and how crowded it is."""
    with wiring.open_database(settings) as database:
        if address.is_services_alone(database.admin_url):
            detail = "skipped: finding a collection needs the administrator's login"
            return [DiagnosisLine(check="probe", state=DiagnosisState.WARN, detail=detail)]
        place = await doctor.largest_collection(database.admin_url)
    if place is None:
        detail = "nothing is ingested yet"
        return [DiagnosisLine(check="probe", state=DiagnosisState.OK, detail=detail)]
    times = await probe(services, place["tenant_id"], place["collection"])
    detail = f"{place['tenant']}/{place['collection']}, {place['chunks']} chunks: {times}"
    found = await crowding(services, place["tenant_id"], place["collection"])
    return [
        DiagnosisLine(check="probe", state=DiagnosisState.OK, detail=detail),
        diagnosis.crowding_line(found),
    ]


def _processor() -> DiagnosisLine:
    from pgrerank.inference import processor

    machine = f"{platform.machine()}, {os.cpu_count()} logical processors"
    return diagnosis.processor_line(
        machine, processor.flags(), bf16=processor.BF16, int8=processor.INT8
    )


def _threads(settings: Settings) -> DiagnosisLine:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return diagnosis.threads_line(settings.threads, allowed or 1)
