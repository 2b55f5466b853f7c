"""The checks of `pgrerank doctor`, each with a state and a remedy."""

import os
import platform
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter
from typing import Any

from pgrerank import wiring
from pgrerank.domain.errors import PgrerankError
from pgrerank.domain.model import ModelCard
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.services import Services
from pgrerank.settings import Settings
from pgrerank.storage import address, doctor, sqlfile, startup
from pgrerank.usecases.rerank_texts import rerank_texts

PROBE = "how to change a setting"
_SUPPORTED = 18  # newer servers are likely to work, but are untested
_NUMBERING = 10_000


class DiagnosisState(StrEnum):
    """Result of a check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisLine:
    """One line of the diagnosis."""

    check: str
    state: DiagnosisState
    detail: str
    remedy: str = ""


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
        _server(facts.server),
        _extension(facts.server["pgvector"]),
        _protection(facts.unprotected),
        _temporary(facts.makers),
        _partitions(facts.partitions),
        _counts(facts.log_counts),
    ]


def _server(facts: dict[str, Any]) -> DiagnosisLine:
    major = facts["server_number"] // _NUMBERING
    detail = f"PostgreSQL {facts['server']}"
    if major < startup.OLDEST_SERVER:
        remedy = f"use {startup.OLDEST_SERVER} or later"
        return DiagnosisLine(
            check="postgres", state=DiagnosisState.FAIL, detail=detail, remedy=remedy
        )
    if major > _SUPPORTED:
        remedy = f"pgrerank is tested up to {_SUPPORTED}"
        return DiagnosisLine(
            check="postgres", state=DiagnosisState.WARN, detail=detail, remedy=remedy
        )
    return DiagnosisLine(check="postgres", state=DiagnosisState.OK, detail=detail)


def _extension(version: str | None) -> DiagnosisLine:
    try:
        startup.refuse_extension(version)
    except PgrerankError as error:
        return DiagnosisLine(check="pgvector", state=DiagnosisState.FAIL, detail=str(error))
    return DiagnosisLine(check="pgvector", state=DiagnosisState.OK, detail=str(version))


def _protection(unprotected: Sequence[str]) -> DiagnosisLine:
    check = "row-level security"
    if unprotected:
        detail = f"is off for {', '.join(unprotected)}"
        remedy = "alter table pgrerank.<table> enable row level security;"
        return DiagnosisLine(check=check, state=DiagnosisState.FAIL, detail=detail, remedy=remedy)
    return DiagnosisLine(
        check=check, state=DiagnosisState.OK, detail="guards every table of tenants"
    )


def _temporary(makers: Sequence[str]) -> DiagnosisLine:
    check = "temporary objects"
    if makers:
        return DiagnosisLine(
            check=check,
            state=DiagnosisState.WARN,
            detail=f"{', '.join(makers)} may make them, by a grant on the database",
            remedy="run `pgrerank migrate`, which revokes the grant to public; otherwise: "
            "revoke temporary on database <name> from <role>;",
        )
    return DiagnosisLine(
        check=check, state=DiagnosisState.OK, detail="no role of pgrerank may create any"
    )


def _partitions(facts: dict[str, Any]) -> DiagnosisLine:
    check, detail = "log partitions", f"{facts['partitions']} months"
    if facts["has_this_month"] and facts["has_next_month"]:
        return DiagnosisLine(check=check, state=DiagnosisState.OK, detail=detail)
    missing = "next month" if facts["has_this_month"] else "this month"
    return DiagnosisLine(
        check=check,
        state=DiagnosisState.WARN,
        detail=f"{detail}, none for {missing}",
        remedy="run: pgrerank maintain",
    )


def _counts(facts: dict[str, Any]) -> DiagnosisLine:
    check, uncounted = "log counts", facts["uncounted"]
    when = "never counted" if facts["counted_at"] is None else f"at {facts['counted_at']:%F %H:%M}"
    detail = f"{when}, {uncounted} searches since" if uncounted else "every search is counted"
    if uncounted and facts["is_late"] is not False:
        remedy = "run `pgrerank worker`, which counts every hour, or: pgrerank drift"
        return DiagnosisLine(check=check, state=DiagnosisState.WARN, detail=detail, remedy=remedy)
    return DiagnosisLine(check=check, state=DiagnosisState.OK, detail=detail)


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
            for name, card in _cards(services):
                yield DiagnosisLine(
                    check=name, state=DiagnosisState.OK, detail=_model_summary(card)
                )
            yield DiagnosisLine(
                check="start", state=DiagnosisState.OK, detail=f"ready in {seconds:.1f} s"
            )
            yield await _probe(settings, services)
    except PgrerankError as error:
        yield DiagnosisLine(check="models", state=DiagnosisState.FAIL, detail=str(error))


def _cards(services: Services) -> list[tuple[str, ModelCard]]:
    return [("embedder", services.embedder.model), ("reranker", services.scorer.model)]


def _model_summary(card: ModelCard) -> str:
    return (
        f"{card.name}, {card.runs or card.precision}, up to {card.max_length} tokens, "
        f"fingerprint {card.fingerprint[:12]}"
    )


async def _probe(settings: Settings, services: Services) -> DiagnosisLine:
    with wiring.open_database(settings) as database:
        if address.is_services_alone(database.admin_url):
            detail = "skipped: finding a collection needs the administrator's login"
            return DiagnosisLine(check="probe", state=DiagnosisState.WARN, detail=detail)
        place = await doctor.largest_collection(database.admin_url)
    if place is None:
        return DiagnosisLine(
            check="probe", state=DiagnosisState.OK, detail="nothing is ingested yet"
        )
    return await _search_finding(services, place)


async def _search_finding(services: Services, place: dict[str, Any]) -> DiagnosisLine:
    """Time each stage once on the largest collection, without logging the search."""
    collection = await services.collections.by_name(place["tenant_id"], place["collection"])
    request = SearchRequest(query=PROBE)
    start = perf_counter()
    vector = await services.embedder.query(PROBE)
    embedded = perf_counter()
    result = await services.candidates.retrieve(place["tenant_id"], collection, request, vector)
    retrieved = perf_counter()
    head = [candidate.content or "" for candidate in result.candidates[: request.effective_depth]]
    await rerank_texts(services.scorer, PROBE, head)
    reranked = perf_counter()
    spans = (embedded - start, retrieved - embedded, reranked - retrieved)
    times = ", ".join(
        f"{stage} {span * 1000:.1f} ms"
        for stage, span in zip(("embed", "retrieve", "rerank"), spans, strict=True)
    )
    detail = f"{place['tenant']}/{place['collection']}, {place['chunks']} chunks: {times}"
    return DiagnosisLine(check="probe", state=DiagnosisState.OK, detail=detail)


def _processor() -> DiagnosisLine:
    from pgrerank.inference import processor

    flags = processor.flags()
    detail = f"{platform.machine()}, {os.cpu_count()} logical processors"
    if flags is None:
        return DiagnosisLine(check="processor", state=DiagnosisState.OK, detail=detail)
    has = [flag for flag in (*processor.BF16, *processor.INT8) if flag in flags]
    if any(flag in flags for flag in processor.BF16):
        return DiagnosisLine(
            check="processor", state=DiagnosisState.OK, detail=f"{detail}, {' '.join(has)}"
        )
    remedy = "models run in fp32, about half as fast"
    if has:
        remedy += "; PGRERANK_PRECISION=int8 is faster, with slightly different rankings"
    return DiagnosisLine(
        check="processor",
        state=DiagnosisState.WARN,
        detail=", ".join([detail, *has, "no avx512_bf16 and no amx_bf16"]),
        remedy=remedy,
    )


def _threads(settings: Settings) -> DiagnosisLine:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    available = allowed or 1
    if settings.threads > available:
        return DiagnosisLine(
            check="threads",
            state=DiagnosisState.WARN,
            detail=f"PGRERANK_THREADS is {settings.threads}, this process may use {available}",
            remedy="unset PGRERANK_THREADS",
        )
    chosen = settings.threads or "one for each core"
    return DiagnosisLine(
        check="threads", state=DiagnosisState.OK, detail=f"{chosen}, of {available}"
    )
