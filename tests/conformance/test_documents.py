"""Documents: the fake against the Postgres implementation."""

from dataclasses import replace

import numpy as np
import pytest

from pgrerank.domain.errors import (
    CollectionChangedError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from pgrerank.domain.ingest import DocumentChange
from tests.fixtures.collections import embedded


async def test_documents_are_created_and_replaced_whole(ports, tenant_id, docs):
    long = embedded("a", "one", "two", title="A", metadata={"n": 1})
    created = await ports.documents.store(tenant_id, docs, [long])
    short = embedded("a", "three")
    changes = await ports.documents.store(tenant_id, docs, [short, embedded("b", "four")])

    assert created == [DocumentChange.CREATED]
    assert changes == [DocumentChange.UPDATED, DocumentChange.CREATED]
    found = await ports.documents.get(tenant_id, docs, "a")
    assert (found.title, found.metadata, found.chunk_count) == ("", {}, 1)
    assert [chunk.content for chunk in found.chunks] == ["three"]
    hashes = await ports.documents.hashes(tenant_id, docs, ["a", "b", "c"])
    assert hashes["a"] == short.document.content_hash
    assert hashes.keys() == {"a", "b"}


async def test_documents_are_listed_by_id_without_chunks(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded(name, "text") for name in "cab"])

    first = await ports.documents.page(tenant_id, docs, limit=2, cursor=None)
    rest = await ports.documents.page(tenant_id, docs, limit=2, cursor=first.cursor)

    listed = [*first.items, *rest.items]
    assert [each.external_id for each in listed] == ["a", "b", "c"]
    assert [(each.chunk_count, each.chunks) for each in listed] == [(1, ())] * 3
    assert rest.cursor is None


async def test_a_deleted_document_is_not_there(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text"), embedded("b", "text")])
    await ports.documents.delete(tenant_id, docs, "a")

    for asked in (
        ports.documents.get(tenant_id, docs, "a"),
        ports.documents.delete(tenant_id, docs, "a"),
    ):
        with pytest.raises(NotFoundError):
            await asked
    left = await ports.documents.page(tenant_id, docs, limit=9, cursor=None)
    assert [each.external_id for each in left.items] == ["b"]


async def test_a_replaced_document_keeps_its_id(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded("a", "one"), embedded("b", "one")])
    before = await ports.documents.get(tenant_id, docs, "a")
    await ports.documents.store(tenant_id, docs, [embedded("a", "two")])
    after = await ports.documents.get(tenant_id, docs, "a")

    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert after.updated_at > before.updated_at
    assert before.id != (await ports.documents.get(tenant_id, docs, "b")).id


async def test_the_last_of_several_documents_with_one_id_is_stored(ports, tenant_id, docs):
    sent = [embedded("a", "first"), embedded("b", "other"), embedded("a", "last")]
    changes = await ports.documents.store(tenant_id, docs, sent)

    stored = await ports.documents.get(tenant_id, docs, "a")

    assert changes == [DocumentChange.CREATED] * 3
    assert [chunk.content for chunk in stored.chunks] == ["last"]


async def test_documents_of_another_tenant_are_neither_read_nor_changed(
    ports, tenant_id, docs, make_tenant
):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text")])
    stranger = make_tenant()

    assert await ports.documents.hashes(stranger, docs, ["a"]) == {}
    assert (await ports.documents.page(stranger, docs, limit=9, cursor=None)).items == []
    for asked in (
        ports.documents.get(stranger, docs, "a"),
        ports.documents.delete(stranger, docs, "a"),
        ports.documents.store(stranger, docs, [embedded("b", "text")]),
    ):
        with pytest.raises(NotFoundError):
            await asked
    assert (await ports.documents.get(tenant_id, docs, "a")).chunk_count == 1


async def test_what_does_not_fit_the_collection_is_refused_whole(ports, tenant_id, docs):
    short = replace(embedded("b", "text"), vectors=[np.ones(3, dtype=np.float32)])

    with pytest.raises(ConflictError, match="3"):
        await ports.documents.store(tenant_id, docs, [embedded("a", "text"), short])
    for before in (replace(docs, embedder="0" * 64), replace(docs, stores_tokens=True)):
        with pytest.raises(CollectionChangedError, match="Send the documents again"):
            await ports.documents.store(tenant_id, before, [embedded("a", "text")])
    with pytest.raises(InvalidRequestError, match="cursor"):
        await ports.documents.page(tenant_id, docs, limit=9, cursor="nonsense")
    assert (await ports.documents.page(tenant_id, docs, limit=9, cursor=None)).items == []


async def test_a_deleted_collection_takes_no_documents(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text")])
    await ports.collections.delete(tenant_id, "docs")

    with pytest.raises(NotFoundError):
        await ports.documents.store(tenant_id, docs, [embedded("b", "text")])
    with pytest.raises(NotFoundError):
        await ports.documents.get(tenant_id, docs, "a")
    assert (await ports.documents.page(tenant_id, docs, limit=9, cursor=None)).items == []
