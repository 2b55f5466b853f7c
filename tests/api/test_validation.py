"""What is wrong with a value, and what is allowed, for every kind of field."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta, Struct

from pgrerank.api import forms, validation


class Mode(StrEnum):
    AUTO = "auto"
    NEVER = "never"


class Inner(Struct, forbid_unknown_fields=True):
    text: str
    number: float | None = None


class Body(Struct, forbid_unknown_fields=True, rename={"class_": "class"}):
    query: Annotated[str, Meta(min_length=1, max_length=5)]
    limit: Annotated[int, Meta(ge=1, le=10)] = 1
    share: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    least: Annotated[float, Meta(ge=0)] = 0.5
    mode: Mode = Mode.AUTO
    strategy: Literal["dense", "hybrid"] | None = None
    documents: Annotated[list[str | Inner], Meta(min_length=1, max_length=2)] = []
    pairs: Annotated[list[int], Meta(min_length=1)] = []
    names: Annotated[list[str], Meta(max_length=3)] = []
    name: Annotated[str, Meta(pattern=forms.NAME)] = "a"
    code: Annotated[str, Meta(pattern="^x+$")] = "x"
    weights: dict[Annotated[str, Meta(max_length=3)], float] = {}
    inner: Inner | None = None
    is_quiet: bool = False
    since: Annotated[datetime, Meta(tz=True)] | None = None
    key: UUID | None = None
    class_: str = "c"


def refused(**fields):
    with pytest.raises(msgspec.ValidationError) as fault:
        msgspec.convert({"query": "q", **fields}, Body)
    error = validation.refusal(fault.value, Body)
    return error.field, error.problem


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("query", 3, "must be a text of 1 to 5 characters, not an integer"),
        ("query", "", "must be a text of 1 to 5 characters"),
        ("limit", 0, "must be an integer from 1 to 10"),
        ("limit", 11, "must be an integer from 1 to 10"),
        ("limit", "1", "must be an integer from 1 to 10, not a text"),
        ("limit", 1.5, "must be an integer from 1 to 10, not a number with a fraction"),
        ("share", 1, "must be a number above 0 and below 1"),
        ("least", -1, "must be a number from 0"),
        ("mode", "atuo", "must be one of `auto`, `never`, not `atuo`; did you mean `auto`?"),
        ("mode", "x" * 99, f"must be one of `auto`, `never`, not `{'x' * 60}...`"),
        ("mode", None, "must be one of `auto`, `never`, not null"),
        ("strategy", "sparse", "must be one of `dense`, `hybrid`, not `sparse`"),
        ("strategy", 1, "must be one of `dense`, `hybrid` or null, not an integer"),
        ("documents", "a", "must be an array of 1 to 2 (each a text or an object), not a text"),
        ("documents", [], "must be an array of 1 to 2 (each a text or an object)"),
        ("pairs", [], "must be an array of 1 or more (each an integer)"),
        ("names", ["a"] * 4, "must be an array of at most 3 (each a text)"),
        ("name", "A B", f"must be {forms.NAME_WORDS}"),
        ("code", "y", "must be a text of the form ^x+$"),
        ("weights", [], "must be an object, not an array"),
        ("weights", {"abcd": 1.0}, "has a key that must be a text of at most 3 characters"),
        ("inner", "a", "must be an object or null, not a text"),
        ("is_quiet", 1, "must be true or false, not an integer"),
        ("since", "yesterday", "must be an instant with time zone, such as 2026-01-31T12:00:00Z"),
        ("key", "1", "must be a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057"),
    ],
)
def test_a_wrong_value_is_told_what_its_field_takes(field, value, problem):
    named, said = refused(**{field: value})

    assert named.split("[")[0] == field
    # An optional field takes null as well.
    assert said.replace(" or null", "") == problem.replace(" or null", "")


@pytest.mark.parametrize(
    ("fields", "named", "problem"),
    [
        ({"documents": [1]}, "documents[0]", "must be a text or an object, not an integer"),
        ({"documents": ["a", {}]}, "documents[1].text", "is missing; it must be a text"),
        ({"weights": {"a": "b"}}, "weights[...]", "must be a number, not a text"),
        (
            {"inner": {"text": "a", "number": "1"}},
            "inner.number",
            "must be a number or null, not a text",
        ),
        (
            {"inner": {"text": "a", "nubmer": 1}},
            "inner.nubmer",
            "is an unknown field; did you mean `number`? There are `text`, `number`",
        ),
    ],
)
def test_a_fault_within_a_value_is_named_by_its_path(fields, named, problem):
    assert refused(**fields) == (named, problem)


def test_a_missing_field_is_told_what_it_takes():
    with pytest.raises(msgspec.ValidationError) as fault:
        msgspec.convert({}, Body)

    error = validation.refusal(fault.value, Body)

    assert (error.field, error.problem) == (
        "query",
        "is missing; it must be a text of 1 to 5 characters",
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("topK", "limit"),
        ("k", "limit"),
        ("Question", "query"),
        ("passages", "documents"),
        ("search_type", "strategy"),
        ("class_", "class"),
        ("wieghts", "weights"),
    ],
)
def test_a_name_of_another_api_is_told_the_one_used_here(name, meant):
    named, problem = refused(**{name: 1})

    assert named == name
    assert f"did you mean `{meant}`?" in problem


def test_a_name_like_no_other_is_told_all_that_there_are():
    _, problem = refused(zzzz=1)

    assert "did you mean" not in problem
    assert all(f"`{each}`" in problem for each in ("query", "class", "is_quiet"))


def test_where_no_name_is_known_none_is_listed():
    assert validation.unknown_name("a", [], "parameter") == (
        "is an unknown parameter; there is none"
    )


@pytest.mark.parametrize(
    ("names", "known"),
    [(["limit"], "there is `limit`"), (["limit", "query"], "there are `limit`, `query`")],
)
def test_known_names_continue_the_sentence_of_an_unknown_one(names, known):
    problem = validation.unknown_name("zzzz", names, "parameter")

    assert problem == f"is an unknown parameter; {known}"


def test_a_value_that_is_wrong_as_a_whole_is_the_body():
    with pytest.raises(msgspec.ValidationError) as fault:
        msgspec.convert([], Body)

    assert validation.refusal(fault.value, Body).field == "body"
