"""Any text may be a query or a document: the keyword leg never fails."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.collections import embedded

#: characters of tsquery, phrases, exclusions and prefixes
SYNTAX = st.sampled_from([*"&|!()<>:*'\"\\-+@%_$^~ \t\n", "<->", "<2>", ":*", "word", "a*", "é"])
TEXTS = st.one_of(
    st.lists(SYNTAX, max_size=40).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60),
)


@pytest.mark.parametrize(
    "query",
    [
        "e" * 7999 + "*",
        "e" * 2047,
        "e" * 2046 + "*",
        "\U00010400" * 255 + "*",
        "\U00010400" * 256 + "*",
        "İ" * 255 + "*",
        " ".join("e" * n + "*" for n in range(240, 270)),
        '"' + "e" * 3000 + '"',
        '"' + "e" * 3000 + ' walrus"',
        "-" + "e" * 3000,
        '-"' + "e" * 3000 + ' x"',
        " ".join(f"w{n}" for n in range(12_000)),
        '"' + " ".join(f"w{n}" for n in range(12_000)) + '"',
        "-" + "-".join(f"w{n}" for n in range(12_000)),
        " ".join(f'"{"x" * 2000}{n} y"' for n in range(40)),
        "walrus " + "(" * 5000,
        "'" * 5000,
        "a.b@" + "c" * 70_000 + ".org",
        "https://example.org/" + "p/" * 40_000,
        "1e" + "9" * 90_000,
    ],
    ids=lambda query: f"{query[:12]} {len(query)}",
)
async def test_long_words_and_many_are_searched_like_any(new_shelf, query):
    shelf = await new_shelf(embedded("a", "walrus"), embedded("b", "seal"))

    assert set(await shelf.keyword(f"{query} walrus")) <= {"a", "b"}


@pytest.fixture
async def walrus(new_shelf):
    """A collection of one document."""
    return await new_shelf(embedded("a", "walrus"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(query=TEXTS)
async def test_any_query_is_answered(walrus, query):
    assert set(await walrus.keyword(query)) <= {"a"}


@pytest.mark.parametrize(
    "text",
    [
        "e" * 3000,
        " ".join("e" * 2000 + str(n) for n in range(600)),
        " ".join(f"w{n}" for n in range(200_000)),
        "x" * 2_000_000,
        "w " * 20_000,
        "https://example.org/" + "p/" * 40_000,
    ],
    ids=lambda text: f"{text[:6]} {len(text)}",
)
async def test_any_document_is_stored(new_shelf, text):
    shelf = await new_shelf(embedded("long", f"walrus {text}"))

    assert set(await shelf.keyword("walrus")) <= {"long"}
    assert await shelf.dense("walrus") == ["long"]
