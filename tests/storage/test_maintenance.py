import pytest

from pgrerank.domain.errors import DatabaseUnreachableError, InvalidRequestError
from pgrerank.storage import maintenance
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from tests.fixtures.collections import embedded

MANY = 40


@pytest.fixture
async def large(new_shelf):
    return await new_shelf(*[embedded(f"d{i}", f"walrus w{i}") for i in range(MANY)])


def indexes(database):
    with database.admin() as admin:
        return {
            name
            for (name,) in admin.execute(
                """
                select r.relname from pg_index as i join pg_class as r on r.oid = i.indexrelid
                where r.relname like 'ix_chunk_embedding_hnsw_%' and i.indisvalid
                """
            )
        }


def own_index(database, shelf):
    with database.admin() as admin:
        return admin.execute(
            """
            select pgrerank.embedding_index_v1(c.id, c.embedder_id)
            from pgrerank.collection as c where c.id = %s
            """,
            [shelf.collection.id],
        ).fetchone()[0]


async def index(database, above=MANY - 1, **options):
    return await maintenance.index_collections(database.admin_url, above=above, **options)


async def test_large_collection_gets_an_index_once(database, large):
    first = await index(database)
    second = await index(database)

    assert own_index(database, large) in first.built
    assert own_index(database, large) in indexes(database)
    assert second == maintenance.IndexReport()


async def test_small_collection_gets_no_index(database, new_shelf):
    small = await new_shelf(embedded("a", "walrus"))

    assert own_index(database, small) not in (await index(database)).built


async def test_progress_is_told_up_to_the_end(database, large):
    seen = []

    await index(database, progress=seen.append)

    own = [each for each in seen if each.index_name == own_index(database, large)]
    assert (own[-1].collection, own[-1].chunks, own[-1].done) == ("shelf", MANY, MANY)
    assert [each.done for each in own] == sorted(each.done for each in own)


async def test_index_of_a_deleted_collection_is_dropped(database, large):
    name = own_index(database, large)
    await index(database)
    await PostgresCollections(large.pool).delete(large.tenant_id, "shelf")

    assert name in (await index(database)).dropped
    assert name not in indexes(database)


async def test_index_that_failed_to_build_is_built_again(database, large):
    name = own_index(database, large)
    await index(database)
    with database.admin() as admin:
        admin.execute(
            "update pg_index set indisvalid = false where indexrelid = %s::regclass",
            [f"pgrerank.{name}"],
        )

    again = await index(database)

    assert (again.dropped, again.built) == ((name,), (name,))
    assert name in indexes(database)


async def test_collection_that_shrinks_a_little_keeps_its_index(database, large):
    await index(database)
    documents = PostgresDocuments(large.pool)
    await documents.delete(large.tenant_id, large.collection, "d0")

    assert own_index(database, large) not in (await index(database)).dropped


async def test_ingest_goes_on_under_an_index(database, large):
    await index(database)

    await large.store(embedded("new", "entirely new"))

    assert "new" in await large.dense("entirely new")


async def test_partitions_ahead_are_made_once(database):
    await maintenance.ensure_partitions(database.admin_url, months_ahead=4)

    assert await maintenance.ensure_partitions(database.admin_url, months_ahead=6) == 2
    assert await maintenance.ensure_partitions(database.admin_url, months_ahead=6) == 0


async def test_old_partitions_are_dropped(fresh_database):
    with fresh_database.admin() as admin:
        admin.execute(
            """
            create table pgrerank.rerank_log_200001 partition of pgrerank.rerank_log
            for values from ('2000-01-01') to ('2000-02-01');
            alter table pgrerank.rerank_log_200001 owner to pgrerank_owner
            """
        )

    dropped = await maintenance.drop_partitions(fresh_database.admin_url, months=12)

    assert dropped == ["rerank_log_200001"]
    assert await maintenance.drop_partitions(fresh_database.admin_url, months=12) == []


async def test_retention_of_less_than_a_month_is_refused(database):
    with pytest.raises(InvalidRequestError, match="at least 1"):
        await maintenance.drop_partitions(database.admin_url, months=0)


@pytest.mark.parametrize("months", [-1, 25])
async def test_partitions_for_the_far_future_are_refused(database, months):
    with pytest.raises(InvalidRequestError, match="from 0 to 24"):
        await maintenance.ensure_partitions(database.admin_url, months_ahead=months)


async def test_unreachable_server_is_said_to_be_so(tmp_path):
    with pytest.raises(DatabaseUnreachableError):
        await maintenance.index_collections(f"postgresql://postgres@/x?host={tmp_path}")
