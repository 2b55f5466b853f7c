import asyncio
from dataclasses import replace

import pytest

from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.ingest import DocumentChange
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.storage.documents import PostgresDocuments
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import embedded


@pytest.fixture
def documents(service_pool):
    return PostgresDocuments(service_pool)


def create(documents, tenant_id, name="shelf", *, text_search="english", fingerprint="e" * 64):
    embedder = replace(FakeEmbedder.model, fingerprint=fingerprint)
    return documents.create_collection(tenant_id, name, text_search=text_search, embedder=embedder)


async def test_collection_is_found_as_it_was_made(documents, new_tenant):
    tenant_id = new_tenant()

    made = await create(documents, tenant_id)

    assert made == await documents.collection(tenant_id, "shelf")
    assert (made.text_search, made.embedder) == ("english", FakeEmbedder.model.fingerprint)
    assert (made.document_count, made.chunk_count) == (0, 0)


async def test_collection_made_twice_alike_is_one(documents, new_tenant):
    tenant_id = new_tenant()

    assert await create(documents, tenant_id) == await create(documents, tenant_id)


@pytest.mark.parametrize("change", [{"text_search": "simple"}, {"fingerprint": "d" * 64}])
async def test_collection_made_again_otherwise_conflicts(documents, new_tenant, change):
    tenant_id = new_tenant()
    await create(documents, tenant_id)

    with pytest.raises(ConflictError, match="exists with"):
        await create(documents, tenant_id, **change)


@pytest.mark.parametrize("fusion", Fusion)
async def test_collection_keeps_how_its_first_stage_weighs(documents, new_tenant, fusion):
    tenant_id = new_tenant()
    chosen = Retrieval(k1=1.25, title_boost=3, fusion=fusion, rrf_k=7, sparse_weight=0)

    def make(retrieval):
        return documents.create_collection(
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


async def test_weighing_is_changed_whole_and_for_one_collection(documents, new_tenant):
    tenant_id = new_tenant()
    await create(documents, tenant_id)
    await create(documents, tenant_id, "other")
    chosen = Retrieval(k1=2, b=0.75, title_boost=0, dense_weight=2, keyword_weight=0.5)

    await documents.set_retrieval(tenant_id, "shelf", chosen)

    assert (await documents.collection(tenant_id, "shelf")).retrieval == chosen
    assert (await documents.collection(tenant_id, "other")).retrieval == Retrieval()
    with pytest.raises(NotFoundError):
        await documents.set_retrieval(new_tenant(), "shelf", chosen)


@pytest.mark.parametrize("name", ["klingon", "english; drop table", "", "pg_catalog.english"])
async def test_collection_needs_a_text_search_that_postgres_ships(documents, new_tenant, name):
    with pytest.raises(InvalidRequestError) as refusal:
        await create(documents, new_tenant(), text_search=name)

    assert refusal.value.field == "text_search"


async def test_collections_page_by_name(documents, new_tenant):
    tenant_id = new_tenant()
    for name in ("c", "a", "d", "b", "e"):
        await create(documents, tenant_id, name)

    pages = [await documents.collections(tenant_id, limit=2, cursor=None)]
    while pages[-1].cursor:
        pages.append(await documents.collections(tenant_id, limit=2, cursor=pages[-1].cursor))

    assert [[c.name for c in page.items] for page in pages] == [["a", "b"], ["c", "d"], ["e"]]


@pytest.mark.parametrize("cursor", ["", "*", "a", "AA", "not a cursor", "ö", "____"])
async def test_page_refuses_a_cursor_it_did_not_give(documents, shelf, cursor):
    for page in (
        documents.collections(shelf.tenant_id, limit=2, cursor=cursor),
        documents.documents(shelf.tenant_id, shelf.collection, limit=2, cursor=cursor),
    ):
        with pytest.raises(InvalidRequestError) as refusal:
            await page

        assert refusal.value.field == "cursor"


async def test_deleted_collection_is_gone_with_all_in_it(documents, database, new_shelf):
    shelf = await new_shelf(embedded("a", "one"), embedded("b", "two", "three"))

    await documents.delete_collection(shelf.tenant_id, "shelf")

    with pytest.raises(NotFoundError):
        await documents.collection(shelf.tenant_id, "shelf")
    with pytest.raises(NotFoundError):
        await documents.delete_collection(shelf.tenant_id, "shelf")
    for table in ("document", "chunk", "chunk_embedding", "collection_size"):
        with database.admin() as admin:
            left = admin.execute(
                f"select count(*) from pgrerank.{table} where tenant_id = %s",  # noqa: S608
                [shelf.tenant_id],
            ).fetchone()
        assert left == (0,), table


async def test_stored_document_reads_back(documents, new_shelf):
    sent = embedded("a", "first", "second", title="T", metadata={"n": 1, "tags": ["ü", None]})

    shelf = await new_shelf(sent)
    found = await documents.document(shelf.tenant_id, shelf.collection, "a")

    assert (found.external_id, found.title, found.uri) == ("a", "T", None)
    assert found.metadata == sent.document.metadata
    assert found.chunks == tuple(sent.chunks)
    assert found.chunk_count == 2


async def test_store_says_what_was_created_and_what_replaced(new_shelf):
    shelf = await new_shelf(embedded("b", "old"))

    assert await shelf.store(embedded("a", "x"), embedded("b", "new")) == [
        DocumentChange.CREATED,
        DocumentChange.UPDATED,
    ]


async def test_store_of_nothing_is_nothing(shelf):
    assert await shelf.store() == []


async def test_replaced_document_keeps_its_id_and_loses_its_old_chunks(documents, new_shelf):
    shelf = await new_shelf(embedded("a", "old one", "old two", "old three", title="Old"))
    before = await documents.document(shelf.tenant_id, shelf.collection, "a")

    await shelf.store(embedded("a", "new", title="New"))
    after = await documents.document(shelf.tenant_id, shelf.collection, "a")

    assert after.id == before.id
    assert after.created_at == before.created_at < after.updated_at
    assert (after.title, [chunk.content for chunk in after.chunks]) == ("New", ["new"])
    assert await shelf.keyword("old") == []
    assert (await shelf.again()).collection.chunk_count == 1


async def test_last_of_several_with_one_id_is_stored(documents, shelf):
    changes = await shelf.store(embedded("a", "first"), embedded("a", "second"))

    found = await documents.document(shelf.tenant_id, shelf.collection, "a")
    assert changes == [DocumentChange.CREATED, DocumentChange.CREATED]
    assert [chunk.content for chunk in found.chunks] == ["second"]


async def test_document_without_chunks_is_stored(documents, shelf):
    assert await shelf.store(embedded("empty")) == [DocumentChange.CREATED]

    found = await documents.document(shelf.tenant_id, shelf.collection, "empty")
    assert found.chunks == ()


async def test_collection_counts_what_it_holds(documents, new_shelf):
    shelf = await new_shelf(embedded("a", "one", "two"), embedded("b", "three"))
    await documents.delete_document(shelf.tenant_id, shelf.collection, "a")
    await shelf.store(embedded("c", "four", "five", "six"))

    counted = (await shelf.again()).collection

    assert (counted.document_count, counted.chunk_count) == (2, 4)


async def test_hashes_are_of_stored_documents_only(documents, new_shelf):
    sent = embedded("a", "one")
    shelf = await new_shelf(sent, embedded("b", "two"))

    hashes = await documents.hashes(shelf.tenant_id, shelf.collection, ["a", "c"])

    assert hashes == {"a": sent.document.content_hash}


async def test_hashes_leave_out_documents_that_lack_a_vector(documents, database, new_shelf):
    shelf = await new_shelf(embedded("a", "one", "two"), embedded("b", "three"))
    with database.admin() as admin:
        admin.execute(
            """
            delete from pgrerank.chunk_embedding as e using pgrerank.chunk as c
            where c.id = e.chunk_id and c.content = 'two' and c.tenant_id = %s
            """,
            [shelf.tenant_id],
        )

    hashes = await documents.hashes(shelf.tenant_id, shelf.collection, ["a", "b"])

    assert set(hashes) == {"b"}


async def test_documents_page_by_external_id(documents, new_shelf):
    shelf = await new_shelf(*[embedded(name, "text") for name in ("c", "a", "e", "b", "d")])

    pages = [await documents.documents(shelf.tenant_id, shelf.collection, limit=2, cursor=None)]
    while pages[-1].cursor:
        pages.append(
            await documents.documents(
                shelf.tenant_id, shelf.collection, limit=2, cursor=pages[-1].cursor
            )
        )

    assert [[d.external_id for d in page.items] for page in pages] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
    ]
    assert {(d.chunk_count, d.chunks) for page in pages for d in page.items} == {(1, ())}


async def test_deleted_document_is_not_found(documents, new_shelf):
    shelf = await new_shelf(embedded("a", "walrus"))

    await documents.delete_document(shelf.tenant_id, shelf.collection, "a")

    assert await shelf.found("walrus") == []
    with pytest.raises(NotFoundError):
        await documents.document(shelf.tenant_id, shelf.collection, "a")
    with pytest.raises(NotFoundError):
        await documents.delete_document(shelf.tenant_id, shelf.collection, "a")


async def test_store_into_a_deleted_collection_is_not_found(documents, shelf):
    await documents.delete_collection(shelf.tenant_id, "shelf")

    with pytest.raises(NotFoundError):
        await shelf.store(embedded("a", "x"))


async def test_store_takes_texts_at_the_limits_of_text_search(shelf):
    await shelf.store(
        embedded("long word", "x" * 5_000 + " walrus"),
        embedded("long text", "walrus " + " ".join(f"w{i}" for i in range(400_000))),
        embedded("often", "walrus " * 20_000),
        embedded("odd", "walrus \\ ' \" : & | ! ( ) \u200b 🦭 ﷽ \x01 e\u0301"),
    )

    assert set(await shelf.keyword("walrus")) == {"long word", "long text", "often", "odd"}


async def test_concurrent_stores_of_the_same_documents_leave_one_version_of_each(
    documents, new_shelf
):
    shelf = await new_shelf()
    names = [f"d{i}" for i in range(20)]

    async def write(version: int) -> None:
        order = names if version % 2 else names[::-1]
        await shelf.store(*[embedded(name, *[f"version {version}"] * version) for name in order])

    await asyncio.gather(*[write(version) for version in range(1, 9)])

    counted = (await shelf.again()).collection
    stored = [await documents.document(shelf.tenant_id, shelf.collection, name) for name in names]
    versions = {tuple(chunk.content for chunk in document.chunks) for document in stored}
    assert len(versions) == 1
    assert counted.document_count == 20
    assert counted.chunk_count == 20 * len(versions.pop())


async def test_reader_sees_a_document_whole_while_it_is_replaced(new_shelf):
    shelf = await new_shelf(embedded("a", *["version 0 walrus"] * 3))
    is_done = asyncio.Event()

    async def replace_often() -> None:
        for version in range(1, 30):
            await shelf.store(embedded("a", *[f"version {version} walrus"] * 3))
        is_done.set()

    async def read_often() -> list[tuple[int, int]]:
        seen = []
        while not is_done.is_set():
            candidates = (await shelf.retrieve("walrus")).candidates
            seen.append((len(candidates), len({each.content for each in candidates})))
        return seen

    _, seen = await asyncio.gather(replace_often(), read_often())

    assert set(seen) == {(3, 1)}


async def test_tenants_do_not_see_each_other(documents, new_shelf):
    mine = await new_shelf(embedded("a", "mine walrus"))
    theirs = await new_shelf(embedded("a", "their walrus"), embedded("b", "their walrus"))

    with pytest.raises(NotFoundError):
        await documents.document(mine.tenant_id, theirs.collection, "b")
    assert await documents.hashes(mine.tenant_id, theirs.collection, ["a", "b"]) == {}
    page = await documents.documents(mine.tenant_id, theirs.collection, limit=9, cursor=None)
    assert page.items == []
    with pytest.raises(NotFoundError):
        await documents.delete_document(mine.tenant_id, theirs.collection, "a")
    with pytest.raises(NotFoundError):
        await documents.store(mine.tenant_id, theirs.collection, [embedded("c", "x")])


async def test_collection_deleted_under_concurrent_stores_ends_them_cleanly(documents, new_shelf):
    shelf = await new_shelf(*[embedded(f"d{i}", "old") for i in range(10)])

    async def store_until_gone() -> Exception:
        while True:
            try:
                await shelf.store(*[embedded(f"d{i}", "new") for i in range(10)])
            except NotFoundError as gone:
                return gone

    async def delete_soon() -> None:
        await shelf.store(embedded("last", "before the end"))
        await documents.delete_collection(shelf.tenant_id, "shelf")

    ends = await asyncio.gather(store_until_gone(), store_until_gone(), delete_soon())

    assert [type(end) for end in ends[:2]] == [NotFoundError, NotFoundError]


async def test_collection_keeps_the_name_of_its_reranker(documents, new_tenant):
    tenant_id = new_tenant()

    def make(reranker):
        return documents.create_collection(
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

    await documents.set_reranker(tenant_id, "shelf", None)
    assert (await documents.collection(tenant_id, "shelf")).reranker is None
    with pytest.raises(NotFoundError, match="`attic`"):
        await documents.set_reranker(tenant_id, "attic", "cloud")
