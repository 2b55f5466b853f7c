"""Neighbouring chunks as one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.window import joined


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        ([], ""),
        (["alone"], "alone"),
        (["One fox.", "Two foxes."], "One fox.\nTwo foxes."),
        (["One fox. Two foxes.", "Two foxes. Three."], "One fox. Two foxes. Three."),
        (["a b c d", "b c d e f", "d e f g h"], "a b c d e f g h"),
        # the end of a word is no shared word
        (["it is international", "national parks"], "it is international\nnational parks"),
        (["see the nation", "nationwide news"], "see the nation\nnationwide news"),
        (["in 2024", "2024 was dry"], "in 2024 was dry"),
        # too short to be shared on purpose
        (["the end of a", "a start"], "the end of a\na start"),
        # scripts without spaces share parts of a line
        (["我们去北京看长城", "北京看长城很远"], "我们去北京看长城很远"),
        (["same text", "same text"], "same text"),
    ],
)
def test_what_chunks_share_appears_once(contents, text):
    assert joined(contents) == text


@given(
    words=st.lists(st.text("abcdefgh", min_size=6, max_size=12), min_size=2, unique=True),
    size=st.integers(2, 6),
    shared=st.integers(0, 1),
)
def test_chunks_of_a_text_give_the_text(words, size, shared):
    """Cut at every `size` words, each chunk beginning with the last word of the one before."""
    chunks = [
        " ".join(words[max(start - shared, 0) : start + size])
        for start in range(0, len(words), size)
    ]

    assert joined(chunks).split() == words


def test_of_lines_that_are_repeated_only_a_little_is_taken_for_shared():
    rows = "| 0 | 0 |\n" * 200

    assert len(joined([rows, rows])) >= 2 * len(rows) - 512
