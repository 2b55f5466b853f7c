"""Valid or not by the OpenAPI document, every request gets an answer that conforms to it."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain
from queue import SimpleQueue
from threading import Thread

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from litestar.routes import HTTPRoute
from schemathesis import Case, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pgrerank.api import msgpack
from pgrerank.api.server import serve
from pgrerank.domain.limits import Limits
from pgrerank.storage.pool import pool
from tests import fakes
from tests.api.conftest import OPERATOR_TOKEN, app_of, bearer, description, new_key, services_over
from tests.fixtures.postgres import Database
from tests.resilience.running import PATIENCE_S

Test = Callable[..., None]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def live(database: Database) -> Iterator[tuple[str, str]]:
    """The service on a port, over Postgres, with a tenant's key: in a thread with its own loop."""
    listening: SimpleQueue[tuple[str, str]] = SimpleQueue()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with pool(database.service_url, size=2) as connections:
            services = services_over(database, connections)
            tenant_id = database.new_tenant()
            key = await new_key(services, tenant_id)
            await services.collections.create(
                tenant_id, "docs", text_search="english", embedder=services.embedder.model
            )
            app = app_of(services, limits=Limits(requests_per_minute=0))
            await serve(app, "127.0.0.1", 0, listening=lambda url: listening.put((url, key)))

    serving = loop.create_task(run())
    thread = Thread(target=lambda: loop.run_until_complete(asyncio.wait([serving])))
    thread.start()
    yield listening.get(timeout=PATIENCE_S)
    loop.call_soon_threadsafe(serving.cancel)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Keeps the connection open, and does not ask the environment about each request."""
    with requests.Session() as kept:
        kept.trust_env = False
        yield kept


@schemathesis.serializer("application/x-ndjson")
def lines(_: SerializationContext, text: object) -> bytes:
    return str(text).encode(errors="replace")


@schemathesis.serializer(msgpack.MEDIA_TYPE)
def packed(_: SerializationContext, value: object) -> bytes:
    try:
        return msgspec.msgpack.encode(value)
    except (UnicodeEncodeError, OverflowError):  # half a surrogate pair, or a huge number
        return b"\xa1?"


def check(case: Case, live: tuple[str, str], session: requests.Session) -> None:
    url, key = live
    if case.path.startswith("/v1/collections/{name}/"):
        case.path_parameters["name"] = "docs"  # any other id gives 404 at once
    token = OPERATOR_TOKEN if case.path.startswith("/v1/tenants") else key
    case.call_and_validate(
        base_url=url, session=session, headers=bearer(token), checks=CHECKS, timeout=PATIENCE_S
    )


def calls_by_function() -> dict[object, list[str]]:
    """The described calls of each function that answers them: some have several paths."""
    calls = defaultdict[object, list[str]](list)
    paths = description()["paths"]
    for route in app_of(fakes.services()).routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            for method in handler.http_methods:
                if method.lower() in paths.get(route.path_format, ()):
                    calls[handler.fn].append(f"{method} {route.path_format}")
    return calls


def described_tests(calls: set[str], *, max_examples: int, with_coverage: bool) -> dict[str, Test]:
    """A test for each of these calls; with `with_coverage`, one case more for each constraint."""
    described = schemathesis.openapi.from_dict(description())
    described.config.phases.coverage.enabled = with_coverage
    made = get_all_tests(
        schema=described.include(lambda context: context.operation.label in calls),
        test_func=check,
        settings=settings(
            max_examples=max_examples,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
        given_kwargs=None,
    )
    return {call.label: test for call, test in (each.ok() for each in made)}


@pytest.fixture(scope="module")
def tests_by_call() -> dict[str, Test]:
    """A test for each call, made here and not by `parametrize` of schemathesis.

    That takes many seconds, and would make them in each process that collects tests. Of several
    paths of one function, one is tried with every case and the others with a few.
    """
    first = {calls[0] for calls in calls_by_function().values()}
    return described_tests(first, max_examples=20, with_coverage=True) | described_tests(
        set(CALLS) - first, max_examples=6, with_coverage=False
    )


CALLS = [
    f"{method.upper()} {path}" for path, item in description()["paths"].items() for method in item
]


@pytest.mark.parametrize("call", CALLS)
def test_every_call_is_answered_as_described(
    call: str,
    tests_by_call: dict[str, Test],
    live: tuple[str, str],
    session: requests.Session,
):
    tests_by_call[call](live=live, session=session)


def test_no_call_is_left_out(tests_by_call: dict[str, Test]):
    assert set(tests_by_call) == set(CALLS)
    assert sorted(chain.from_iterable(calls_by_function().values())) == sorted(CALLS)


def test_paths_of_one_function_are_described_alike():
    paths = description()["paths"]
    for calls in calls_by_function().values():
        answers = [paths[path][method.lower()] for method, path in map(str.split, calls)]
        alike = {
            json.dumps([each.get("requestBody"), each["responses"]], sort_keys=True)
            for each in answers
        }
        assert len(alike) == 1, calls
