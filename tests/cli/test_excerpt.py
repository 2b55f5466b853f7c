import pytest

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
