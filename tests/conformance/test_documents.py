"""Documents: the fake against the Postgres implementation."""

from dataclasses import replace

import numpy as np
import pytest

from pgrerank.domain.deletion import Selection
from pgrerank.domain.errors import (
    CollectionChangedError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from pgrerank.domain.ingest import DocumentChange
from pgrerank.domain.merge_patch import DocumentPatch
from pgrerank.usecases.documents import delete_every, delete_selected, update_document
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
    assert hashes["a"].content == short.document.content_hash
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


@pytest.fixture
async def years(ports, tenant_id, docs):
    """Documents `y2000` to `y2009`, of two chunks each, with their year as metadata."""
    sent = [embedded(f"y{year}", "one", "two", metadata={"year": year}) for year in YEARS]
    await ports.documents.store(tenant_id, docs, sent)


YEARS = range(2000, 2010)
OLD = Selection(filter={"year": {"$lt": 2003}})


async def ids(ports, tenant_id, docs):
    page = await ports.documents.page(tenant_id, docs, limit=99, cursor=None)
    return [each.external_id for each in page.items]


@pytest.mark.usefixtures("years")
async def test_documents_that_pass_a_filter_are_deleted_and_counted(ports, tenant_id, docs):
    tried = await delete_selected(ports, tenant_id, "docs", OLD, dry_run=True)
    before = await ids(ports, tenant_id, docs)
    done = await delete_selected(ports, tenant_id, "docs", OLD, at_most=3)
    again = await delete_selected(ports, tenant_id, "docs", OLD)

    names = ("y2000", "y2001", "y2002")
    assert (tried.matched, tried.deleted, tried.documents) == (3, 0, names)
    assert len(before) == 10
    assert (done.matched, done.deleted, done.documents) == (3, 3, names)
    assert (again.matched, again.deleted, again.documents) == (0, 0, ())
    assert await ids(ports, tenant_id, docs) == [f"y{year}" for year in YEARS if year >= 2003]
    left = await ports.collections.by_name(tenant_id, "docs")
    assert (left.document_count, left.chunk_count) == (7, 14)


@pytest.mark.usefixtures("years")
async def test_documents_are_deleted_by_id_and_unknown_ids_do_no_harm(ports, tenant_id, docs):
    named = Selection(ids=["y2009", "gone", "y2001"])
    done = await delete_selected(ports, tenant_id, "docs", named)

    assert (done.matched, done.deleted, done.documents) == (2, 2, ("y2001", "y2009"))
    assert len(await ids(ports, tenant_id, docs)) == 8


@pytest.mark.usefixtures("years")
async def test_nothing_is_deleted_if_more_match_than_expected(ports, tenant_id, docs):
    with pytest.raises(ConflictError, match="3 documents are selected, more than `at_most` 2"):
        await delete_selected(ports, tenant_id, "docs", OLD, at_most=2)

    assert len(await ids(ports, tenant_id, docs)) == 10


@pytest.mark.usefixtures("years")
async def test_selected_documents_are_deleted_in_parts_in_the_order_of_ids(ports, tenant_id, docs):
    assert await ports.documents.delete_selected(tenant_id, docs, OLD, limit=2) == 2
    assert (await ids(ports, tenant_id, docs))[:2] == ["y2002", "y2003"]
    done = await delete_every(ports, tenant_id, "docs", OLD)
    assert (done.matched, done.deleted) == (1, 1)


@pytest.mark.usefixtures("years")
async def test_documents_of_another_tenant_are_not_selected(ports, docs, make_tenant):
    stranger = make_tenant()

    assert await ports.documents.count(stranger, docs, OLD) == 0
    assert await ports.documents.matching(stranger, docs, OLD, limit=9) == []
    assert await ports.documents.delete_selected(stranger, docs, OLD, limit=9) == 0
    with pytest.raises(NotFoundError):
        await ports.documents.update(stranger, docs, "y2000", DocumentPatch(changes={"uri": None}))


async def test_metadata_is_merged_and_chunks_stay(ports, tenant_id, docs):
    sent = embedded("a", "one", "two", title="A", metadata={"n": 1, "deep": {"x": 1, "y": [1, 2]}})
    await ports.documents.store(tenant_id, docs, [sent])
    before = await ports.documents.get(tenant_id, docs, "a")

    change = {"metadata": {"n": None, "new": "ü", "deep": {"y": [3]}}, "uri": "https://x.test"}
    changed = await update_document(ports, tenant_id, "docs", "a", DocumentPatch(changes=change))

    assert changed.metadata == {"new": "ü", "deep": {"x": 1, "y": [3]}}
    assert changed.uri == "https://x.test"
    assert changed.updated_at > before.updated_at
    assert (changed.id, changed.title, changed.chunks) == (before.id, "A", before.chunks)
    assert await ports.documents.get(tenant_id, docs, "a") == changed


async def test_a_document_with_changed_metadata_is_unchanged_when_it_is_sent_again(
    ports, tenant_id, docs
):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text", metadata={"n": 1})])
    await ports.documents.update(
        tenant_id, docs, "a", DocumentPatch(changes={"metadata": {"n": 2, "x": 1.5}})
    )

    stored = (await ports.documents.hashes(tenant_id, docs, ["a"]))["a"].content
    new = embedded("a", "text", metadata={"x": 1.5, "n": 2}).document.content_hash
    old = embedded("a", "text", metadata={"n": 1}).document.content_hash
    assert (stored == new, stored == old) == (True, False)


async def test_documents_whose_text_stays_are_described_anew(ports, tenant_id, docs):
    await ports.documents.store(
        tenant_id, docs, [embedded("a", "text", metadata={"n": 1}), embedded("b", "text")]
    )
    before = await ports.documents.get(tenant_id, docs, "a")
    sent = replace(embedded("a", "text", metadata={"n": 2}).document, uri="https://example.com")
    changes = await ports.documents.store(tenant_id, docs, [embedded("c", "new")], same_text=[sent])

    after = await ports.documents.get(tenant_id, docs, "a")
    assert changes == [DocumentChange.CREATED]
    assert (after.uri, after.metadata) == ("https://example.com", {"n": 2})
    assert (after.id, after.chunks) == (before.id, before.chunks)
    assert after.updated_at > before.updated_at
    assert (await ports.documents.get(tenant_id, docs, "b")).metadata == {}
    stored = await ports.documents.hashes(tenant_id, docs, ["a"])
    assert stored["a"].content == sent.content_hash


async def test_a_document_whose_text_changed_is_not_described_anew(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text"), embedded("b", "text")])
    other = embedded("a", "old text", metadata={"n": 2}).document
    same = embedded("b", "text", metadata={"n": 2}).document
    gone = embedded("c", "text").document

    for sent in ([same, other], [same, gone]):
        with pytest.raises(CollectionChangedError, match="other texts"):
            await ports.documents.store(tenant_id, docs, [embedded("d", "new")], same_text=sent)
    listed = await ports.documents.page(tenant_id, docs, limit=9, cursor=None)
    assert [(each.external_id, each.metadata) for each in listed.items] == [("a", {}), ("b", {})]


async def test_a_change_that_cannot_be_stored_changes_nothing(ports, tenant_id, docs):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text", metadata={"n": 1})])

    for change in (
        {"metadata": {"s": "\0"}},
        {"uri": "u" * 2001},
        {"metadata": {"s": "x" * 2**20}},
    ):
        with pytest.raises(InvalidRequestError, match=r"metadata|uri"):
            await ports.documents.update(tenant_id, docs, "a", DocumentPatch(changes=change))
    assert (await ports.documents.get(tenant_id, docs, "a")).metadata == {"n": 1}
    with pytest.raises(NotFoundError):
        await ports.documents.update(tenant_id, docs, "b", DocumentPatch(changes={"uri": None}))
