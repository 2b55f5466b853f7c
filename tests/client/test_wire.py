"""When a call is retried, and which error a failure raises."""

import httpx
import pytest

from pgrerank.client import Patience, errors

URL = "http://service.example/under/a/path/"
FOUND = {
    "id": "0198c7d2-6c1f-7d0e-8f57-3c9b7a1e2d4f",
    "results": [],
    "rerank": {"status": "skipped", "reason": "nothing found", "scored": 0, "model": None},
    "legs": {"dense": None, "keyword": None, "sparse": None},
    "invented": "by a later version",
}
CHUNK = "0198c7d2-6c1f-7d0e-8f57-3c9b7a1e2d50"


class Answering:
    """Gives prepared answers in turn, repeats the last, and records the requests."""

    def __init__(self, *prepared: httpx.Response | Exception) -> None:
        self._prepared = list(prepared)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._prepared.pop(0) if len(self._prepared) > 1 else self._prepared[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def problem(status: int, retry_after: str | None = "0") -> httpx.Response:
    return httpx.Response(
        status,
        json={"status": status, "title": "No", "detail": "because", "request_id": "r1"},
        headers={"Content-Type": "application/problem+json"}
        | ({"Retry-After": retry_after} if retry_after else {}),
    )


def found() -> httpx.Response:
    return httpx.Response(200, json=FOUND)


@pytest.fixture
def asking(caller_of):
    """Makes one call with a client that gets prepared answers."""

    async def ask(answering, method="search", arguments=("docs", "x"), **options):
        async with caller_of(URL, "pgr_key", answering, **options) as caller:
            return await caller(method, *arguments)

    return ask


async def test_a_call_says_who_asks_where(asking):
    answering = Answering(found())
    answer = await asking(answering)

    (request,) = answering.asked
    assert str(request.url) == "http://service.example/under/a/path/v1/collections/docs/search"
    assert request.headers["Authorization"] == "Bearer pgr_key"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].startswith("pgrerank-python/")
    assert (answer.rerank.reason, answer.cursor) == ("nothing found", None)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_service_is_asked_again_when_it_says(asking, status):
    answering = Answering(problem(status), problem(status), found())

    assert (await asking(answering)).results == []
    assert len(answering.asked) == 3


async def test_patience_ends(asking):
    answering = Answering(problem(503))
    with pytest.raises(errors.ServiceError) as refused:
        await asking(answering, patience=Patience(retries=2))

    assert len(answering.asked) == 3
    assert (refused.value.status, refused.value.retry_after_s) == (503, 0)


async def test_a_long_wait_is_left_to_the_caller(asking):
    answering = Answering(problem(429, "60"))
    with pytest.raises(errors.TooManyRequestsError) as refused:
        await asking(answering)

    assert len(answering.asked) == 1
    assert refused.value.retry_after_s == 60


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422, 500])
async def test_what_would_fail_again_is_not_sent_again(asking, status):
    answering = Answering(problem(status))
    with pytest.raises(errors.RefusedError):
        await asking(answering)

    assert len(answering.asked) == 1


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ReadError("reset"), httpx.Response(502)]
)
async def test_a_broken_connection_is_tried_anew(asking, failure):
    answering = Answering(failure, found())

    assert (await asking(answering)).results == []


@pytest.mark.parametrize(
    ("failure", "times"),
    [
        (httpx.ConnectError("refused"), 2),
        (problem(503), 2),
        (httpx.ReadError("reset"), 1),
        (httpx.Response(504), 1),
    ],
)
async def test_feedback_is_sent_again_only_where_it_cannot_count_twice(asking, failure, times):
    answering = Answering(failure)
    with pytest.raises(errors.ClientError):
        await asking(answering, "feedback", (CHUNK, CHUNK, "used"), patience=Patience(retries=1))

    assert len(answering.asked) == times


async def test_silence_is_told_from_absence(asking):
    for failure, error in [
        (httpx.ReadTimeout("slow"), errors.TimedOutError),
        (httpx.ConnectError("refused"), errors.UnreachableError),
    ]:
        with pytest.raises(errors.UnreachableError) as unreachable:
            await asking(Answering(failure), patience=Patience(retries=0))
        assert type(unreachable.value) is error
        assert URL in str(unreachable.value)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>hotel wifi</html>"),
        httpx.Response(200, json={"results": []}),
        httpx.Response(404, text="<html>no such page</html>"),
        httpx.Response(404, text="{", headers={"Content-Type": "application/problem+json"}),
    ],
)
async def test_another_service_is_not_taken_for_ours(asking, answer):
    with pytest.raises(errors.UnreadableError) as unreadable:
        await asking(Answering(answer))

    assert unreadable.value.status == answer.status_code
