import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.cli import hits
from pgrerank.cli.excerpt import excerpt
from pgrerank.client.answers import ResultScores

PROSE = (
    "Keys come from an operator. They are shown once.\n\n"
    "Nothing else is kept of them.\n\n"
    "To rotate a key, add another one, then revoke the first.\n\n"
    "The end."
)
CODE = "Like this:\n\n```python\nfor key in keys:\n    if old(key):\n        rotate(key)\n```"


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        (
            PROSE,
            "rotating a key",
            ["... To rotate a key, add another one, then revoke the first. ..."],
        ),
        (PROSE, "nowhere", ["Keys come from an operator. They are shown once. ..."]),
        ("", "any", []),
        ("one line", "", ["one line"]),
        ("中文 文本\nThai ภาษาไทย", "ภาษาไทย", ["... Thai ภาษาไทย"]),
    ],
)
def test_excerpt_is_where_the_words_of_the_query_are(text, query, shown):
    assert excerpt(text, query, lines=1) == shown


def test_code_keeps_its_lines_and_indentation_without_fences():
    assert excerpt(CODE, "rotate an old key") == [
        "... for key in keys:",
        "    if old(key):",
        "        rotate(key)",
    ]


def test_long_lines_are_broken_between_words():
    shown = excerpt("word " * 100 + "needle " + "word " * 100, "needle", width=40)

    assert any("needle" in line for line in shown)
    assert max(map(len, shown)) <= 44


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (ResultScores(fused=0.5), ("fused", 0.5)),
        (ResultScores(fused=0.5, cascade=2.0), ("cascade", 2.0)),
        (ResultScores(fused=0.5, rerank=1.5, log_odds=3.5, boost=0.5), ("log-odds", 3.5)),
    ],
)
def test_the_number_that_orders_has_its_name(scores, expected):
    assert hits.ordered_by(scores) == expected


@given(
    content=st.text(st.sampled_from("ab \n\tkeyKEY`"), max_size=400),
    query=st.text(st.sampled_from("ab key"), max_size=12),
    lines=st.integers(1, 4),
    width=st.integers(20, 60),
)
def test_an_excerpt_fits_and_is_of_the_passage(content, query, lines, width):
    shown = excerpt(content, query, lines=lines, width=width)

    assert len(shown) <= lines
    assert all(line.strip() for line in shown)
    # Marks of omitted text stand before the first line and after the last.
    assert max(map(len, shown), default=0) <= width + len("... ")
    words = set(content.expandtabs(4).split())
    left = [word for line in shown for word in line.split() if word != "..."]
    assert all(any(word in whole for whole in words) for word in left)


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        # A word counts once in a line.
        ("key key key\nnothing\nrotate a key", "rotate key", ["... rotate a key"]),
        # Of equal places, the first.
        ("a key\nnothing\na key", "key", ["a key ..."]),
        # A word begins where letters begin, also behind an underscore.
        ("monkey\nold_key", "key", ["... old_key"]),
        ("Rotation", "rotating", ["Rotation"]),
        ("it is\nas it was", "as it", ["... as it was"]),
    ],
)
def test_the_best_line_has_most_words_of_the_query(text, query, shown):
    assert excerpt(text, query, lines=1) == shown


def test_lines_that_hold_more_words_together_come_before_repeated_ones():
    passage = "rotate a key\nrotate the key\nevery month"

    assert excerpt(passage, "rotate a key monthly", lines=2) == [
        "... rotate the key",
        "every month",
    ]
