"""Files of judgments, runs and queries, by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.formats import beir
from pgrerank.formats.beir import FileFormatError

#: ids that fit a line of a run
IDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
SPACED = st.lists(IDS, min_size=1, max_size=3).map(" ".join)


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "file"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("line", "document"),
    [
        ("q\tgenerator/MinGW Makefiles.rst\t0", "generator/MinGW Makefiles.rst"),
        ("q\t0\tgenerator/MinGW Makefiles.rst\t0", "generator/MinGW Makefiles.rst"),
        ("q\tQ0\td\t0\r", "d"),
        ("q 0 d 0", "d"),
        ("q  Q0  d  0", "d"),
        ("q d 0", "d"),
        ("q\ta\u2028b\t0", "a\u2028b"),
    ],
)
def test_tabs_part_the_fields_of_a_judgment_where_there_are_tabs(written, line, document):
    assert beir.qrels(written(f"{line}\n")) == {"q": {document: 0}}


@pytest.mark.parametrize(
    "line",
    [
        "q generator/MinGW Makefiles.rst 0",
        "q 0 MinGW Makefiles.rst 0",
        "q\td",
        "q\t\t1",
        "q 0 d best",
        "q\td\t1.5",
        "q\td\t²",
    ],
)
def test_judgment_that_cannot_be_told_apart_is_refused_by_file_and_line(written, line):
    path = written(f"q\td\t1\n\n{line}\n")

    with pytest.raises(
        FileFormatError, match=rf"{path}, line 3: must be `query document grade`.*tabs"
    ):
        beir.qrels(path)


@pytest.mark.parametrize(
    "header", ["query-id\tcorpus-id\tscore\n", "\n\ufeffq_id doc_id grade\n", ""]
)
def test_header_is_no_judgment(written, header):
    assert beir.qrels(written(f"{header}q\td\t1\n")) == {"q": {"d": 1}}


@pytest.mark.parametrize("read", [beir.qrels, beir.run])
def test_line_that_is_not_utf8_is_named(written, read):
    path = written(b"\n\ncaf\xe9\t0\td\t1\n")

    with pytest.raises(
        FileFormatError, match=rf"{path}, line 3: not UTF-8: byte 0xe9 at position 4"
    ):
        read(path)


@given(found=st.dictionaries(SPACED, st.lists(SPACED, unique=True, min_size=1), max_size=3))
def test_run_is_read_as_it_was_written(tmp_path_factory, found):
    path = tmp_path_factory.mktemp("run") / "run.trec"

    beir.write_run(
        path, {query: beir.scores_by_order(names) for query, names in found.items()}, "tag"
    )

    assert beir.run(path) == found


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("q Q0 a d 1 9 t", "line 2: must be `query Q0 document rank score tag`.*tabs"),
        ("q Q0 d one 9 t", "line 2: rank and score must be numbers"),
        ("q Q0 d 1 nan t", "line 2: rank and score must be numbers"),
        ("q Q0 c 2 8 t", "line 2: `c` comes twice for query `q`"),
    ],
)
def test_bad_line_of_a_run_is_named(written, line, problem):
    with pytest.raises(FileFormatError, match=problem):
        beir.run(written(f"q Q0 c 1 9 t\n{line}\n"))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"_id": "q"}', "line 2: the query `q` has no `text`"),
        ('{"text": "q"}', "line 2: has no id"),
        ("{", "line 2: not JSON"),
        ('{"_id": 1, "text": "b"}', "line 2: the query `1` has another text before"),
    ],
)
def test_bad_query_is_named_by_line(written, line, problem):
    with pytest.raises(FileFormatError, match=problem):
        beir.texts(written(f'{{"_id": "1", "text": "a", "type": "what others add"}}\n{line}\n'))
