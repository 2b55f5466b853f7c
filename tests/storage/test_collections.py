import asyncio
from dataclasses import replace

import pytest

from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.pool import pool
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import changing, embedded


@pytest.fixture
def collections(service_pool):
    return PostgresCollections(service_pool)


@pytest.fixture
def documents(service_pool):
    return PostgresDocuments(service_pool)


def create(collections, tenant_id, name="shelf", *, text_search="english", fingerprint="e" * 64):
    embedder = replace(FakeEmbedder.model, fingerprint=fingerprint)
    return collections.create(tenant_id, name, text_search=text_search, embedder=embedder)


async def test_collection_is_found_as_it_was_made(collections, new_tenant):
    tenant_id = new_tenant()

    made = await create(collections, tenant_id)

    assert made == await collections.by_name(tenant_id, "shelf")
    assert (made.text_search, made.embedder) == ("english", FakeEmbedder.model.fingerprint)
    assert (made.document_count, made.chunk_count) == (0, 0)


async def test_collection_made_twice_alike_is_one(collections, new_tenant):
    tenant_id = new_tenant()

    assert await create(collections, tenant_id) == await create(collections, tenant_id)


#: deletes what an insert found there, before the next statement, once
DELETED_MEANWHILE = """
    create sequence pgrerank.inserts;
    create function pgrerank.delete_once() returns trigger
    language plpgsql security definer as $$
    begin
        if nextval('pgrerank.inserts') = 1 then
            delete from pgrerank.collection;
        end if;
        return null;
    end
    $$;
    create trigger delete_once after insert on pgrerank.collection
    for each statement execute function pgrerank.delete_once()
"""


async def test_collection_is_made_where_one_of_its_name_is_deleted_meanwhile(fresh_database):
    tenant_id = fresh_database.new_tenant()
    async with pool(fresh_database.service_url, size=1) as connections:
        collections = PostgresCollections(connections)
        first = await create(collections, tenant_id)
        with fresh_database.admin() as admin:
            admin.execute(DELETED_MEANWHILE)

        second = await create(collections, tenant_id)

        assert second.id != first.id
        assert await collections.by_name(tenant_id, "shelf") == second


@pytest.mark.parametrize("change", [{"text_search": "simple"}, {"fingerprint": "d" * 64}])
async def test_collection_made_again_otherwise_conflicts(collections, new_tenant, change):
    tenant_id = new_tenant()
    await create(collections, tenant_id)

    with pytest.raises(ConflictError, match="exists with"):
        await create(collections, tenant_id, **change)


@pytest.mark.parametrize("fusion", Fusion)
async def test_collection_keeps_how_its_first_stage_weighs(collections, new_tenant, fusion):
    tenant_id = new_tenant()
    chosen = Retrieval(k1=1.25, title_boost=3, fusion=fusion, rrf_k=7, sparse_weight=0)

    def make(retrieval):
        return collections.create(
            tenant_id,
            "shelf",
            text_search="english",
            embedder=FakeEmbedder.model,
            retrieval=retrieval,
        )

    assert (await make(chosen)).retrieval == chosen
    assert (await make(None)).retrieval == chosen
    with pytest.raises(ConflictError, match="weighs otherwise"):
        await make(Retrieval())


async def test_weighing_is_changed_whole_and_for_one_collection(collections, new_tenant):
    tenant_id = new_tenant()
    await create(collections, tenant_id)
    await create(collections, tenant_id, "other")
    chosen = Retrieval(k1=2, b=0.75, title_boost=0, dense_weight=2, keyword_weight=0.5)

    await collections.change(tenant_id, "shelf", changing(retrieval=chosen))

    assert (await collections.by_name(tenant_id, "shelf")).retrieval == chosen
    assert (await collections.by_name(tenant_id, "other")).retrieval == Retrieval()
    with pytest.raises(NotFoundError):
        await collections.change(new_tenant(), "shelf", changing(retrieval=chosen))


@pytest.mark.parametrize("name", ["klingon", "english; drop table", "", "pg_catalog.english"])
async def test_collection_needs_a_text_search_that_postgres_ships(collections, new_tenant, name):
    with pytest.raises(InvalidRequestError) as refusal:
        await create(collections, new_tenant(), text_search=name)

    assert refusal.value.field == "text_search"


async def test_collections_page_by_name(collections, new_tenant):
    tenant_id = new_tenant()
    for name in ("c", "a", "d", "b", "e"):
        await create(collections, tenant_id, name)

    pages = [await collections.page(tenant_id, limit=2, cursor=None)]
    while pages[-1].cursor:
        pages.append(await collections.page(tenant_id, limit=2, cursor=pages[-1].cursor))

    assert [[c.name for c in page.items] for page in pages] == [["a", "b"], ["c", "d"], ["e"]]


async def test_deleted_collection_is_gone_with_all_in_it(collections, database, new_shelf):
    shelf = await new_shelf(embedded("a", "one"), embedded("b", "two", "three"))

    await collections.delete(shelf.tenant_id, "shelf")

    with pytest.raises(NotFoundError):
        await collections.by_name(shelf.tenant_id, "shelf")
    with pytest.raises(NotFoundError):
        await collections.delete(shelf.tenant_id, "shelf")
    for table in ("document", "chunk", "chunk_embedding", "collection_size"):
        with database.admin() as admin:
            left = admin.execute(
                f"select count(*) from pgrerank.{table} where tenant_id = %s",  # noqa: S608
                [shelf.tenant_id],
            ).fetchone()
        assert left == (0,), table


async def test_collection_counts_what_it_holds(documents, new_shelf):
    shelf = await new_shelf(embedded("a", "one", "two"), embedded("b", "three"))
    await documents.delete(shelf.tenant_id, shelf.collection, "a")
    await shelf.store(embedded("c", "four", "five", "six"))

    counted = (await shelf.again()).collection

    assert (counted.document_count, counted.chunk_count) == (2, 4)


async def test_collection_deleted_under_concurrent_stores_ends_them_cleanly(collections, new_shelf):
    shelf = await new_shelf(*[embedded(f"d{i}", "old") for i in range(10)])

    async def store_until_gone() -> Exception:
        while True:
            try:
                await shelf.store(*[embedded(f"d{i}", "new") for i in range(10)])
            except NotFoundError as gone:
                return gone

    async def delete_soon() -> None:
        await shelf.store(embedded("last", "before the end"))
        await collections.delete(shelf.tenant_id, "shelf")

    ends = await asyncio.gather(store_until_gone(), store_until_gone(), delete_soon())

    assert [type(end) for end in ends[:2]] == [NotFoundError, NotFoundError]


async def test_collection_keeps_the_name_of_its_reranker(collections, new_tenant):
    tenant_id = new_tenant()

    def make(reranker):
        return collections.create(
            tenant_id,
            "shelf",
            text_search="english",
            embedder=FakeEmbedder.model,
            reranker=reranker,
        )

    assert (await make("cloud")).reranker == "cloud"
    assert (await make(None)).reranker == "cloud"
    with pytest.raises(ConflictError, match="is reranked by `cloud`"):
        await make("local")

    await collections.change(tenant_id, "shelf", changing(reranker=None))
    assert (await collections.by_name(tenant_id, "shelf")).reranker is None
    with pytest.raises(NotFoundError, match="`attic`"):
        await collections.change(tenant_id, "attic", changing(reranker="cloud"))
