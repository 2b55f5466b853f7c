"""Ids can be copied from listings on a terminal of 80 columns."""

import re
from uuid import UUID

import pytest
from rich.text import Text

from pgrerank.cli import output
from tests.cli.conftest import Cli

NARROW = {"COLUMNS": "80", "FORCE_COLOR": "1"}
ID = UUID("019a229b-3cd0-735a-b1b6-e222125ba4c4")


@pytest.fixture
def narrow(monkeypatch):
    for name, value in NARROW.items():
        monkeypatch.setenv(name, value)


def printed(capsys) -> str:
    return Text.from_ansi(capsys.readouterr().out).plain


@pytest.mark.usefixtures("narrow")
def test_an_id_stays_whole_however_many_columns_stand_beside_it(capsys):
    row = (ID, "a label of some length", "my-collection", 120, "hybrid", "bundled", 0.5, 12.25)

    output.table(["id", "label", "collection", "queries", "strategy", "by", "a", "b"], [row] * 2)

    shown = printed(capsys)
    assert shown.count(str(ID)) == 2
    assert max(map(len, shown.splitlines())) <= 80
    assert re.search(r"^collection +my-collection$", shown, re.MULTILINE)


@pytest.mark.usefixtures("narrow")
def test_long_texts_are_broken_between_words_beside_an_id(capsys):
    output.table(["id", "what"], [(ID, "some words " * 20)])

    lines = printed(capsys).splitlines()
    assert str(ID) in lines[1]
    assert len(lines) > 3
    assert {word for line in lines for word in line.split()} <= {
        "id",
        "what",
        str(ID),
        "some",
        "words",
    }


@pytest.mark.usefixtures("narrow")
def test_rows_with_names_too_long_for_one_line_are_printed_below_each_other(capsys):
    names = [f"{letter * 30}/{letter * 6}.md" for letter in "abcd"]

    output.table(["one", "two", "three", "four"], [names])

    assert [line.split()[1] for line in printed(capsys).splitlines()] == names


def test_without_a_terminal_nothing_is_wrapped_or_coloured(capsys):
    long = "word " * 100

    output.table(["id", "name", "text"], [(ID, "x" * 90, long), (ID, "y", None)], title="Both")

    assert capsys.readouterr().out.splitlines() == [
        "Both",
        f"{'id':<36}  {'name':<90}  text",
        f"{ID}  {'x' * 90}  {long.strip()}",
        f"{ID}  {'y':<90}  -",
    ]


@pytest.fixture(scope="module")
def listed(cli, zoo):
    """A tenant with an entry in every listing that shows ids."""
    place = ("-t", zoo, "-c", "animals-english")
    cli.well("key", "add", "website-of-the-zoo", "-t", zoo, "--scope", "ingest", "--expires", "90d")
    cli.well("search", "walrus food", *place, "--strategy", "keyword", "--rerank", "never")
    cli.well("evaluate", *place, "--strategy", "keyword", "--no-rerank", "--save", "a-baseline")
    return zoo


@pytest.mark.parametrize(
    ("command", "ids"),
    [
        (("tenant", "list"), lambda said: [each["id"] for each in said]),
        (("key", "list", "-t", "zoo"), lambda said: [each["id"] for each in said]),
        (("compare", "-t", "zoo"), lambda said: [each["id"] for each in said]),
        (
            ("replay", "-t", "zoo", "--last", "3"),
            lambda said: [each["id"] for each in said["searches"]],
        ),
    ],
)
@pytest.mark.usefixtures("listed")
def test_listings_show_whole_ids_at_80_columns(cli, command, ids):
    expected = ids(cli.json(*command))

    shown = Cli(cli.environment | NARROW).well(*command)

    lines = Text.from_ansi(shown).plain.splitlines()
    assert expected != []
    assert [each for each in expected if not any(each in line for line in lines)] == []
    assert max(map(len, lines)) <= 80
