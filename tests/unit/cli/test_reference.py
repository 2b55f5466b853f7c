"""Pairs that `pgrerank reference set` reads from files."""

import pytest

from pgrerank.cli import reference
from pgrerank.cli.command import Failed
from pgrerank.domain.reference import ReferencePair

MARK = b"\xef\xbb\xbf"
GOOD = {"a.tsv": b"q\ta", "a.jsonl": b'{"query": "q", "text": "a"}'}


@pytest.fixture
def pairs(tmp_path):
    def read(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return list(reference._pairs(path))

    return read


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tsv", b"q\ta\tb\n\nr\tc\n"),
        ("a.tsv", MARK + b"q\ta\tb\r\nr\tc"),
        ("a.jsonl", b'{"query": "q", "text": "a\\tb", "id": 1}\n{"query": "r", "text": "c"}\n'),
        ("a.jsonl", MARK + b'{"query": "q", "text": "a\\tb"}\r\n{"query": "r", "text": "c"}'),
    ],
)
def test_a_pair_is_a_line_of_tabs_or_of_json(pairs, name, data):
    assert pairs(name, data) == [
        ReferencePair(query="q", passage="a\tb"),
        ReferencePair(query="r", passage="c"),
    ]


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("a.tsv", b"caf\xe9\ta", "not UTF-8: byte 0xe9 at position 4"),
        ("a.jsonl", b'{"query": "\xe9", "text": "a"}', "not UTF-8: byte 0xe9 at position 12"),
        ("a.tsv", b"q\ta\0b", "NUL"),
        ("a.tsv", b"no tab", "passage"),
        ("a.jsonl", b"[1]", "Expected `object`"),
    ],
)
def test_a_line_that_is_no_pair_is_named(pairs, name, line, problem):
    with pytest.raises(Failed, match=rf"{name}, line 3: .*{problem}"):
        pairs(name, GOOD[name] + b"\n\n" + line + b"\n")
