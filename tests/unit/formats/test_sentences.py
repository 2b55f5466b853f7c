"""Units of a text keep their places, and are sentences, items, rows and blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.formats.sentences import units

_PARTS = st.sampled_from(
    [
        "One. ",
        "Two e.g. this? ",
        "\n",
        "\n\n",
        "- item\n",
        "| a | b |\n| - | - |\n",
        "```\n",
        "# H\n",
    ]
)
TEXTS = st.lists(st.one_of(_PARTS, st.text(max_size=8)), max_size=12).map("".join)


def texts_of(text):
    return [text[unit.start : unit.end] for unit in units(text)]


@given(TEXTS)
def test_units_are_in_order_and_hold_all_letters(text):
    found = units(text)

    ends = [place for unit in found for place in (unit.start, unit.end)]
    assert ends == sorted(ends)
    assert all(unit.start < unit.end for unit in found)
    outside = list(text)
    for unit in found:
        outside[unit.start : unit.end] = " " * (unit.end - unit.start)
    assert not any(each.isalnum() for each in outside) or not found


@given(TEXTS)
def test_a_unit_has_no_blanks_around_it(text):
    assert all(each == each.strip() for each in texts_of(text))


def test_sentences_end_at_their_marks_and_not_at_abbreviations():
    text = "\n\nDr. Smith paid $3.50. He left!\nWhy? 😀 Nobody knows"

    assert texts_of(text) == [
        "Dr. Smith paid $3.50.",
        "He left!",
        "Why?",
        "😀 Nobody knows",
    ]


def test_chinese_sentences_end_without_blanks():
    assert texts_of("这是第一句。这是第二句。") == ["这是第一句。", "这是第二句。"]


def test_long_thai_text_is_cut_at_its_spaces():
    clause = "ประเทศไทยเป็นประเทศในเอเชียตะวันออกเฉียงใต้"

    assert texts_of(f"{clause} {clause} ก") == [clause, clause, "ก"]


def test_markdown_is_cut_into_its_parts():
    text = (
        "# Install\n\nRun it. Then wait:\n\n- one. two\n  more\n- three\n\nafter. end\n\n"
        "```sh\npip install a\n\npip b\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n"
    )

    assert texts_of(text) == [
        "# Install",
        "Run it.",
        "Then wait:",
        "- one. two\n  more",
        "- three",
        "after.",
        "end",
        "```sh\npip install a\n\npip b\n```",
        "| a | b |\n|---|---|",
        "| 1 | 2 |",
        "| 3 | 4 |",
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n", "\n"])
def test_a_blank_text_has_no_units(text):
    assert units(text) == []
