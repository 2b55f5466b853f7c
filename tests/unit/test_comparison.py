"""The two orders beside each other, and the scores of the legs that took part."""

import pytest

from pgrerank.cli.comparison import Line, drawn
from pgrerank.domain.candidate import Hit
from tests.fakes import candidate


@pytest.mark.parametrize(
    ("sparse", "columns"),
    [
        (None, ["dense", "keyword", "rerank"]),
        (4.5, ["dense", "keyword", "sparse", "rerank"]),
    ],
)
def test_each_leg_that_took_part_has_a_column(sparse, columns):
    found = candidate(1, "red", sparse_rank=sparse and 1, sparse_score=sparse)

    table = drawn([Line.of(Hit(candidate=found, rank=1))], 5, title="both", width=100)

    assert [column.header for column in table.columns][-len(columns) :] == columns
    shown = {column.header: list(column.cells) for column in table.columns}
    assert shown.get("sparse", [None])[0] == (None if sparse is None else "4.500")
