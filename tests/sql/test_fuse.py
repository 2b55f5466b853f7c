from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracles

LEGS = st.lists(st.integers(0, 30).map(lambda i: UUID(int=i)), unique=True, max_size=20)


@pytest.fixture(scope="module")
def connection(database):
    with database.admin() as connection:
        yield connection


def fuse(connection, dense, keyword):
    return connection.execute(
        """
        select * from pgrerank.fuse_v1(
            %s::uuid[], %s::double precision[], %s::uuid[], %s::double precision[]
        )
        """,
        [dense, [1 - i / 100 for i in range(len(dense))], keyword, list(range(len(keyword)))],
    ).fetchall()


@given(dense=LEGS, keyword=LEGS)
def test_fusion_agrees_with_the_oracle(connection, dense, keyword):
    rows = fuse(connection, dense, keyword)

    expected = oracles.fused(dense, keyword)
    assert [row[0] for row in rows] == [thing for thing, _ in expected]
    assert [row[6] for row in rows] == pytest.approx([score for _, score in expected])
    assert [row[5] for row in rows] == list(range(1, len(rows) + 1))


@given(dense=LEGS, keyword=LEGS)
def test_fusion_keeps_ranks_and_scores_of_both_legs(connection, dense, keyword):
    rows = fuse(connection, dense, keyword)

    for chunk, dense_rank, dense_score, keyword_rank, keyword_score, _, _ in rows:
        assert dense_rank == (dense.index(chunk) + 1 if chunk in dense else None)
        assert keyword_rank == (keyword.index(chunk) + 1 if chunk in keyword else None)
        assert (dense_score is None) == (dense_rank is None)
        assert (keyword_score is None) == (keyword_rank is None)


def test_missing_leg_leaves_the_other_as_it_is(connection):
    keyword = [UUID(int=i) for i in (3, 1, 2)]

    rows = connection.execute(
        "select * from pgrerank.fuse_v1(null, null, %s::uuid[], %s::double precision[])",
        [keyword, [3, 2, 1]],
    ).fetchall()

    assert [row[0] for row in rows] == keyword
