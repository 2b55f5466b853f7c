"""Tables, numbers and remarks that commands print."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest

from pgrerank.cli import listing, output
from pgrerank.domain.ingest import Rejection
from pgrerank.domain.page import Page

BERLIN = timezone(timedelta(hours=2))


class Colour(StrEnum):
    RED = "red"


def printed(capsys, columns, *rows, **options):
    output.table(columns, rows, **options)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, "-"),
        (True, "yes"),
        (False, "no"),
        (datetime(2026, 5, 1, 1, 30, tzinfo=BERLIN), "2026-04-30 23:30Z"),
        ("two\n  lines\tof it", "two lines of it"),
        ("[bold]no markup[/]", "[bold]no markup[/]"),
        (Colour.RED, "red"),
        (0, "0"),
        (-1.5, "-1.5"),
    ],
)
def test_a_value_is_written_for_people(capsys, value, cell):
    assert printed(capsys, ["it"], [value])[1].strip() == cell


def test_columns_of_numbers_end_together_and_others_begin_together(capsys):
    rows = [("a", "1.50", 7), ("long", "-20.25", None), ("b", "-", 1000)]

    assert printed(capsys, ["name", "score", "count"], *rows) == [
        "name   score  count",
        "a       1.50      7",
        "long  -20.25      -",
        "b          -   1000",
    ]


def test_one_word_among_numbers_makes_a_column_of_text(capsys):
    assert printed(capsys, ["count"], [5], ["default"]) == ["count", "5", "default"]


def test_a_table_without_rows_has_its_head(capsys):
    assert printed(capsys, ["name", "id"]) == ["name  id"]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(None, 3, "-"), (0.0, 3, "0.000"), (1 / 3, 4, "0.3333"), (-0.0625, 3, "-0.062")],
)
def test_numbers_have_as_many_digits_as_were_asked_for(value, digits, text):
    assert output.number(value, digits) == text


def test_json_is_indented_and_writes_ids_and_times_as_text(capsys):
    output.as_json({"at": datetime(2026, 5, 1, tzinfo=UTC), "path": Path("a/b"), "names": ("ä",)})

    assert capsys.readouterr().out == (
        '{\n  "at": "2026-05-01T00:00:00Z",\n  "path": "a/b",\n  "names": [\n    "ä"\n  ]\n}\n'
    )


@pytest.mark.parametrize(
    ("rejected", "said"),
    [
        ([], ""),
        (
            [Rejection(line=3, reason="has no `text`", external_id="a")],
            "c.jsonl: 1 row left out, the first on line 3 (a): has no `text`\n",
        ),
        (
            [Rejection(line=1, reason="not JSON"), Rejection(line=2, reason="x")],
            "c.jsonl: 2 rows left out, the first on line 1: not JSON\n",
        ),
    ],
)
def test_rows_that_were_left_out_are_counted_and_the_first_named(capsys, rejected, said):
    output.say_left_out(Path("c.jsonl"), rejected)

    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", said)


async def test_a_listing_is_read_to_its_last_page():
    pages = {
        None: Page(items=(1, 2), cursor="b"),
        "b": Page(items=(), cursor="c"),
        "c": Page(items=(3,), cursor=None),
    }

    async def page(cursor):
        return pages.pop(cursor)

    assert await listing.everything(page) == [1, 2, 3]
    assert pages == {}
