"""Documents: the fake against the Postgres implementation."""

from dataclasses import replace

import pytest

from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.ingest import DocumentChange
from pgrerank.domain.retrieval import Retrieval
from tests.fixtures.collections import embedded

OTHER = Retrieval(k1=1.5)


@pytest.fixture
def add(ports, tenant_id):
    """Makes a collection, by default `docs`."""

    async def made(name="docs", **settings):
        given = {"text_search": "english", "embedder": ports.embedder.model, **settings}
        return await ports.documents.create_collection(tenant_id, name, **given)

    return made


async def test_a_collection_that_exists_alike_is_returned(ports, tenant_id, add):
    made = await add(store_tokens=True, retrieval=OTHER, reranker="cloud")

    assert await add() == made
    assert await add(store_tokens=True, retrieval=OTHER, reranker="cloud") == made
    assert await ports.documents.collection(tenant_id, "docs") == made
    assert (made.stores_tokens, made.retrieval, made.reranker) == (True, OTHER, "cloud")


@pytest.mark.parametrize(
    "other",
    [
        {"text_search": "simple"},
        {"store_tokens": True},
        {"retrieval": OTHER},
        {"reranker": "cloud"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_a_collection_that_exists_otherwise_is_refused(add, other):
    await add()

    with pytest.raises(ConflictError):
        await add(**other)


async def test_a_collection_of_another_embedder_is_refused(ports, add):
    await add()

    with pytest.raises(ConflictError):
        await add(embedder=replace(ports.embedder.model, fingerprint="0" * 64))


async def test_a_text_search_that_postgres_has_not_is_refused(add):
    with pytest.raises(InvalidRequestError, match="text_search"):
        await add(text_search="klingon")


async def test_settings_of_a_collection_are_changed(ports, tenant_id, add):
    await add()
    await ports.documents.set_retrieval(tenant_id, "docs", OTHER)
    await ports.documents.set_reranker(tenant_id, "docs", "cloud")
    await ports.documents.set_terms(tenant_id, "docs", {"pgvector": 0.5})

    found = await ports.documents.collection(tenant_id, "docs")
    assert (found.retrieval, found.reranker) == (OTHER, "cloud")
    assert dict(found.terms) == {"pgvector": 0.5}


async def test_a_collection_that_is_not_there_is_said_so(ports, tenant_id, add):
    await add()
    await ports.documents.delete_collection(tenant_id, "docs")

    for asked in (
        ports.documents.collection(tenant_id, "docs"),
        ports.documents.delete_collection(tenant_id, "docs"),
        ports.documents.set_retrieval(tenant_id, "docs", OTHER),
        ports.documents.set_reranker(tenant_id, "docs", None),
        ports.documents.set_terms(tenant_id, "docs", {}),
    ):
        with pytest.raises(NotFoundError):
            await asked


async def test_collections_are_listed_by_name_for_their_tenant(ports, tenant_id, add, make_tenant):
    for name in ("c", "a", "b"):
        await add(name)

    first = await ports.documents.collections(tenant_id, limit=2, cursor=None)
    rest = await ports.documents.collections(tenant_id, limit=2, cursor=first.cursor)

    assert [each.name for each in (*first.items, *rest.items)] == ["a", "b", "c"]
    assert rest.cursor is None
    assert (await ports.documents.collections(make_tenant(), limit=9, cursor=None)).items == []
    with pytest.raises(InvalidRequestError, match="cursor"):
        await ports.documents.collections(tenant_id, limit=9, cursor="nonsense")


async def test_documents_are_created_and_replaced_whole(ports, tenant_id, docs):
    long = embedded("a", "one", "two", title="A", metadata={"n": 1})
    created = await ports.documents.store(tenant_id, docs, [long])
    short = embedded("a", "three")
    changes = await ports.documents.store(tenant_id, docs, [short, embedded("b", "four")])

    assert created == [DocumentChange.CREATED]
    assert changes == [DocumentChange.UPDATED, DocumentChange.CREATED]
    found = await ports.documents.document(tenant_id, docs, "a")
    assert (found.title, found.metadata, found.chunk_count) == ("", {}, 1)
    assert [chunk.content for chunk in found.chunks] == ["three"]
    hashes = await ports.documents.hashes(tenant_id, docs, ["a", "b", "c"])
    assert hashes["a"] == short.document.content_hash
    assert hashes.keys() == {"a", "b"}


async def test_documents_are_listed_by_id_without_chunks(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded(name, "text") for name in "cab"])

    first = await ports.documents.documents(tenant_id, docs, limit=2, cursor=None)
    rest = await ports.documents.documents(tenant_id, docs, limit=2, cursor=first.cursor)

    listed = [*first.items, *rest.items]
    assert [each.external_id for each in listed] == ["a", "b", "c"]
    assert [(each.chunk_count, each.chunks) for each in listed] == [(1, ())] * 3
    assert rest.cursor is None


async def test_a_deleted_document_is_not_there(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text"), embedded("b", "text")])
    await ports.documents.delete_document(tenant_id, docs, "a")

    for asked in (
        ports.documents.document(tenant_id, docs, "a"),
        ports.documents.delete_document(tenant_id, docs, "a"),
    ):
        with pytest.raises(NotFoundError):
            await asked
    left = await ports.documents.documents(tenant_id, docs, limit=9, cursor=None)
    assert [each.external_id for each in left.items] == ["b"]


async def test_a_new_collection_of_an_old_name_holds_nothing(ports, tenant_id, docs, add):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text")])
    await ports.documents.delete_collection(tenant_id, "docs")

    again = await add()

    assert await ports.documents.hashes(tenant_id, again, ["a"]) == {}
