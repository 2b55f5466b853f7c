import asyncio

import pytest

from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.ingest import DocumentChange, StoredHashes
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from tests.fixtures.collections import embedded


@pytest.fixture
def collections(service_pool):
    return PostgresCollections(service_pool)


@pytest.fixture
def documents(service_pool):
    return PostgresDocuments(service_pool)


@pytest.mark.parametrize("cursor", ["", "*", "a", "AA", "not a cursor", "ö", "____"])
async def test_page_refuses_a_cursor_it_did_not_give(collections, documents, shelf, cursor):
    for page in (
        collections.page(shelf.tenant_id, limit=2, cursor=cursor),
        documents.page(shelf.tenant_id, shelf.collection, limit=2, cursor=cursor),
    ):
        with pytest.raises(InvalidRequestError) as refusal:
            await page

        assert refusal.value.field == "cursor"


async def test_stored_document_reads_back(documents, new_shelf):
    sent = embedded("a", "first", "second", title="T", metadata={"n": 1, "tags": ["ü", None]})

    shelf = await new_shelf(sent)
    found = await documents.get(shelf.tenant_id, shelf.collection, "a")

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
    before = await documents.get(shelf.tenant_id, shelf.collection, "a")

    await shelf.store(embedded("a", "new", title="New"))
    after = await documents.get(shelf.tenant_id, shelf.collection, "a")

    assert after.id == before.id
    assert after.created_at == before.created_at < after.updated_at
    assert (after.title, [chunk.content for chunk in after.chunks]) == ("New", ["new"])
    assert await shelf.keyword("old") == []
    assert (await shelf.again()).collection.chunk_count == 1


async def test_last_of_several_with_one_id_is_stored(documents, shelf):
    changes = await shelf.store(embedded("a", "first"), embedded("a", "second"))

    found = await documents.get(shelf.tenant_id, shelf.collection, "a")
    assert changes == [DocumentChange.CREATED, DocumentChange.CREATED]
    assert [chunk.content for chunk in found.chunks] == ["second"]


async def test_document_without_chunks_is_stored(documents, shelf):
    assert await shelf.store(embedded("empty")) == [DocumentChange.CREATED]

    found = await documents.get(shelf.tenant_id, shelf.collection, "empty")
    assert found.chunks == ()


async def test_hashes_are_of_stored_documents_only(documents, new_shelf):
    sent = embedded("a", "one")
    shelf = await new_shelf(sent, embedded("b", "two"))

    hashes = await documents.hashes(shelf.tenant_id, shelf.collection, ["a", "c"])

    content, text = sent.document.content_hash, sent.document.text_hash
    assert hashes == {"a": StoredHashes(content=content, text=text)}


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

    pages = [await documents.page(shelf.tenant_id, shelf.collection, limit=2, cursor=None)]
    while pages[-1].cursor:
        pages.append(
            await documents.page(
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

    await documents.delete(shelf.tenant_id, shelf.collection, "a")

    assert await shelf.found("walrus") == []
    with pytest.raises(NotFoundError):
        await documents.get(shelf.tenant_id, shelf.collection, "a")
    with pytest.raises(NotFoundError):
        await documents.delete(shelf.tenant_id, shelf.collection, "a")


async def test_store_into_a_deleted_collection_is_not_found(collections, shelf):
    await collections.delete(shelf.tenant_id, "shelf")

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
    stored = [await documents.get(shelf.tenant_id, shelf.collection, name) for name in names]
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
        await documents.get(mine.tenant_id, theirs.collection, "b")
    assert await documents.hashes(mine.tenant_id, theirs.collection, ["a", "b"]) == {}
    page = await documents.page(mine.tenant_id, theirs.collection, limit=9, cursor=None)
    assert page.items == []
    with pytest.raises(NotFoundError):
        await documents.delete(mine.tenant_id, theirs.collection, "a")
    with pytest.raises(NotFoundError):
        await documents.store(mine.tenant_id, theirs.collection, [embedded("c", "x")])
