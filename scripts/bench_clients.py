"""Closed-loop clients of a search service: each sends its next search after the last answer.

The clients are threads with http.client, which takes .1 ms per request.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from time import perf_counter
from typing import Any, NamedTuple

import psutil
from bench_report import percentile

_TIMEOUT_S = 600


class Request(NamedTuple):
    """An HTTP request."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = {}


class SearchFailedError(Exception):
    """A search was not answered as it should; says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A running search service."""

    port: int
    #: its process, which may have others below it
    pid: int
    request: Callable[[str], Request]
    #: ids of the documents in an answer, best first; raises SearchFailedError
    documents: Callable[[Any], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What clients saw."""

    #: of each answered search
    seconds: Sequence[float]
    failures: Sequence[str]
    #: from the first request to the last answer
    elapsed_s: float
    #: processor time of the service, without Postgres
    cpu_s: float

    @property
    def rate(self) -> float:
        """Answered searches per second."""
        return len(self.seconds) / self.elapsed_s

    def ms(self, share: float) -> float:
        """Percentile of the time of a search, in ms."""
        return percentile(self.seconds, share) * 1000

    @property
    def cpu_ms(self) -> float:
        """Processor time of an answered search, in ms."""
        return self.cpu_s / len(self.seconds) * 1000 if self.seconds else math.nan


def combine(loads: Sequence[Load]) -> Load:
    """Loads one after another as one."""
    return Load(
        seconds=[spent for each in loads for spent in each.seconds],
        failures=[failure for each in loads for failure in each.failures],
        elapsed_s=sum(each.elapsed_s for each in loads),
        cpu_s=sum(each.cpu_s for each in loads),
    )


@dataclass
class _Client:
    seconds: list[float] = field(default_factory=list[float])
    failures: list[str] = field(default_factory=list[str])


def rank(target: Target, query: str) -> list[str]:
    """Search once. Raises SearchFailedError."""
    with closing(_connection(target)) as connection:
        return _search(connection, target, query)


def load(
    target: Target, clients: int, seconds: float, queries: Sequence[str], first: int = 0
) -> Load:
    """Search for a time, and wait for the answers to what began in it.

    Every search has a query of its own, since services cache: a number from `first` is appended.
    """
    before, started = cpu_seconds(target.pid), perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        runs = [
            pool.submit(
                _run, target, started + seconds, number_queries(queries, first + client, clients)
            )
            for client in range(clients)
        ]
    done = [run.result() for run in runs]
    return Load(
        seconds=[spent for client in done for spent in client.seconds],
        failures=[failure for client in done for failure in client.failures],
        elapsed_s=perf_counter() - started,
        cpu_s=cpu_seconds(target.pid) - before,
    )


def number_queries(queries: Sequence[str], first: int, step: int) -> Iterator[str]:
    """Queries without end, each with its number."""
    return (f"{queries[number % len(queries)]} {number}" for number in count(first, step))


def cpu_seconds(pid: int) -> float:
    """Processor time so far of a process and those below it, without Postgres."""
    times = [process.cpu_times() for process in _processes(pid)]
    return sum(each.user + each.system for each in times)


def memory_mib(pid: int) -> float:
    """Resident memory of a process and those below it, without Postgres."""
    return sum(process.memory_info().rss for process in _processes(pid)) / 2**20


def _processes(pid: int) -> list[psutil.Process]:
    top = psutil.Process(pid)
    return [each for each in (top, *top.children(recursive=True)) if each.name() != "postgres"]


def _run(target: Target, end: float, queries: Iterator[str]) -> _Client:
    client = _Client()
    with closing(_connection(target)) as connection:
        while (began := perf_counter()) < end:
            try:
                _search(connection, target, next(queries))
            except SearchFailedError as error:
                client.failures.append(str(error))
            else:
                client.seconds.append(perf_counter() - began)
    return client


def _connection(target: Target) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", target.port, timeout=_TIMEOUT_S)


def _search(connection: HTTPConnection, target: Target, query: str) -> list[str]:
    asked = target.request(query)
    try:
        connection.request(asked.method, asked.path, asked.body, dict(asked.headers))
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException) as error:
        connection.close()  # the next request opens another
        raise SearchFailedError(f"no answer: {error!r}") from error
    if response.status != 200:  # noqa: PLR2004 - OK
        raise SearchFailedError(f"status {response.status}: {body.decode()[:100]}")
    return target.documents(json.loads(body))
