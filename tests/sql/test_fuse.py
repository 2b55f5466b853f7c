"""fuse_v1: three legs, weights, and scores instead of ranks."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.retrieval import Fusion
from tests import oracles

LEGS = st.lists(st.integers(0, 30).map(lambda i: UUID(int=i)), unique=True, max_size=20)
WEIGHTS = st.just(0) | st.floats(1e-6, 100)


@pytest.fixture(scope="module")
def connection(database):
    with database.admin() as connection:
        yield connection


def fuse(connection, *legs, fusion="rrf", k=60, weights=(1, 1, 1)):
    """Chunk, dense, keyword and sparse rank and score, fused rank and score."""
    lists = [part for leg in legs for part in ([i for i, _ in leg], [s for _, s in leg])]
    return connection.execute(
        """
        select * from pgrerank.fuse_v1(
            %s::uuid[], %s::double precision[], %s::uuid[], %s::double precision[],
            %s::uuid[], %s::double precision[], %s, %s, %s, %s, %s
        )
        """,
        [*lists, fusion, k, *weights],
    ).fetchall()


def scored(leg):
    return [(each, 1 - place / 100) for place, each in enumerate(leg)]


@given(dense=LEGS, keyword=LEGS, sparse=LEGS)
def test_ranks_of_three_legs_are_fused_like_those_of_the_oracle(connection, dense, keyword, sparse):
    rows = fuse(connection, scored(dense), scored(keyword), scored(sparse))

    expected = oracles.fused(dense, keyword, sparse)
    assert [row[0] for row in rows] == [thing for thing, _ in expected]
    assert [row[8] for row in rows] == pytest.approx([score for _, score in expected])
    assert [row[7] for row in rows] == list(range(1, len(rows) + 1))


@given(dense=LEGS, keyword=LEGS, sparse=LEGS, weights=st.tuples(WEIGHTS, WEIGHTS, WEIGHTS))
def test_a_leg_counts_as_much_as_it_weighs(connection, dense, keyword, sparse, weights):
    legs = (dense, keyword, sparse)
    rows = fuse(connection, *map(scored, legs), k=10, weights=weights)

    for row in rows:
        ranks = [leg.index(row[0]) + 1 if row[0] in leg else None for leg in legs]
        assert [row[1], row[3], row[5]] == ranks
        expected = sum(w / (10 + r) for w, r in zip(weights, ranks, strict=True) if r)
        assert row[8] == pytest.approx(expected)


def test_scaled_scores_are_weighed_and_summed(connection):
    a, b, c, d = (UUID(int=i) for i in range(4))

    rows = fuse(
        connection,
        [(a, 0.9), (b, 0.5), (c, 0.1)],
        [(b, 30.0), (d, 10.0)],
        [(c, 2.0)],
        fusion="weighted",
        weights=(1, 2, 0.25),
    )

    assert {row[0]: row[8] for row in rows} == pytest.approx({a: 1, b: 0.5 + 2, c: 0.25, d: 0})
    assert [row[0] for row in rows] == [b, a, c, d]


@pytest.mark.parametrize("fusion", Fusion)
def test_ties_go_by_id(connection, fusion):
    ids = [UUID(int=i) for i in (3, 1, 2)]

    rows = fuse(connection, *[[(each, 1.0)] for each in ids], fusion=fusion)

    assert [row[0] for row in rows] == sorted(ids)


@pytest.mark.parametrize("fusion", Fusion)
def test_each_method_of_a_collection_gives_a_score(connection, fusion):
    ids = [UUID(int=i) for i in (1, 2)]

    rows = fuse(connection, *[[(each, 1.0)] for each in ids], [], fusion=fusion)

    assert all(row[8] > 0 for row in rows), f"sql/functions/fuse_v1.sql does not know `{fusion}`"


@given(dense=LEGS, keyword=LEGS, sparse=LEGS)
def test_scores_of_a_leg_are_kept_where_it_found_the_chunk(connection, dense, keyword, sparse):
    legs = (dense, keyword, sparse)
    rows = fuse(connection, *map(scored, legs))

    for row in rows:
        kept = [dict(scored(leg)).get(row[0]) for leg in legs]
        assert [row[2], row[4], row[6]] == kept


def test_missing_leg_leaves_the_others_as_they_are(connection):
    keyword = [UUID(int=i) for i in (3, 1, 2)]

    rows = connection.execute(
        """
        select * from pgrerank.fuse_v1(
            null, null, %s::uuid[], %s::double precision[], null, null, 'rrf', 60, 1, 1, 1
        )
        """,
        [keyword, [3, 2, 1]],
    ).fetchall()

    assert [row[0] for row in rows] == keyword
