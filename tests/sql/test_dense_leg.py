"""The dense leg. Two dimensions suffice for most tests; the index needs many vectors."""

from dataclasses import replace

import numpy as np
import pytest
from pgvector.psycopg import register_vector

from pgrerank.domain.request import Strategy
from pgrerank.storage import maintenance
from tests.fakes import DIMENSIONS
from tests.fixtures.collections import embedded

#: chunks of the collection that has an index
MANY = 600


@pytest.fixture(scope="module")
def vectors():
    random = np.random.default_rng(5)
    made = random.normal(size=(MANY, DIMENSIONS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def document(number, vector):
    made = embedded(f"d{number:03}", "text", metadata={"n": number})
    return type(made)(document=made.document, chunks=made.chunks, vectors=[vector])


@pytest.fixture
async def indexed(database, new_shelf, vectors):
    shelf = await new_shelf(*[document(i, vector) for i, vector in enumerate(vectors)])
    report = await maintenance.index_collections(database.admin_url, above=MANY - 1)
    assert report.built
    return shelf


def leg(database, shelf, vector, candidates, *, condition=None, exact_limit=20_000, settings=None):
    """Result of dense_leg_v1: external ids, scores, scan, chunks below the similarity."""
    with database.admin() as admin:
        register_vector(admin)
        for name, value in (settings or {}).items():
            admin.execute("select set_config(%s, %s, true)", [name, value])
        admin.execute("select set_config('pgrerank.tenant_id', %s, true)", [str(shelf.tenant_id)])
        ids, scores, scan, below = admin.execute(
            """
            select l.* from pgrerank.collection as c
            cross join lateral pgrerank.dense_leg_v1(
                c.id,
                c.embedder_id,
                %s,
                %s,
                (select sum(s.chunks)::bigint from pgrerank.collection_size as s
                where s.tenant_id = c.tenant_id and s.collection_id = c.id),
                %s::jsonpath,
                null,
                %s
            ) as l where c.id = %s
            """,
            [vector, candidates, condition, exact_limit, shelf.collection.id],
        ).fetchone()
        names = dict(
            admin.execute(
                """
                select c.id, d.external_id from pgrerank.chunk as c
                inner join pgrerank.document as d on c.document_id = d.id
                where c.tenant_id = %s
                """,
                [shelf.tenant_id],
            ).fetchall()
        )
    return [names[each] for each in ids], scores, scan, below


def nearest(vectors, vector, keep=lambda _: True):
    similarities = vectors @ vector
    return [f"d{i:03}" for i in np.argsort(-similarities, kind="stable") if keep(i)]


async def test_scores_are_cosines(new_shelf, database, vectors):
    shelf = await new_shelf(*[document(i, vector) for i, vector in enumerate(vectors[:50])])

    names, scores, scan, _ = leg(database, shelf, vectors[3], 10)

    assert names == nearest(vectors[:50], vectors[3])[:10]
    assert scores == pytest.approx(sorted(vectors[:50] @ vectors[3], reverse=True)[:10], abs=1e-5)
    assert scan == "exact"


async def test_small_collection_is_read_whole_even_with_an_index(indexed, database, vectors):
    assert leg(database, indexed, vectors[0], 10)[2] == "exact"


async def test_collection_of_unknown_size_is_read_whole(indexed, database, vectors):
    with database.admin() as admin:
        admin.execute(
            "delete from pgrerank.collection_size where tenant_id = %s", [indexed.tenant_id]
        )

    assert leg(database, indexed, vectors[0], 10, exact_limit=0)[2] == "exact"


async def test_search_goes_through_the_index_once_the_collection_is_large(indexed, database):
    before = await indexed.retrieve("walrus", Strategy.DENSE)
    say_it_is_larger(database, indexed, maintenance.EXACT_LIMIT)
    after = await (await indexed.again()).retrieve("walrus", Strategy.DENSE)

    assert (before.dense.scan, after.dense.scan) == ("exact", "hnsw")


async def test_large_collection_is_searched_through_its_index(indexed, database, vectors):
    names, scores, scan, _ = leg(database, indexed, vectors[0], 50, exact_limit=MANY - 1)

    expected = nearest(vectors, vectors[0])[:50]
    assert scan == "hnsw"
    assert names[0] == "d000"
    assert scores == sorted(scores, reverse=True)
    assert len(set(names) & set(expected)) >= 45


async def test_index_scan_returns_more_rows_than_its_default_width(indexed, database, vectors):
    names, *_ = leg(database, indexed, vectors[0], 300, exact_limit=MANY - 1)

    assert len(names) == 300


@pytest.mark.parametrize("condition", ["$.n < 5", "$.n >= 595", "$.n == 77", "$.n < 0"])
async def test_filter_never_underfills_the_leg(indexed, database, vectors, condition):
    operator, bound = condition.split()[1:]
    keep = {"<": int.__lt__, ">=": int.__ge__, "==": int.__eq__}[operator]

    names, _, scan, _ = leg(
        database, indexed, vectors[0], 100, condition=condition, exact_limit=MANY - 1
    )

    assert names == nearest(vectors, vectors[0], lambda i: keep(int(i), int(bound)))
    assert scan == "exact"


async def test_wide_filter_goes_through_the_index(indexed, database, vectors):
    names, _, scan, _ = leg(
        database, indexed, vectors[0], 20, condition="$.n < 500", exact_limit=MANY - 1
    )

    assert (len(names), scan) == (20, "hnsw")
    assert all(int(name[1:]) < 500 for name in names)


def say_it_is_larger(database, shelf, chunks):
    """Make the counters claim more chunks than a collection has."""
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.collection_size set chunks = chunks + %s where tenant_id = %s",
            [chunks, shelf.tenant_id],
        )


@pytest.fixture
async def crowded(new_shelf, database):
    """2,000 vectors with an index; the 200 farthest from the first one are `far`."""
    made = np.random.default_rng(6).normal(size=(2_000, DIMENSIONS)).astype(np.float32)
    many = made / np.linalg.norm(made, axis=1, keepdims=True)
    far = set(np.argsort(many @ many[0])[:200].tolist())
    shelf = await new_shelf(
        *[
            replace(
                embedded(f"d{i:03}", "text", metadata={"n": i % 10, "far": i in far}),
                vectors=[vector],
            )
            for i, vector in enumerate(many)
        ]
    )
    await maintenance.index_collections(database.admin_url, above=len(many) - 1)
    return shelf, many, far


@pytest.mark.parametrize(("more", "scan"), [(0, "exact"), (100_000, "hnsw")])
async def test_index_scan_goes_on_where_reading_those_that_pass_takes_longer(
    crowded, database, more, scan
):
    shelf, many, _ = crowded
    say_it_is_larger(database, shelf, more)

    # Of the first thousand vectors scanned about a hundred pass.
    found = leg(database, shelf, many[0], 100, condition="$.n == 3", exact_limit=MANY)

    expected = nearest(many, many[0], lambda i: i % 10 == 3)[:100]
    assert found[2] == scan
    assert len(set(found[0]) & set(expected)) >= 99


@pytest.mark.parametrize("passing", [9, 5, 3, 2])
async def test_index_scan_finds_the_nearest_of_those_that_pass(crowded, database, passing):
    """In one scan if many pass, in two if few do."""
    shelf, many, _ = crowded
    say_it_is_larger(database, shelf, 100_000)

    names, _, scan, _ = leg(
        database, shelf, many[0], 100, condition=f"$.n < {passing}", exact_limit=MANY
    )

    expected = nearest(many, many[0], lambda i: i % 10 < passing)[:100]
    assert scan == "hnsw"
    assert len(set(names) & set(expected)) >= 99


async def test_filter_that_only_far_chunks_pass_loses_none_of_them(crowded, database):
    """A scan that stops at pgvector's own limit returns only what it happened to see."""
    shelf, many, far = crowded
    say_it_is_larger(database, shelf, 100_000)

    names, *_ = leg(
        database,
        shelf,
        many[0],
        40,
        condition="$.far == true",
        exact_limit=MANY,
        settings={"hnsw.max_scan_tuples": "600"},
    )

    expected = nearest(many, many[0], lambda i: i in far)[:40]
    assert len(set(names) & set(expected)) / len(expected) >= 0.99


async def test_few_documents_are_looked_up_and_many_are_read_alike(new_shelf, database, vectors):
    shelf = await new_shelf(*[document(i, vector) for i, vector in enumerate(vectors[:200])])

    for bound in (3, 150):
        names, *_ = leg(database, shelf, vectors[0], 300, condition=f"$.n < {bound}")
        assert names == nearest(vectors[:bound], vectors[0])


async def test_similarity_threshold_cuts_and_says_how_many(new_shelf):
    shelf = await new_shelf(embedded("near", "walrus"), embedded("far", "seal"))

    retrieved = await shelf.retrieve("walrus", min_similarity=0.9)

    assert [each.external_id for each in retrieved.candidates] == ["near"]
    assert (retrieved.dense.returned, retrieved.below_similarity) == (1, 1)


async def test_vector_of_no_length_is_never_near(new_shelf, database, vectors):
    shelf = await new_shelf(
        document(0, vectors[0]), document(1, np.zeros(DIMENSIONS, dtype=np.float32))
    )

    names, scores, _, _ = leg(database, shelf, vectors[0], 10)

    assert names == ["d000"]
    assert all(np.isfinite(scores))


async def test_ties_go_by_chunk_id(new_shelf):
    shelf = await new_shelf(*[embedded(f"d{i}", "walrus") for i in range(20)])

    ids = [each.chunk_id for each in (await shelf.retrieve("walrus")).candidates]

    assert ids == sorted(ids)
