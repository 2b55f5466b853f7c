"""Concurrent readiness requests share one check."""

import asyncio

import pytest

from pgrerank.api.readiness import FRESH_S, Readiness
from tests import fakes
from tests.api.conftest import anonymous
from tests.fakes import FakeClock


class Parts:
    """Counts its calls."""

    def __init__(self) -> None:
        self.asked = 0
        self.found: dict[str, str] | Exception = {"postgres": "ok"}

    async def __call__(self) -> dict[str, str]:
        self.asked += 1
        await asyncio.sleep(0)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


async def test_however_many_ask_there_is_one_check_a_second():
    parts, clock = Parts(), FakeClock()
    readiness = Readiness(parts, clock.monotonic)

    at_once = await asyncio.gather(*(readiness.parts() for _ in range(300)))
    clock.advance(FRESH_S / 2)
    await readiness.parts()
    soon = parts.asked
    clock.advance(FRESH_S / 2)
    await readiness.parts()

    assert at_once == [{"postgres": "ok"}] * 300
    assert (soon, parts.asked) == (1, 2)


async def test_a_check_that_failed_is_not_remembered():
    parts = Parts()
    readiness = Readiness(parts, FakeClock().monotonic)
    parts.found = RuntimeError("boom")
    with pytest.raises(RuntimeError):
        await readiness.parts()
    parts.found = {"postgres": "ok"}

    assert await readiness.parts() == {"postgres": "ok"}


async def test_who_hangs_up_does_not_end_the_check_of_the_others():
    parts = Parts()
    readiness = Readiness(parts, FakeClock().monotonic)
    first = asyncio.create_task(readiness.parts())
    second = asyncio.create_task(readiness.parts())
    await asyncio.sleep(0)
    first.cancel()

    assert await second == {"postgres": "ok"}
    assert parts.asked == 1


GETS = [
    "/health/live",
    "/health/ready",
    "/health",
    "/compat/tei/health",
    "/metrics",
    "/openapi.json",
    "/docs",
]


@pytest.mark.parametrize("path", GETS)
async def test_head_is_answered_as_get_without_the_body(path):
    async with anonymous(fakes.services()) as client:
        got = await client.get(path)
        head = await client.head(path)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length"):
        assert head.headers[name] == got.headers[name]


async def test_head_of_what_has_no_get_is_refused():
    async with anonymous(fakes.services()) as client:
        assert (await client.head("/v1/collections/things/search")).status_code == 405
