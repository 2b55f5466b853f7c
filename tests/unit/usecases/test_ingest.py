import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

import pytest

from pgrerank.domain.document import Document
from pgrerank.domain.errors import ConflictError, NotFoundError, OverloadedError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import Rejection
from pgrerank.usecases import ingest as ingesting
from pgrerank.usecases.collections import add_tokens, remove_tokens
from pgrerank.usecases.ingest import ingest
from pgrerank.usecases.reembed import reembed
from tests.fake_documents import FakeDocuments
from tests.fake_tokens import FakeLate
from tests.fakes import FakeCollections, FakeEmbedder, collection, services

TENANT = TenantId(UUID(int=7))


async def stream(rows):
    for row in rows:
        yield row


def fake_ports():
    embedder = FakeEmbedder()
    collections = FakeCollections({(TENANT, "docs"): collection()})
    ports = services(collections=collections, embedder=embedder)
    return ports, ports.documents, embedder


def document(name, text="some text"):
    return Document(external_id=name, text=text)


async def test_unchanged_documents_are_not_embedded_again():
    ports, documents, embedder = fake_ports()
    rows = [document("a"), document("b")]
    await ingest(ports, TENANT, "docs", stream(rows))
    embedder.embedded.clear()

    report = await ingest(ports, TENANT, "docs", stream([document("a"), document("b", "new")]))

    assert (report.created, report.updated, report.unchanged) == (0, 1, 1)
    assert embedder.embedded == ["new"]
    assert len(documents.kept) == 2


async def test_a_document_with_the_same_text_is_not_embedded_again():
    ports, documents, embedder = fake_ports()
    await ingest(ports, TENANT, "docs", stream([document("a"), document("b")]))
    embedder.embedded.clear()

    changed = replace(document("a"), metadata={"year": 2026}, uri="https://example.com")
    report = await ingest(ports, TENANT, "docs", stream([changed, document("b")]))

    assert (report.created, report.updated, report.unchanged, report.chunks) == (0, 1, 1, 0)
    assert embedder.embedded == []
    stored = await documents.get(TENANT, collection(), "a")
    assert (stored.metadata, stored.uri) == ({"year": 2026}, "https://example.com")


async def test_a_document_whose_text_changes_meanwhile_is_embedded():
    ports, documents, _ = fake_ports()
    await ingest(ports, TENANT, "docs", stream([document("a")]))

    class Raced(FakeDocuments):
        async def store(self, *args, **kwargs):
            if kwargs["same_text"]:
                await ingest(ports, TENANT, "docs", stream([document("a", "other")]))
            return await super().store(*args, **kwargs)

    raced = Raced(collections=ports.collections, kept=documents.kept)
    sent = replace(document("a"), uri="https://example.com")
    await ingest(replace(ports, documents=raced), TENANT, "docs", stream([sent]))

    stored = documents.embedded(TENANT, "a")
    assert (stored.document, stored.chunks[0].content) == (sent, "some text")


async def test_passages_are_embedded_in_the_share_of_the_tenant():
    ports, _, embedder = fake_ports()

    await ingest(ports, TENANT, "docs", stream([document("a")]))

    assert embedder.tenants == [TENANT]


async def test_vectors_stay_with_their_chunks():
    ports, documents, _ = fake_ports()
    await ingest(
        ports, TENANT, "docs", stream([document("a", "one\n\ntwo"), document("b", "three")])
    )

    stored = documents.embedded(TENANT, "a")

    expected = await FakeEmbedder().passages(["one", "two"])
    assert [vector.tolist() for vector in stored.vectors] == [v.tolist() for v in expected]


async def test_bad_rows_are_reported_and_good_ones_kept():
    ports, documents, _ = fake_ports()
    bad = Rejection(line=2, reason="not JSON")

    report = await ingest(ports, TENANT, "docs", stream([document("a"), bad, document("b")]))

    assert report.rejected == (bad,)
    assert (report.created, report.accepted, len(documents.kept)) == (2, 2, 2)


async def test_atomic_ingest_with_a_bad_row_stores_nothing():
    ports, documents, embedder = fake_ports()
    bad = Rejection(line=2, reason="not JSON")

    report = await ingest(ports, TENANT, "docs", stream([document("a"), bad]), atomic=True)

    assert (report.accepted, report.rejected) == (0, (bad,))
    assert documents.kept == {}
    assert embedder.embedded == []


async def test_atomic_ingest_is_one_transaction():
    ports, documents, _ = fake_ports()
    many = [document(str(i)) for i in range(ingesting.BATCH_DOCUMENTS * 2)]

    await ingest(ports, TENANT, "docs", stream(many), atomic=True)

    assert [len(call) for call in documents.calls] == [len(many)]


async def test_batches_are_bounded_in_documents_and_characters():
    ports, documents, _ = fake_ports()
    small = [document(str(i)) for i in range(ingesting.BATCH_DOCUMENTS + 1)]
    large = [document(f"l{i}", "x" * (ingesting.BATCH_CHARACTERS // 2)) for i in range(3)]

    await ingest(ports, TENANT, "docs", stream(small + large))

    assert [len(call) for call in documents.calls] == [ingesting.BATCH_DOCUMENTS, 3, 1]


async def test_last_of_two_documents_with_one_id_wins():
    ports, documents, _ = fake_ports()

    report = await ingest(
        ports, TENANT, "docs", stream([document("a", "old"), document("a", "new")])
    )

    assert documents.embedded(TENANT, "a").document.text == "new"
    assert (report.created, report.accepted) == (1, 1)


async def test_progress_counts_up_to_the_report():
    ports, _, _ = fake_ports()
    seen = []

    report = await ingest(
        ports, TENANT, "docs", stream([document(str(i)) for i in range(100)]), progress=seen.append
    )

    assert [r.accepted for r in seen] == [ingesting.BATCH_DOCUMENTS, 100]
    assert seen[-1] == report


async def test_empty_stream_is_an_empty_report():
    ports, _, _ = fake_ports()

    report = await ingest(ports, TENANT, "docs", stream([]))

    assert (report.accepted, report.rejected) == (0, ())


class Interrupted(FakeEmbedder):
    """Calls a function while it embeds the first passages."""

    def __init__(self, interrupt):
        super().__init__()
        self._interrupt = interrupt

    async def passages(self, texts, *, tenant_id=None):
        vectors = await super().passages(texts, tenant_id=tenant_id)
        interrupt, self._interrupt = self._interrupt, None
        if interrupt:
            await interrupt()
        return vectors


async def test_documents_that_were_embedded_while_token_vectors_were_filled_get_some():
    ports = services(collections=FakeCollections({(TENANT, "docs"): collection()}), late=FakeLate())
    busy = replace(ports, embedder=Interrupted(partial(add_tokens, ports, TENANT, "docs")))

    report = await ingest(busy, TENANT, "docs", stream([document("a"), document("b")]))

    current = await ports.collections.by_name(TENANT, "docs")
    assert current.stores_tokens
    assert report.created == 2
    assert (await ports.tokens.missing(TENANT, current, FakeLate.model, after=None, limit=9)) == []


async def test_documents_that_were_embedded_while_token_vectors_were_removed_get_none():
    docs = collection(stores_tokens=True)
    ports = services(collections=FakeCollections({(TENANT, "docs"): docs}), late=FakeLate())

    class Removing(FakeLate):
        async def token_vectors(self, texts, *, tenant_id=None):
            await remove_tokens(ports, TENANT, "docs")
            return await super().token_vectors(texts, tenant_id=tenant_id)

    await ingest(replace(ports, late=Removing()), TENANT, "docs", stream([document("a")]))

    assert not ports.documents.embedded(TENANT, "a").tokens


async def test_documents_that_were_embedded_before_a_cut_over_are_embedded_by_the_new_model():
    ports, documents, _ = fake_ports()
    new = FakeEmbedder()
    new.model = replace(FakeEmbedder.model, name="new", fingerprint="9" * 64)

    async def cut_over():
        docs = await ports.collections.by_name(TENANT, "docs")
        await reembed(ports, new, TENANT, "docs")
        await ports.embeddings.cut_over(TENANT, docs)

    busy = replace(ports, embedder=Interrupted(cut_over), embedders={"new": new})
    await ingest(busy, TENANT, "docs", stream([document("a", "late")]))

    [chunk] = documents.chunks(TENANT, await ports.collections.by_name(TENANT, "docs"))
    assert chunk.vectors.keys() == {new.model.fingerprint}
    assert new.embedded == ["late"]


async def test_vectors_of_two_embedders_are_never_mixed():
    foreign = FakeCollections({(TENANT, "docs"): collection(embedder="a" * 64)})
    ports = services(collections=foreign)

    with pytest.raises(ConflictError, match="fake-embedder"):
        await ingest(ports, TENANT, "docs", stream([document("a")]))

    assert ports.documents.kept == {}


@dataclass
class SlowDocuments(FakeDocuments):
    """Begins to store only when it is allowed to."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    allowed: asyncio.Event = field(default_factory=asyncio.Event)

    async def store(self, *args, **kwargs):
        self.asked.set()
        await self.allowed.wait()
        return await super().store(*args, **kwargs)


def slow_ports(embedder=None):
    ports, _, _ = fake_ports()
    documents = SlowDocuments(collections=ports.collections)
    return replace(ports, documents=documents, embedder=embedder or ports.embedder), documents


BATCH = ingesting.BATCH_DOCUMENTS
TWO_BATCHES = [document(str(i)) for i in range(2 * BATCH)]


async def test_a_batch_is_embedded_while_the_one_before_is_stored():
    class Second(FakeEmbedder):
        async def passages(self, texts, *, tenant_id=None):
            if self.embedded:
                await documents.asked.wait()
                documents.allowed.set()
            return await super().passages(texts, tenant_id=tenant_id)

    ports, documents = slow_ports(Second())
    async with asyncio.timeout(60):
        report = await ingest(ports, TENANT, "docs", stream(TWO_BATCHES))

    assert report.created == 2 * BATCH
    assert [len(call) for call in documents.calls] == [BATCH, BATCH]


async def test_without_overlap_a_batch_is_stored_before_more_rows_are_read():
    ports, documents, _ = fake_ports()

    async def rows():
        for row in TWO_BATCHES[:BATCH]:
            yield row
        assert len(documents.kept) == BATCH
        yield TWO_BATCHES[BATCH]

    report = await ingest(ports, TENANT, "docs", rows(), overlap=False)

    assert report.created == BATCH + 1


async def test_a_document_that_comes_again_in_the_next_batch_is_compared_with_the_first():
    ports, documents, embedder = fake_ports()
    first = [document(str(i)) for i in range(BATCH)]

    report = await ingest(
        ports, TENANT, "docs", stream([*first, document("3"), document("4", "new")])
    )

    assert (report.created, report.updated, report.unchanged) == (BATCH, 1, 1)
    assert documents.embedded(TENANT, "4").document.text == "new"
    assert len(embedder.embedded) == BATCH + 1


async def test_what_is_embedded_is_stored_when_a_later_batch_fails():
    class Failing(FakeEmbedder):
        async def passages(self, texts, *, tenant_id=None):
            if self.embedded:
                raise OverloadedError(1)
            return await super().passages(texts, tenant_id=tenant_id)

    ports, documents = slow_ports(Failing())
    work = asyncio.create_task(ingest(ports, TENANT, "docs", stream(TWO_BATCHES)))
    await documents.asked.wait()
    documents.allowed.set()

    with pytest.raises(OverloadedError):
        await work
    assert len(documents.kept) == BATCH


async def test_a_cancelled_ingest_stores_nothing_more():
    ports, documents = slow_ports()
    others = asyncio.all_tasks()  # those of a service that runs in the loop of all tests
    work = asyncio.create_task(ingest(ports, TENANT, "docs", stream(TWO_BATCHES)))
    await documents.asked.wait()
    work.cancel()

    with pytest.raises(asyncio.CancelledError):
        await work
    documents.allowed.set()
    await asyncio.sleep(0)
    assert documents.kept == {}
    assert asyncio.all_tasks() <= others


async def test_an_empty_ingest_into_no_collection_is_refused():
    ports, _, _ = fake_ports()

    with pytest.raises(NotFoundError, match="nowhere"):
        await ingest(ports, TENANT, "nowhere", stream([]))
