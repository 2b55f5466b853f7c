"""Logging and Prometheus metrics."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    multiprocess,
)
from prometheus_client.exposition import generate_latest
from structlog.typing import Processor

from pgrerank.domain import secret
from pgrerank.domain.candidate import LEGS, LegReport, RerankReport, SearchOutcome
from pgrerank.domain.drift import HealthCount, HealthState
from pgrerank.domain.errors import PgrerankError
from pgrerank.domain.ingest import IngestReport
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest
from pgrerank.domain.spans import SpanReport

LogFormat = Literal["auto", "json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

#: suffixes of routes that monitoring calls constantly; their responses are logged only at debug
PROBES = ("/health/live", "/health/ready", "/health", "/metrics")
#: in seconds; from a keyword search in a small collection to a batch rerank on few cores
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
#: in seconds; above the fifth, callers begin to notice
DELAYS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
#: names in a log event of fields of a rerank report that would be ambiguous there
_OF_RERANKER = {"model": "reranker", "fingerprint": "reranker_fingerprint"}
#: prefix of pgrerank's loggers
OWN = "pgrerank"
#: logger that reports a failed job a second time
_ENDS_OF_JOBS = "procrastinate.worker"
#: seconds between measurements of the event loop's delay
_BEAT_S = 0.02
#: seconds between queries of the collections' health, which is computed every hour
_LOOK_S = 300.0


def configure_logging(form: LogFormat, level: LogLevel, secrets: Collection[str] = ()) -> None:
    """Send the log of pgrerank and of its libraries to stderr in one format.

    Args:
        form: `json`: one object per line; `console`: for people; `auto`: console on a terminal.
        level: The lowest level that is logged.
        secrets: Texts to redact from all lines, including those of libraries and tracebacks.
    """
    severity = logging.getLevelNamesMapping()[level.upper()]
    console = sys.stderr.isatty() if form == "auto" else form == "console"
    structlog.configure(
        processors=[*_processors(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(severity),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter([*(_console() if console else _json()), _redaction(secrets)]))
    # Libraries log only warnings and errors, unless the level is debug.
    theirs = severity if level == "debug" else max(severity, logging.WARNING)
    logging.basicConfig(handlers=[handler], level=theirs, force=True)
    levels = {OWN: severity, "procrastinate.worker.worker": theirs}
    for name, least in (levels | {_ENDS_OF_JOBS: logging.CRITICAL}).items():
        logging.getLogger(name).setLevel(least)  # noqa: TID251 - a level, no event


def _processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(last: list[Processor]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_processors(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _json() -> list[Processor]:
    # Without local variables, in both formats: they could contain API keys and texts.
    traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(traceback), structlog.processors.JSONRenderer()]


def _redaction(secrets: Collection[str]) -> Processor:
    """The last processor, which redacts secrets from the finished line."""
    return lambda _logger, _method, line: secret.redact(str(line), secrets)


def _console() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def search_event(
    collection_name: str, request: SearchRequest, ranking: SearchOutcome
) -> dict[str, object]:
    """Fields of the log event for a search. The query's text is only in the rerank log."""
    return {
        "collection": collection_name,
        "strategy": str(request.strategy),
        "profile": str(request.profile),
        "end_user_id": request.end_user_id,
        **_outcome(ranking),
        "diversity": ranking.diversity,
        **{key: value for leg in LEGS for key, value in _leg(leg, getattr(ranking, leg)).items()},
    }


def rank_event(request: RerankRequest, ranked: RerankOutcome) -> dict[str, object]:
    """Fields of the log event for a ranking of supplied documents."""
    return {
        "dialect": request.dialect,
        "collection": request.collection,
        "documents": len(request.documents),
        "end_user_id": request.end_user_id,
        **_outcome(ranked),
    }


def _outcome(outcome: SearchOutcome | RerankOutcome) -> dict[str, object]:
    """Fields that events of searches and of other rankings share, named as in the rerank log."""
    answerable = outcome.answerable
    return {
        "ranking_id": str(outcome.id),
        **_report(outcome.rerank),
        "returned": len(outcome.results),
        **{f"cut_{bound}": count for bound, count in asdict(outcome.cut).items()},
        "calibration_id": outcome.calibration.id and str(outcome.calibration.id),
        "calibration_reason": outcome.calibration.reason,
        "answerable_probability": answerable and answerable.probability,
        "warnings": list(outcome.warnings),
        **_spans(outcome.spans),
        "timings_ms": outcome.timings_ms,
    }


def _spans(report: SpanReport | None) -> dict[str, object]:
    """Fields of a report on spans; none if none were requested."""
    if report is None:
        return {}
    return {f"spans_{name}": value for name, value in asdict(report).items()}


def _report(report: RerankReport) -> dict[str, object]:
    """Fields of a rerank report, with those of a cascade if there was one."""
    values: dict[str, object] = asdict(report)
    del values["cascade"]
    cascade = {} if report.cascade is None else asdict(report.cascade)
    named = {_OF_RERANKER.get(name, name): value for name, value in values.items()}
    return {
        **named,
        "status": str(report.status),
        **{f"cascade_{name}": value for name, value in cascade.items()},
    }


def _leg(name: str, report: LegReport | None) -> dict[str, object]:
    return (
        {} if report is None else {f"{name}_{key}": value for key, value in asdict(report).items()}
    )


def forget_process(shared: str, pid: int) -> None:
    """Remove a dead process from the gauges of a shared folder; what it counted stays."""
    library: Any = multiprocess  # half typed
    library.mark_process_dead(pid, shared)


def _shared_registry(folder: Path) -> CollectorRegistry:
    """The metrics of all processes that share a folder."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, str(folder))
    return registry


class Telemetry:
    """The port Observer: logs each event and counts it.

    Each instance has its own registry, so that several in a process do not conflict.

    Args:
        shared: Folder of the metrics of several processes, see `settings.metrics_folder`. The
            exposition then adds them up; metrics of a single process, such as its memory, are left
            out. None: this process is the only one.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._log = structlog.get_logger("pgrerank")
        self._registry = CollectorRegistry()
        self._exposed = self._registry if shared is None else _shared_registry(shared)
        if shared is None:
            ProcessCollector(registry=self._registry)
        self._queues: list[tuple[Gauge, Callable[[], float]]] = []
        self._health_labels: set[tuple[str, str, str]] = set()
        self._searches = self._counter(
            "pgrerank_searches", "Searches, by rerank status.", "strategy", "rerank"
        )
        self._rankings = self._counter(
            "pgrerank_rankings",
            "Rankings of supplied documents, by rerank status.",
            "dialect",
            "rerank",
        )
        self._stages = self._histogram(
            "pgrerank_search_stage_seconds", "Duration of each stage of a search.", "stage"
        )
        self._pairs = self._counter("pgrerank_reranked_pairs", "Pairs that got a rerank score.")
        self._documents = self._counter(
            "pgrerank_ingested_documents", "Ingested rows, by outcome.", "outcome"
        )
        self._chunks = self._counter("pgrerank_ingested_chunks", "Chunks embedded and stored.")
        self._requests = self._counter(
            "pgrerank_http_requests", "Answered requests.", "method", "route", "status"
        )
        self._seconds = self._histogram(
            "pgrerank_http_request_seconds", "Time to the end of a response.", "method", "route"
        )
        self._waiting = self._gauge(
            "pgrerank_queue_length", "Sequences waiting for a model.", "queue", among="livesum"
        )
        self._health = self._gauge(
            "pgrerank_health",
            "Collections (reference sets, for the check `reference`) by check and state.",
            *("check", "state", "tenant"),
            among="livemostrecent",  # each process counts all collections
        )
        self._delays = self._histogram(
            "pgrerank_event_loop_delay_seconds",
            "Delay of the event loop in running due timers.",
            buckets=DELAYS,
        )

    def watch_queue(self, name: str, length: Callable[[], float]) -> None:
        """Export the length of a queue; `length` is called for each scrape."""
        self._queues.append((self._waiting.labels(name), length))

    async def watch_loop(self) -> None:
        """Measure the delay of the event loop until cancelled, and the queues for other processes."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _BEAT_S
            await asyncio.sleep(_BEAT_S)
            self._delays.observe(max(loop.time() - due, 0.0))
            self._measure_queues()

    async def watch_health(self, ask: Callable[[], Awaitable[Sequence[HealthCount]]]) -> None:
        """Update the health metric every five minutes until cancelled."""
        while True:
            try:
                self.set_health(await ask())
            except PgrerankError as error:
                self._log.warning("health.unknown", reason=str(error))
            await asyncio.sleep(_LOOK_S)

    def set_health(self, counts: Sequence[HealthCount]) -> None:
        """Set the health metric: number of collections by check, state and tenant."""
        values = {
            (each.check_name, str(state), each.tenant): 0.0
            for each in counts
            for state in HealthState
        }
        values |= {
            (each.check_name, str(each.state), each.tenant): each.collections for each in counts
        }
        if self._exposed is self._registry:
            self._health.clear()
        else:  # files forget no series: one that is gone becomes zero
            values = dict.fromkeys(self._health_labels, 0.0) | values
            self._health_labels = set(values)
        for labels, value in values.items():
            self._health.labels(*labels).set(value)

    def record_search(
        self, collection_name: str, request: SearchRequest, ranking: SearchOutcome
    ) -> None:
        """Log and count a search."""
        self._log.info("search.finished", **search_event(collection_name, request, ranking))
        self._searches.labels(str(request.strategy), str(ranking.rerank.status)).inc()
        self._pairs.inc(ranking.rerank.scored)
        for stage, spent_ms in ranking.timings_ms.items():
            if stage == "rerank" and not ranking.rerank.scored:
                continue  # nothing was reranked
            self._stages.labels(stage).observe(spent_ms / 1000)

    def record_ranking(self, request: RerankRequest, ranked: RerankOutcome) -> None:
        """Log and count a ranking of supplied documents."""
        self._log.info("rank.finished", **rank_event(request, ranked))
        self._rankings.labels(request.dialect, str(ranked.rerank.status)).inc()
        self._pairs.inc(ranked.rerank.scored)

    def record_ingest(self, collection_name: str, report: IngestReport) -> None:
        """Log and count an ingest."""
        outcomes = {
            "created": report.created,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "rejected": len(report.rejected),
        }
        self._log.info(
            "ingest.finished", collection=collection_name, chunks=report.chunks, **outcomes
        )
        self._chunks.inc(report.chunks)
        for outcome, count in outcomes.items():
            self._documents.labels(outcome).inc(count)

    def record_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Log and count an answered request."""
        level = logging.DEBUG if route.endswith(PROBES) else logging.INFO
        self._log.log(
            level,
            "request.answered",
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 3),
        )
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format."""
        self._measure_queues()
        return generate_latest(self._exposed)

    def _measure_queues(self) -> None:
        for gauge, length in self._queues:
            gauge.set(length())

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)

    def _gauge(
        self, name: str, meaning: str, *labels: str, among: Literal["livesum", "livemostrecent"]
    ) -> Gauge:
        """A gauge, and how the values of several processes become one."""
        return Gauge(name, meaning, labels, registry=self._registry, multiprocess_mode=among)

    def _histogram(
        self, name: str, meaning: str, *labels: str, buckets: Sequence[float] = BUCKETS
    ) -> Histogram:
        return Histogram(name, meaning, labels, registry=self._registry, buckets=buckets)
