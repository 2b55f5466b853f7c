"""Outcomes are logged in one form and counted in metrics."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
import structlog
from structlog.testing import capture_logs

from pgrerank.domain.candidate import (
    CutCounts,
    LegReport,
    RerankReport,
    RerankStatus,
    SearchOutcome,
)
from pgrerank.domain.drift import HealthCount, HealthState
from pgrerank.domain.errors import DatabaseUnreachableError
from pgrerank.domain.ids import RankingId, created_at
from pgrerank.domain.ingest import IngestReport, Rejection
from pgrerank.domain.request import SearchRequest
from pgrerank.observe import Telemetry, configure_logging
from pgrerank.ports.observer import Observer
from tests import fakes
from tests.api.conftest import client_of
from tests.fixtures.logs import logging_of_its_own
from tests.resilience.running import PATIENCE_S

RANKING_ID = RankingId(UUID("0198c7d2-0000-7000-8000-000000000000"))
REQUEST = SearchRequest(query="a private question")


def ranking(status: RerankStatus = RerankStatus.FULL) -> SearchOutcome:
    return SearchOutcome(
        id=RANKING_ID,
        created_at=created_at(RANKING_ID),
        hits=(),
        results=(),
        cut=CutCounts(),
        dense=LegReport(requested=100, returned=40, scan="hnsw"),
        keyword=None,
        rerank=RerankReport(status=status, reason=None, scored=40, model="a model"),
        timings_ms={"embed": 5.0, "rerank": 200.0, "total": 210.0},
    )


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


@pytest.fixture
def logging_restored() -> Iterator[None]:
    with logging_of_its_own():
        yield


def test_telemetry_is_an_observer(telemetry):
    observer: Observer = telemetry
    assert observer.exposition().startswith(b"# HELP")


def test_every_leg_is_in_the_event(telemetry):
    leg = LegReport(requested=7, returned=3, scan="exact")
    with capture_logs() as logs:
        telemetry.record_search("docs", REQUEST, replace(ranking(), keyword=leg, sparse=leg))

    for name in ("dense", "keyword", "sparse"):
        assert {f"{name}_{each}" for each in ("requested", "returned", "scan")} <= logs[0].keys()
    assert (logs[0]["sparse_requested"], logs[0]["sparse_returned"]) == (7, 3)


def test_a_search_that_was_not_reranked_takes_no_part_in_the_times_of_reranking(telemetry):
    report = RerankReport(status=RerankStatus.SKIPPED, reason="never", scored=0, model=None)
    telemetry.record_search("docs", REQUEST, replace(ranking(), rerank=report))
    telemetry.record_search("docs", REQUEST, ranking())

    shown = telemetry.exposition().decode()
    assert 'pgrerank_search_stage_seconds_count{stage="rerank"} 1.0' in shown
    assert 'pgrerank_search_stage_seconds_count{stage="total"} 2.0' in shown


def test_a_search_is_one_event_that_tells_all_but_the_query(telemetry):
    with capture_logs() as logs:
        telemetry.record_search("docs", REQUEST, ranking())
    assert logs == [
        {
            "event": "search.finished",
            "log_level": "info",
            "collection": "docs",
            "strategy": "hybrid",
            "profile": "interactive",
            "end_user_id": None,
            "ranking_id": str(RANKING_ID),
            "status": "full",
            "reason": None,
            "scored": 40,
            "reranker": "a model",
            "reranker_fingerprint": None,
            "retry_after_s": None,
            "tokens": 0,
            "cost": 0.0,
            "returned": 0,
            "cut_min_similarity": 0,
            "cut_min_score": 0,
            "cut_min_relevance": 0,
            "cut_threshold": 0,
            "cut_per_document": 0,
            "diversity": 0,
            "calibration_id": None,
            "calibration_reason": "no calibration",
            "answerable_probability": None,
            "dense_requested": 100,
            "dense_returned": 40,
            "dense_scan": "hnsw",
            "warnings": [],
            "timings_ms": {"embed": 5.0, "rerank": 200.0, "total": 210.0},
        }
    ]


def test_searches_are_counted_by_what_reranking_did(telemetry):
    telemetry.record_search("docs", REQUEST, ranking())
    telemetry.record_search("docs", REQUEST, ranking(RerankStatus.SKIPPED))
    counts = telemetry.exposition().decode()
    assert 'pgrerank_searches_total{rerank="full",strategy="hybrid"} 1.0' in counts
    assert 'pgrerank_searches_total{rerank="skipped",strategy="hybrid"} 1.0' in counts
    assert 'pgrerank_search_stage_seconds_bucket{le="0.25",stage="rerank"} 2.0' in counts
    assert 'pgrerank_search_stage_seconds_sum{stage="embed"} 0.01' in counts
    assert "pgrerank_reranked_pairs_total 80.0" in counts


def test_ingests_are_counted_by_outcome(telemetry):
    rejected = (Rejection(line=1, reason="no"), Rejection(line=2, reason="no"))
    telemetry.record_ingest("docs", IngestReport(created=3, updated=1, chunks=9, rejected=rejected))
    counts = telemetry.exposition().decode()
    assert 'pgrerank_ingested_documents_total{outcome="created"} 3.0' in counts
    assert 'pgrerank_ingested_documents_total{outcome="rejected"} 2.0' in counts
    assert "pgrerank_ingested_chunks_total 9.0" in counts


async def test_rankings_are_logged_and_counted_by_dialect(telemetry):
    async with client_of(fakes.services(), observer=telemetry) as caller:
        body = {"query": "crimson", "documents": ["crimson", "blue"]}
        with capture_logs() as logs:
            made = (await caller.post("/v1/rankings", json=body)).json()
            await caller.post("/compat/jina/v1/rerank", json={**body, "model": "any"})

    events = [event for event in logs if event["event"] == "rank.finished"]
    assert [event["dialect"] for event in events] == ["native", "jina"]
    assert (events[0]["ranking_id"], events[0]["documents"]) == (made["id"], 2)
    assert "crimson" not in str(events)
    counts = telemetry.exposition().decode()
    assert 'pgrerank_rankings_total{dialect="jina",rerank="full"} 1.0' in counts
    assert "pgrerank_reranked_pairs_total 4.0" in counts


def test_answers_are_counted_by_route(telemetry):
    telemetry.record_answer("GET", "/v1/collections/{name}", 404, 0.002)
    counts = telemetry.exposition().decode()
    expected = 'method="GET",route="/v1/collections/{name}",status="404"'
    assert f"pgrerank_http_requests_total{{{expected}}} 1.0" in counts


def test_probes_are_quiet(telemetry):
    with capture_logs() as logs:
        telemetry.record_answer("GET", "/health/ready", 200, 0.002)
        telemetry.record_answer("GET", "/v1/collections", 200, 0.002)
    assert [event["log_level"] for event in logs] == ["debug", "info"]


def test_waiting_lines_are_asked_when_prometheus_is(telemetry):
    line: list[str] = []
    telemetry.watch_queue("embedder", lambda: len(line))
    line.append("a passage")
    assert b'pgrerank_queue_length{queue="embedder"} 1.0' in telemetry.exposition()


def test_two_of_them_count_apart(telemetry):
    other = Telemetry()
    other.record_ingest("docs", IngestReport(created=3))
    assert b'outcome="created"' not in telemetry.exposition()


@pytest.mark.usefixtures("logging_restored")
def test_json_logs_are_one_object_a_line_for_libraries_too(capsys):
    configure_logging("json", "info")
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger("pgrerank").info("search.finished", depth=3)
    logging.getLogger("uvicorn.error").warning("port %s", 80)
    structlog.get_logger("pgrerank").debug("never seen")
    structlog.contextvars.clear_contextvars()

    ours, theirs = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (ours["event"], ours["depth"], ours["level"]) == ("search.finished", 3, "info")
    assert ours["request_id"] == theirs["request_id"] == "r1"
    assert (theirs["event"], theirs["logger"]) == ("port 80", "uvicorn.error")
    assert ours["timestamp"].endswith("Z")


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("info", ["job.done", "warned"]),
        ("debug", ["job.done", "warned", "server started", "job words[4]()"]),
        ("warning", ["warned"]),
        ("error", []),
    ],
)
def test_what_libraries_do_is_logged_for_debugging_alone(capsys, level, events):
    configure_logging("json", level)
    structlog.get_logger("pgrerank").info("job.done")
    logging.getLogger("procrastinate.worker.worker").warning("warned")
    logging.getLogger("uvicorn.error").info("server started")
    logging.getLogger("procrastinate.worker.worker").info("job words[4]()")
    logging.getLogger("procrastinate.worker").error("job words[4]() ended with status: Error")

    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == events


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize("form", ["json", "console"])
def test_tracebacks_do_not_show_variables(capsys, form):
    configure_logging(form, "info")

    def fail(secret: str) -> None:
        raise RuntimeError(len(secret))

    try:
        fail("pgr_" + "hidden")
    except RuntimeError:
        structlog.get_logger("pgrerank").exception("request.failed")
    shown = capsys.readouterr().err
    assert "RuntimeError" in shown
    assert "pgr_hidden" not in shown


@pytest.mark.usefixtures("logging_restored")
def test_auto_is_json_where_nobody_looks(capsys):
    configure_logging("auto", "warning")
    structlog.get_logger("pgrerank").info("quiet")
    structlog.get_logger("pgrerank").warning("loud")
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "loud"


async def test_the_delay_of_the_event_loop_is_counted(telemetry):
    watching = asyncio.create_task(telemetry.watch_loop())
    none = b"pgrerank_event_loop_delay_seconds_count 0.0"
    async with asyncio.timeout(PATIENCE_S):
        while none in telemetry.exposition():  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0)
    watching.cancel()

    assert b'pgrerank_event_loop_delay_seconds_bucket{le="0.02"}' in telemetry.exposition()


def health_count(state: HealthState, collections: int, tenant: str = "") -> HealthCount:
    return HealthCount(check_name="lift", state=state, tenant=tenant, collections=collections)


def test_health_is_a_gauge_for_each_check_and_state(telemetry):
    telemetry.set_health([health_count(HealthState.OK, 3), health_count(HealthState.ALERT, 1)])

    shown = telemetry.exposition().decode()

    assert 'pgrerank_health{check="lift",state="ok",tenant=""} 3.0' in shown
    assert 'pgrerank_health{check="lift",state="alert",tenant=""} 1.0' in shown
    assert 'pgrerank_health{check="lift",state="warn",tenant=""} 0.0' in shown


def test_health_of_before_is_forgotten(telemetry):
    telemetry.set_health([health_count(HealthState.ALERT, 1, "acme")])
    telemetry.set_health([health_count(HealthState.OK, 1, "zoo")])

    shown = telemetry.exposition().decode()

    assert "acme" not in shown
    assert 'pgrerank_health{check="lift",state="alert",tenant="zoo"} 0.0' in shown


async def test_health_that_cannot_be_asked_is_a_warning_and_no_end(telemetry):
    async def ask() -> list[HealthCount]:
        asked.set()
        raise DatabaseUnreachableError("it is away")

    asked = asyncio.Event()
    with capture_logs() as logs:
        watching = asyncio.create_task(telemetry.watch_health(ask))
        await asked.wait()
        await asyncio.sleep(0)
        assert not watching.done()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    assert [each["event"] for each in logs] == ["health.unknown"]
