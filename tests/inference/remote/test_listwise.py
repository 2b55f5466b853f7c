"""A language model that orders lists by windows, behind a chat endpoint over real HTTP."""

import re
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.errors import RemoteError, SettingsError
from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.permutation import permutation, windows
from tests.fakes import FakeClock
from tests.fixtures.other_server import Answer, Request, other_server
from tests.inference.remote.asking import named, passages, reranker

USAGE = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}


def said(content: str | None) -> Answer:
    return Answer({"choices": [{"message": {"content": content}}], "usage": USAGE})


def listed(request: Request) -> list[str]:
    """The passages of a request, in the order of their identifiers."""
    return re.findall(r"^\[\d+\] (.*)$", request.body["messages"][1]["content"], re.MULTILINE)


def by_length(request: Request) -> Answer:
    """A model that prefers long passages."""
    texts = listed(request)
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    return said(" > ".join(f"[{place + 1}]" for place in order))


def order_of(scores) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: -scores[place].value)


@pytest.mark.parametrize(
    ("answer", "order"),
    [
        ("[2] > [1] > [3]", [1, 0, 2]),
        ("2 > 1 > 3", [1, 0, 2]),
        ("[3]", [2, 0, 1]),
        ("[3] > [3] > [1]", [2, 0, 1]),
        ("[9] > [0] > [2]", [1, 0, 2]),
        ("The best is [ 2 ], out of 3 passages.", [1, 0, 2]),
        ("I cannot do that.", [0, 1, 2]),
        ("[99999999999999999999]", [0, 1, 2]),
    ],
)
def test_odd_answer_still_orders_the_window(answer, order):
    assert permutation(answer, 3) == order


@given(st.text(alphabet="0123456789[]> <think/", max_size=60), st.integers(1, 12))
def test_whatever_is_answered_no_passage_is_lost_or_doubled(answer, count):
    assert sorted(permutation(answer, count)) == [*range(count)]


@given(st.integers(1, 200), st.integers(2, 30), st.data())
def test_windows_meet_from_the_end_of_the_list_to_its_head(count, size, data):
    step = data.draw(st.integers(1, size - 1))
    found = [*windows(count, size, step)]

    assert found[0].stop == count
    assert found[-1].start == 0
    assert {place for window in found for place in window} == {*range(count)}
    assert all(window.start < before.start <= window.stop for before, window in pairwise(found))
    assert all(len(window) <= size for window in found)


async def test_best_passage_climbs_from_the_end_of_the_list_to_its_head(tmp_path):
    texts = [f"{place:02} " + "x" * place for place in range(25)]
    with other_server(by_length) as server:
        toml = reranker(server.url, "rankgpt", window=6, step=3)
        async with named(tmp_path, toml) as found:
            scorer = found.rerankers["other"]
            scores = await scorer.score("q", passages(*texts))

    assert order_of(scores)[:3] == [24, 23, 22]
    assert max(score.value for score in scores) == 1
    assert len({score.value for score in scores}) == 25
    assert scorer.model.score_kind is ScoreKind.ORDER
    assert [request.path for request in server.requests] == ["/v1/chat/completions"] * 8


async def test_list_that_fits_a_window_is_ordered_in_one_call(tmp_path):
    with other_server(by_length) as server:
        async with named(tmp_path, reranker(server.url, "rankgpt")) as found:
            scores = await found.rerankers["other"].score("Which?", passages("a", "ccc", "bb"))

    assert order_of(scores) == [1, 2, 0]
    (request,) = server.requests
    assert request.body["model"] == "m"
    assert request.body["temperature"] == 0
    assert "Query: Which?" in request.body["messages"][1]["content"]


async def test_the_operators_instruction_is_part_of_the_task(tmp_path):
    with other_server(by_length) as server:
        toml = reranker(server.url, "rankgpt", instruction="Prices count.")
        async with named(tmp_path, toml) as found:
            await found.rerankers["other"].score("q", passages("a", "bb"))

    assert "first. Prices count. The passages" in server.requests[0].body["messages"][1]["content"]


async def test_tokens_and_their_price_are_told(tmp_path):
    with other_server(by_length) as server:
        toml = reranker(server.url, "rankgpt", input_price=2.0, output_price=8.0)
        async with named(tmp_path, toml) as found:
            scores = await found.rerankers["other"].score("q", passages("a", "bb", "ccc"))

    assert sum(score.tokens for score in scores) == 1010
    assert sum(score.cost for score in scores) == pytest.approx((1000 * 2 + 10 * 8) / 1e6)


async def test_long_passage_is_read_in_part_and_said_so(tmp_path):
    with other_server(by_length) as server:
        toml = reranker(server.url, "rankgpt", passage_characters=5)
        async with named(tmp_path, toml) as found:
            scores = await found.rerankers["other"].score("q", passages("abcdefgh", "ab"))

    assert listed(server.requests[0]) == ["abcde", "ab"]
    assert [score.truncated for score in scores] == [True, False]


async def test_what_a_model_thinks_before_it_answers_is_not_its_order(tmp_path):
    thought = "<think>[1] looks good,\nbut</think>[3] > [2]"
    with other_server(lambda _: said(thought)) as server:
        async with named(tmp_path, reranker(server.url, "rankgpt")) as found:
            scores = await found.rerankers["other"].score("q", passages("a", "b", "c"))

    assert order_of(scores) == [2, 1, 0]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda _: said("<think>[2] or [1]? I ran out of"), "no answer that names a passage"),
        (lambda _: said("I would rather not."), "no answer that names a passage"),
        (lambda _: said(None), "no answer that names a passage"),
        (lambda _: Answer({"text": "[1]"}), "no chat completion"),
        (lambda _: Answer(status=401), "answered 401"),
    ],
)
async def test_model_that_does_not_order_fails(
    answer: Callable[[Request], Answer], problem, tmp_path
):
    with other_server(answer) as server:
        async with named(tmp_path, reranker(server.url, "rankgpt")) as found:
            with pytest.raises(RemoteError, match=problem):
                await found.rerankers["other"].score("q", passages("a", "b"))


async def test_list_that_is_not_done_by_the_deadline_stays_unscored_and_is_paid_for(tmp_path):
    never = threading.Event()
    clock = FakeClock()

    def first_alone(request: Request) -> Answer:
        return said("[1]") if "t8" in listed(request) else Answer({}, after=never)

    with other_server(first_alone) as server:
        toml = reranker(server.url, "rankgpt", window=4, step=2)
        async with named(tmp_path, toml, clock=clock) as found:
            texts = [f"t{place}" for place in range(9)]
            scores = await found.rerankers["other"].score(
                "q", passages(*texts), deadline=clock.monotonic() + 0.5
            )
        never.set()

    assert {score.value for score in scores} == {None}
    assert sum(score.tokens for score in scores) == 1010


async def test_window_that_stands_still_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="`step` must be less than `window`"):
        async with named(tmp_path, reranker("http://h", "rankgpt", window=5, step=5)):
            pass
