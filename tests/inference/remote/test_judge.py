"""A language model that grades passages, behind a chat endpoint over real HTTP."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.errors import RemoteError, SettingsError
from pgrerank.inference.remote.judge import grade_in
from tests.fixtures.other_server import Answer, other_server
from tests.inference.remote.asking import named

USAGE = {"prompt_tokens": 300, "completion_tokens": 2}


def judge_toml(url, **options):
    """A judge `strict` in TOML."""
    lines = [f"{name} = {value!r}" for name, value in options.items()]
    head = ["[judge.strict]", f'url = "{url}"', 'dialect = "openai"', 'model = "m"']
    return "\n".join([*head, *lines])


def said(content):
    return Answer({"choices": [{"message": {"content": content}}], "usage": USAGE})


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ("2", 2),
        (" 3\n", 3),
        ("Grade: 0", 0),
        ("**1**", 1),
        ("2/3", 2),
        ("2 of 3", 2),
        ("2, since it answers in part. So: 2", 2),
        ("1 or 2", None),
        ("2.5", None),
        ("7", None),
        ("-", None),
        ("", None),
        ("2, because of the law of 1984", None),
    ],
)
def test_a_grade_is_read_only_where_one_is_stated(answer, grade):
    assert grade_in(answer) == grade


@given(st.text(max_size=60))
def test_whatever_is_answered_a_grade_is_on_the_scale(answer):
    assert grade_in(answer) in {None, 0, 1, 2, 3}


async def test_query_and_passage_are_asked_about_and_the_price_told(tmp_path):
    with other_server(lambda _: said("<think>3 or 1?</think>2")) as server:
        toml = judge_toml(server.url, input_price=2.0, output_price=8.0, guideline="Prices count.")
        async with named(tmp_path, toml) as found:
            given = await found.judges["strict"].grade("Which?", "This one.")

    assert (given.grade, given.tokens) == (2, 302)
    assert given.cost == pytest.approx((300 * 2 + 2 * 8) / 1e6)
    (request,) = server.requests
    task = request.body["messages"][1]["content"]
    assert request.path == "/v1/chat/completions"
    assert (request.body["model"], request.body["temperature"]) == ("m", 0)
    assert all(part in task for part in ("Query: Which?", "<<<\nThis one.\n>>>", "Prices count."))


async def test_of_a_long_passage_the_beginning_is_read(tmp_path):
    with other_server(lambda _: said("1")) as server:
        async with named(tmp_path, judge_toml(server.url, passage_characters=5)) as found:
            await found.judges["strict"].grade("q", "abcdefgh")

    assert "<<<\nabcde\n>>>" in server.requests[0].body["messages"][1]["content"]


async def test_server_that_fails_is_told(tmp_path):
    with other_server(lambda _: Answer(status=401)) as server:
        async with named(tmp_path, judge_toml(server.url)) as found:
            with pytest.raises(RemoteError, match="`strict` answered 401"):
                await found.judges["strict"].grade("q", "p")


async def test_another_model_or_guideline_is_another_judge(tmp_path):
    names = set()
    for options in ({}, {"revision": "2"}, {"guideline": "g"}, {"passage_characters": 9}):
        async with named(tmp_path, judge_toml("http://h", **options)) as found:
            names.add(found.judges["strict"].judged_by)
    async with named(tmp_path, judge_toml("http://elsewhere", timeout_s=5.0)) as found:
        moved = found.judges["strict"].judged_by

    assert len(names) == 4
    assert moved in names
    assert all(re.fullmatch("strict [0-9a-f]{12}", name) for name in names)


async def test_a_judge_speaks_chat_alone(tmp_path):
    toml = judge_toml("http://h").replace('"openai"', '"cohere"')
    with pytest.raises(SettingsError, match=r"no dialect `cohere` here.*`openai`"):
        async with named(tmp_path, toml):
            pass
