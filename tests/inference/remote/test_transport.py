"""How failures of a server are handled, over real HTTP."""

import threading
from collections.abc import Callable, Iterator
from time import perf_counter

import httpx
import pytest

from pgrerank.domain.errors import RemoteError
from pgrerank.inference.remote.breaker import COOLING_S, FAILURES
from tests.fakes import FakeClock
from tests.fixtures import connections
from tests.fixtures.other_server import Answer, Request, other_server
from tests.inference.remote.asking import Naps, named, passages, reranker


def scored(request: Request) -> Answer:
    """Scores that rise with the position of the document."""
    count = len(request.body["documents"])
    return Answer({"results": [{"index": i, "relevance_score": i / 100} for i in range(count)]})


def after(*failures: Answer) -> Callable[[Request], Answer]:
    """Answers with these failures first, then with scores."""
    waiting: Iterator[Answer] = iter(failures)
    return lambda request: next(waiting, None) or scored(request)


async def test_list_is_split_into_what_the_server_takes(tmp_path):
    with other_server(scored) as server:
        toml = reranker(server.url, batch=3, concurrency=1)
        async with named(tmp_path, toml) as found:
            scores = await found.rerankers["other"].score("q", passages(*"abcdefg"))

    assert [body["documents"] for body in server.bodies] == [
        ["a", "b", "c"],
        ["d", "e", "f"],
        ["g"],
    ]
    assert [score.value for score in scores] == [0, 0.01, 0.02, 0, 0.01, 0.02, 0]


async def test_long_texts_are_sent_in_smaller_portions(tmp_path):
    texts = ["a" * 60, "b" * 60, "c" * 60]
    with other_server(scored) as server:
        toml = reranker(server.url, batch_characters=125, concurrency=1)
        async with named(tmp_path, toml) as found:
            await found.rerankers["other"].score("q", passages(*texts))

    assert [len(body["documents"]) for body in server.bodies] == [2, 1]


async def test_same_text_is_asked_once_and_remembered(tmp_path):
    with other_server(scored) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            scorer = found.rerankers["other"]
            first = await scorer.score("q", passages("a", "b", "a"))
            second = await scorer.score("q", passages("b", "c"))

    assert [body["documents"] for body in server.bodies] == [["a", "b"], ["c"]]
    assert [score.value for score in first] == [0, 0.01, 0]
    assert [score.value for score in second] == [0.01, 0]


async def test_what_is_asked_is_sent_at_once(tmp_path):
    with other_server(scored) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            await found.rerankers["other"].score("q", passages("a"))
            ends = connections.nodelay(httpx.URL(server.url).port)

    assert ends["client"] == [True]


async def test_what_is_beyond_the_operators_bound_is_not_sent(tmp_path):
    with other_server(scored) as server:
        async with named(tmp_path, reranker(server.url, max_documents=2)) as found:
            scores = await found.rerankers["other"].score("q", passages("a", "b", "c"))

    assert server.bodies[0]["documents"] == ["a", "b"]
    assert scores[2].value is None


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_failure_that_may_pass_is_tried_again(status, tmp_path):
    with other_server(after(Answer(status=status), Answer(status=status))) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            scores = await found.rerankers["other"].score("q", passages("a"))

    assert (len(server.requests), scores[0].value) == (3, 0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_refusal_is_not_tried_again_and_told(status, tmp_path):
    with other_server(lambda _: Answer({"message": "no"}, status)) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            with pytest.raises(RemoteError, match=f"`other` answered {status}"):
                await found.rerankers["other"].score("q", passages("a"))

    assert len(server.requests) == 1


async def test_server_is_given_the_time_that_it_asks_for(tmp_path):
    naps = Naps(FakeClock())
    with other_server(after(Answer(status=429, headers={"Retry-After": "7"}))) as server:
        async with named(tmp_path, reranker(server.url), naps=naps) as found:
            await found.rerankers["other"].score("q", passages("a"))

    assert naps.taken == [7]


@pytest.mark.parametrize("value", ["Fri, 02 Jan 2026 03:04:05 GMT", "nonsense", "-3", "nan", "inf"])
async def test_odd_retry_after_does_no_harm(value, tmp_path):
    naps = Naps(FakeClock())
    with other_server(after(Answer(status=503, headers={"Retry-After": value}))) as server:
        async with named(tmp_path, reranker(server.url), naps=naps) as found:
            await found.rerankers["other"].score("q", passages("a"))

    assert len(naps.taken) == 1
    assert 0 <= naps.taken[0] < 5


async def test_server_that_asks_for_more_time_than_there_is_is_given_up(tmp_path):
    clock = FakeClock()
    naps = Naps(clock)
    with other_server(after(Answer(status=429, headers={"Retry-After": "7"}))) as server:
        async with named(tmp_path, reranker(server.url), clock=clock, naps=naps) as found:
            with pytest.raises(RemoteError, match="answered 429 Too Many Requests"):
                await found.rerankers["other"].score(
                    "q", passages("a"), deadline=clock.monotonic() + 5
                )

    assert (len(server.requests), naps.taken) == (1, [])


async def test_what_is_answered_after_the_deadline_stays_unscored(tmp_path):
    late = threading.Event()

    def first_alone(request: Request) -> Answer:
        is_first = "a" in request.body["documents"]
        return Answer(scored(request).body, after=None if is_first else late)

    clock = FakeClock()
    with other_server(first_alone) as server:
        toml = reranker(server.url, batch=1, concurrency=2)
        async with named(tmp_path, toml, clock=clock) as found:
            scores = await found.rerankers["other"].score(
                "q", passages("a", "b"), deadline=clock.monotonic() + 0.5
            )
        late.set()

    assert [score.value for score in scores] == [0, None]


async def test_nothing_is_waited_for_once_the_deadline_is_over(tmp_path):
    clock = FakeClock()
    with other_server(scored) as server:
        async with named(tmp_path, reranker(server.url), clock=clock) as found:
            scores = await found.rerankers["other"].score(
                "q", passages("a"), deadline=clock.monotonic() - 1
            )

    assert scores[0].value is None


async def test_server_that_does_not_answer_fails_in_its_time(tmp_path):
    never = threading.Event()
    started = perf_counter()
    with other_server(lambda _: Answer({}, after=never)) as server:
        async with named(tmp_path, reranker(server.url, timeout_s=0.1, retries=0)) as found:
            with pytest.raises(RemoteError, match="did not answer in time"):
                await found.rerankers["other"].score("q", passages("a"))
        never.set()

    assert perf_counter() - started < 5


async def test_server_that_is_not_there_is_told(tmp_path):
    with other_server(scored) as server:
        pass
    async with named(tmp_path, reranker(server.url)) as found:
        with pytest.raises(RemoteError, match="`other` cannot be reached") as refused:
            await found.rerankers["other"].score("q", passages("a"))

    assert server.url not in str(refused.value)


async def test_redirect_is_not_followed(tmp_path):
    with other_server(scored) as target:
        location = {"Location": f"{target.url}/v2/rerank"}
        with other_server(lambda _: Answer(status=307, headers=location)) as server:
            async with named(tmp_path, reranker(server.url)) as found:
                with pytest.raises(RemoteError, match="redirects are not followed"):
                    await found.rerankers["other"].score("q", passages("a"))

    assert target.requests == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"<html>", "no JSON"),
        ({"message": "fine"}, "holds no scores"),
        ([], "holds no scores"),
        ({"results": [{"index": 0, "relevance_score": "high"}]}, "holds no scores"),
        ({"results": []}, "gave 0 scores that do not match 2 documents"),
        ({"results": [{"index": 0, "relevance_score": 0.5}]}, "gave 1 scores"),
        ({"results": [{"index": 0, "relevance_score": 0.5}] * 2}, "gave 2 scores"),
        (
            {"results": [{"index": i, "relevance_score": 0.5} for i in (0, 2)]},
            "gave 2 scores that do not match 2",
        ),
    ],
)
async def test_answer_that_does_not_fit_is_refused_whole(answer, problem, tmp_path):
    with other_server(lambda _: Answer(answer)) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            with pytest.raises(RemoteError, match=problem):
                await found.rerankers["other"].score("q", passages("a", "b"))


async def test_one_portion_that_fails_fails_the_list_and_the_others_are_remembered(tmp_path):
    def second_refused(request: Request) -> Answer:
        return scored(request) if "a" in request.body["documents"] else Answer(status=400)

    with other_server(second_refused) as server:
        toml = reranker(server.url, batch=1, concurrency=1)
        async with named(tmp_path, toml) as found:
            scorer = found.rerankers["other"]
            with pytest.raises(RemoteError, match="answered 400"):
                await scorer.score("q", passages("a", "b"))
            (again,) = await scorer.score("q", passages("a"))

    assert again.value == 0
    assert [body["documents"] for body in server.bodies] == [["a"], ["b"]]


async def test_server_that_fails_again_and_again_is_left_alone_for_a_while(tmp_path):
    clock = FakeClock()
    healthy = threading.Event()

    def answer(request: Request) -> Answer:
        return scored(request) if healthy.is_set() else Answer(status=500)

    with other_server(answer) as server:
        async with named(tmp_path, reranker(server.url, retries=0), clock=clock) as found:
            scorer = found.rerankers["other"]
            for _ in range(FAILURES):
                with pytest.raises(RemoteError, match="answered 500"):
                    await scorer.score("q", passages("a"))
            with pytest.raises(RemoteError, match="left alone for 10 s"):
                await scorer.score("q", passages("a"))
            assert len(server.requests) == FAILURES

            clock.advance(COOLING_S)
            healthy.set()
            (score,) = await scorer.score("q", passages("a"))
            (another,) = await scorer.score("q", passages("b"))

    assert (score.value, another.value) == (0, 0)


async def test_one_call_alone_tries_a_server_that_had_failed(tmp_path):
    clock = FakeClock()
    with other_server(lambda _: Answer(status=500)) as server:
        async with named(tmp_path, reranker(server.url, retries=0), clock=clock) as found:
            scorer = found.rerankers["other"]
            for _ in range(FAILURES):
                with pytest.raises(RemoteError, match="answered 500"):
                    await scorer.score("q", passages("a"))
            clock.advance(COOLING_S)
            with pytest.raises(RemoteError, match="answered 500"):
                await scorer.score("q", passages("a"))
            with pytest.raises(RemoteError, match="left alone"):
                await scorer.score("q", passages("a"))

    assert len(server.requests) == FAILURES + 1


async def test_refusals_leave_the_server_open_to_others(tmp_path):
    with other_server(lambda _: Answer(status=429)) as server:
        async with named(tmp_path, reranker(server.url, retries=0)) as found:
            for _ in range(FAILURES + 1):
                with pytest.raises(RemoteError, match="answered 429"):
                    await found.rerankers["other"].score("q", passages("a"))

    assert len(server.requests) == FAILURES + 1


async def test_half_a_surrogate_pair_is_sent_as_a_question_mark(tmp_path):
    with other_server(scored) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            found_scores = await found.rerankers["other"].score(
                "Größe 😀", [*passages("a")[:0], *_surrogate()]
            )

    assert (server.bodies[0]["query"], server.bodies[0]["documents"]) == ("Größe 😀", ["a?b"])
    assert found_scores[0].value == 0


def _surrogate():
    (passage,) = passages("a")
    return [type(passage)(text="a\ud800b", content_hash=passage.content_hash)]


async def test_empty_list_is_not_sent(tmp_path):
    with other_server(scored) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            assert await found.rerankers["other"].score("q", []) == []

    assert server.requests == []
