"""Which lines of a text make up a heading, a fence, a table or prose."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.formats.blocks import Kind, blocks, has_words, says_something

LINES = st.sampled_from(
    ["", " ", "word", "two words", "# Head", "====", "----", "~~~~", "```", "```py", "a | b", "-|-"]
)


def kinds(text):
    return [(block.kind, block.text) for block in blocks(text)]


@given(st.lists(LINES | st.text(st.characters(exclude_characters="\n"), max_size=6), max_size=14))
def test_blocks_hold_every_line_once_and_in_order(lines):
    text = "\n".join(lines)

    parts = [block.text for block in blocks(text)]

    # Only blank lines before the first block belong to none.
    whole = "\n".join(parts)
    assert text.endswith(whole)
    assert not text.removesuffix(whole).strip()
    assert all(part.strip() for part in parts)


@given(st.lists(LINES, max_size=14))
def test_adjacent_lines_of_prose_are_one_block(lines):
    found = [block.kind for block in blocks("\n".join(lines))]

    assert not any(pair == (Kind.TEXT, Kind.TEXT) for pair in pairwise(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Keys\nRotate.", [(Kind.HEADING, "# Keys"), (Kind.TEXT, "Rotate.")]),
        ("   ###### Keys", [(Kind.HEADING, "   ###### Keys")]),
        ("    # indented code", [(Kind.TEXT, "    # indented code")]),
        ("####### seven", [(Kind.TEXT, "####### seven")]),
        ("#hashtag", [(Kind.TEXT, "#hashtag")]),
        ("Keys\n====\nRotate.", [(Kind.HEADING, "Keys\n===="), (Kind.TEXT, "Rotate.")]),
        ("====\nKeys\n====", [(Kind.HEADING, "====\nKeys\n====")]),
        # Of reStructuredText, an underline is at least as long as its heading; of Markdown, not.
        ("Rotate keys\n---", [(Kind.HEADING, "Rotate keys\n---")]),
        ("Rotate keys\n^^^", [(Kind.TEXT, "Rotate keys\n^^^")]),
        ("Prose above.\nKeys\n====", [(Kind.TEXT, "Prose above.\nKeys\n====")]),
        ("===", [(Kind.HEADING, "===")]),
        ("[](/home)\n\nText", [(Kind.TEXT, "[](/home)\n\nText")]),
        ("[](/home)", [(Kind.HEADING, "[](/home)")]),
    ],
)
def test_headings_are_told_from_prose(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("```py\n# no heading\n```\nafter", "```py\n# no heading\n```"),
        ("````\n```\ninner\n```\n````\nafter", "````\n```\ninner\n```\n````"),
        ("```\na\n~~~\nb\n`````\nafter", "```\na\n~~~\nb\n`````"),
        ("~~~\nnever closed\n# still code", "~~~\nnever closed\n# still code"),
        ("  ```\n  code\n  ```  \nafter", "  ```\n  code\n  ```  "),
    ],
)
def test_a_fence_ends_with_its_own_marks_or_with_the_text(text, fence):
    first = blocks(text)[0]

    assert (first.kind, first.text) == (Kind.FENCE, fence)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("a | b\n--|--\n1 | 2\nafter", "a | b\n--|--\n1 | 2"),
        ("| a |\n|:-:|\n| 1 |", "| a |\n|:-:|\n| 1 |"),
        ("a | b\n--|--", "a | b\n--|--"),
    ],
)
def test_a_table_goes_as_far_as_its_bars(text, table):
    first = blocks(text)[0]

    assert (first.kind, first.text) == (Kind.TABLE, table)


@pytest.mark.parametrize("text", ["a | b\n1 | 2", "a\n--|--", "Prose.\na | b\n-----"])
def test_bars_without_a_line_of_delimiters_are_prose(text):
    assert Kind.TABLE not in [kind for kind, _ in kinds(text)]


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_blank_text_has_no_blocks(text):
    assert blocks(text) == []


def test_blank_lines_belong_to_prose_or_to_the_block_before_them():
    assert kinds("# One\n\n\n# Two\n\nRotate.\n") == [
        (Kind.HEADING, "# One\n\n"),
        (Kind.HEADING, "# Two"),
        (Kind.TEXT, "\nRotate.\n"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rotate.", True),
        ("# Rotate", False),
        ("```python\n```", False),
        ("```\nrotate()\n```", True),
        ("# Keys\n\n- - -\n\n[](/home)", False),
        ("| a |\n|---|", True),
        ("— … —", False),
        ("中文", True),
    ],
)
def test_headings_and_openings_of_fences_say_nothing(text, expected):
    assert says_something(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[](https://example.org/words)", False),
        ("[read](https://example.org)", True),
        ("<https://example.org>", False),
        ("a < b > c", True),
        ("___", False),
        ("1", True),
    ],
)
def test_targets_of_links_are_no_words(text, expected):
    assert has_words(text) is expected
