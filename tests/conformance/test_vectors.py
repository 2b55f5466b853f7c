"""Embeddings and TokenVectors: each fake against the Postgres implementation."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from pgrerank.domain.collection import Collection, SecondState
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.ports.services import Services
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import embedded

OLD = FakeEmbedder.model
NEW = replace(OLD, name="new", fingerprint="9" * 64, dimensions=3)
OTHER = replace(NEW, name="other", fingerprint="8" * 64)
LATE = FakeLate.model
OTHER_LATE = replace(LATE, name="other-late", fingerprint="b" * 64)


@dataclass
class Filled:
    """A collection of three chunks in two documents."""

    ports: Services
    tenant_id: TenantId
    docs: Collection

    async def missing(self, part, model, *, of=None, after=None, limit=9):
        """Ids of the chunks that lack a vector, by text."""
        owner = of or self.tenant_id
        chunks = await part.missing(owner, self.docs, model, after=after, limit=limit)
        return {chunk.content: chunk.chunk_id for chunk in chunks}

    async def fill(self, model=NEW):
        """Add all vectors that lack by a model, and finish its set."""
        embeddings = self.ports.embeddings
        await embeddings.begin(self.tenant_id, self.docs, model)
        lacking = await self.missing(embeddings, model)
        vectors = {each: np.ones(model.dimensions, dtype=np.float32) for each in lacking.values()}
        await embeddings.add(self.tenant_id, self.docs, model, vectors)
        return await embeddings.finish(self.tenant_id, self.docs, model)

    async def sets(self):
        """The embedder in use, that of the second set, and the state of that set."""
        now = await self.ports.collections.by_name(self.tenant_id, "docs")
        names = {OLD.fingerprint: OLD.name, NEW.fingerprint: NEW.name, None: None}
        assert now.embedder_name == names[now.embedder]
        return names[now.embedder], names[now.second_embedder], now.second_state


@pytest.fixture
async def filled(ports, tenant_id, docs) -> Filled:
    stored = [embedded("a", "one", "two", title="A"), embedded("b", "three")]
    await ports.documents.store(tenant_id, docs, stored)
    return Filled(ports, tenant_id, await ports.collections.by_name(tenant_id, docs.name))


async def test_a_second_set_is_begun_filled_and_ready(ports, filled):
    await ports.embeddings.begin(filled.tenant_id, filled.docs, NEW)
    await ports.embeddings.begin(filled.tenant_id, filled.docs, NEW)

    assert await filled.sets() == (OLD.name, NEW.name, SecondState.FILLING)
    assert await ports.embeddings.finish(filled.tenant_id, filled.docs, NEW) == 3
    assert await filled.sets() == (OLD.name, NEW.name, SecondState.FILLING)
    assert (await filled.missing(ports.embeddings, NEW)).keys() == {"one", "two", "three"}
    assert await filled.fill() == 0
    assert await filled.missing(ports.embeddings, NEW) == {}
    assert await filled.sets() == (OLD.name, NEW.name, SecondState.READY)
    with pytest.raises(ConflictError):
        await ports.embeddings.begin(filled.tenant_id, filled.docs, OTHER)


async def test_a_set_of_the_embedder_in_use_is_not_begun(ports, filled):
    await ports.embeddings.begin(filled.tenant_id, filled.docs, OLD)

    assert await filled.sets() == (OLD.name, None, None)


async def test_a_set_of_the_embedder_that_was_cut_over_to_meanwhile_is_not_begun(ports, filled):
    await filled.fill()
    await ports.embeddings.cut_over(filled.tenant_id, filled.docs)
    await ports.embeddings.begin(filled.tenant_id, filled.docs, NEW)

    assert filled.docs.embedder == OLD.fingerprint
    assert await filled.sets() == (NEW.name, OLD.name, SecondState.FORMER)
    await ports.embeddings.drop(filled.tenant_id, filled.docs)
    await ports.embeddings.begin(filled.tenant_id, filled.docs, NEW)
    assert await filled.sets() == (NEW.name, None, None)


async def test_sets_are_swapped_and_swapped_back(ports, filled):
    await filled.fill()
    await ports.embeddings.cut_over(filled.tenant_id, filled.docs)

    assert await filled.sets() == (NEW.name, OLD.name, SecondState.FORMER)
    now = await ports.collections.by_name(filled.tenant_id, "docs")
    vector = np.ones(3, dtype=np.float32)
    await ports.documents.store(
        filled.tenant_id, now, [replace(embedded("c", "x"), vectors=[vector])]
    )
    with pytest.raises(ConflictError):
        await ports.documents.store(filled.tenant_id, filled.docs, [embedded("d", "x")])
    with pytest.raises(ConflictError):
        await ports.embeddings.cut_over(filled.tenant_id, filled.docs)
    assert await ports.embeddings.roll_back(filled.tenant_id, filled.docs) == 1
    assert await filled.sets() == (OLD.name, NEW.name, SecondState.READY)
    lacking = await ports.documents.hashes(filled.tenant_id, filled.docs, ["a", "b", "c"])
    assert lacking.keys() == {"a", "b"}
    with pytest.raises(ConflictError):
        await ports.embeddings.roll_back(filled.tenant_id, filled.docs)


async def test_a_set_that_lacks_a_vector_is_not_used(ports, filled):
    await ports.embeddings.begin(filled.tenant_id, filled.docs, NEW)
    with pytest.raises(ConflictError):
        await ports.embeddings.cut_over(filled.tenant_id, filled.docs)
    await filled.fill()
    await ports.documents.store(filled.tenant_id, filled.docs, [embedded("late", "late")])

    with pytest.raises(ConflictError):
        await ports.embeddings.cut_over(filled.tenant_id, filled.docs)
    assert await filled.sets() == (OLD.name, NEW.name, SecondState.READY)


async def test_vectors_are_added_once_and_to_chunks_that_exist(ports, filled):
    chunk_ids = await filled.missing(ports.embeddings, NEW)
    vectors = {each: np.ones(3, dtype=np.float32) for each in chunk_ids.values()}
    await ports.documents.delete(filled.tenant_id, filled.docs, "b")

    assert await ports.embeddings.add(filled.tenant_id, filled.docs, NEW, vectors) == 2
    assert await ports.embeddings.add(filled.tenant_id, filled.docs, NEW, vectors) == 0
    with pytest.raises(ConflictError):
        await ports.embeddings.add(
            filled.tenant_id, filled.docs, NEW, {chunk_ids["one"]: np.ones(2, dtype=np.float32)}
        )


async def test_a_drop_leaves_the_set_in_use(ports, filled):
    await filled.fill()

    assert await ports.embeddings.drop(filled.tenant_id, filled.docs) == 3
    assert await filled.sets() == (OLD.name, None, None)
    assert await filled.missing(ports.embeddings, OLD) == {}
    assert len(await filled.missing(ports.embeddings, NEW)) == 3
    assert await ports.embeddings.drop(filled.tenant_id, filled.docs) == 0


@pytest.mark.parametrize("kind", ["embeddings", "tokens"])
async def test_missing_chunks_are_listed_by_id(ports, filled, kind):
    part, model = getattr(ports, kind), {"embeddings": NEW, "tokens": LATE}[kind]
    every = list((await filled.missing(part, model)).values())

    first = list((await filled.missing(part, model, limit=2)).values())
    rest = list((await filled.missing(part, model, after=first[-1], limit=2)).values())

    assert every == sorted(every) == [*first, *rest]
    assert len(first) == 2


async def test_a_missing_chunk_has_the_title_of_its_document(ports, filled):
    chunks = await ports.tokens.missing(filled.tenant_id, filled.docs, LATE, after=None, limit=9)

    assert [(each.title, each.content) for each in chunks] == [
        ("A", "one"),
        ("A", "two"),
        ("", "three"),
    ]


async def test_sets_of_another_tenant_are_neither_read_nor_changed(ports, filled, make_tenant):
    chunk_ids = await filled.missing(ports.embeddings, NEW)
    vectors = {chunk_ids["one"]: np.ones(3, dtype=np.float32)}
    await filled.fill()
    stranger = make_tenant()

    assert await filled.missing(ports.embeddings, OTHER, of=stranger) == {}
    assert await ports.embeddings.add(stranger, filled.docs, OTHER, vectors) == 0
    for change in changes_of_sets(ports, stranger, filled.docs):
        with pytest.raises(NotFoundError):
            await change
    assert await filled.sets() == (OLD.name, NEW.name, SecondState.READY)
    assert len(await filled.missing(ports.embeddings, OTHER)) == 3


def changes_of_sets(ports, tenant_id, collection):
    return [
        ports.embeddings.begin(tenant_id, collection, OTHER),
        ports.embeddings.finish(tenant_id, collection, OTHER),
        ports.embeddings.cut_over(tenant_id, collection),
        ports.embeddings.roll_back(tenant_id, collection),
        ports.embeddings.drop(tenant_id, collection),
    ]


async def test_sets_of_a_deleted_collection_are_not_found(ports, filled):
    await ports.collections.delete(filled.tenant_id, "docs")
    await ports.collections.create(filled.tenant_id, "docs", text_search="english", embedder=OLD)

    for change in changes_of_sets(ports, filled.tenant_id, filled.docs):
        with pytest.raises(NotFoundError, match="no collection `docs`"):
            await change
    assert await filled.sets() == (OLD.name, None, None)


async def test_token_vectors_are_added_once_and_to_chunks_that_exist(ports, filled):
    chunk_ids = await filled.missing(ports.tokens, LATE)
    await ports.documents.delete(filled.tenant_id, filled.docs, "b")
    vectors = dict.fromkeys(chunk_ids.values(), b"v")

    assert await ports.tokens.add(filled.tenant_id, LATE, vectors) == 2
    assert await ports.tokens.add(filled.tenant_id, LATE, vectors) == 0
    assert await filled.missing(ports.tokens, LATE) == {}
    assert (await filled.missing(ports.tokens, OTHER_LATE)).keys() == {"one", "two"}


async def test_documents_are_stored_with_token_vectors_where_there_are_some(ports, filled):
    await ports.documents.store(
        filled.tenant_id,
        filled.docs,
        [replace(embedded("c", "four", "five"), tokens=[b"4", None]), embedded("d", "six")],
        token_model=LATE,
    )

    assert (await filled.missing(ports.tokens, LATE)).keys() == {
        "one",
        "two",
        "three",
        "five",
        "six",
    }


async def test_token_vectors_are_deleted_except_those_of_a_model(ports, filled, make_tenant):
    chunk_ids = await filled.missing(ports.tokens, LATE)
    await ports.tokens.add(filled.tenant_id, LATE, dict.fromkeys(chunk_ids.values(), b"v"))
    await ports.tokens.add(filled.tenant_id, OTHER_LATE, {chunk_ids["one"]: b"o"})

    assert await ports.tokens.forget(make_tenant(), filled.docs) == 0
    assert await ports.tokens.forget(filled.tenant_id, filled.docs, keep=LATE) == 1
    assert (
        len(await filled.missing(ports.tokens, LATE)),
        len(await filled.missing(ports.tokens, OTHER_LATE)),
    ) == (
        0,
        3,
    )
    assert await ports.tokens.forget(filled.tenant_id, filled.docs) == 3
    assert len(await filled.missing(ports.tokens, LATE)) == 3


async def test_token_vectors_of_another_tenant_are_neither_read_nor_added(
    ports, filled, make_tenant
):
    chunk_ids, stranger = await filled.missing(ports.tokens, LATE), make_tenant()

    assert await filled.missing(ports.tokens, LATE, of=stranger) == {}
    assert await ports.tokens.add(stranger, LATE, {chunk_ids["one"]: b"v"}) == 0
    assert len(await filled.missing(ports.tokens, LATE)) == 3


async def test_a_sample_has_vectors_of_the_set_in_use(filled):
    sample = filled.ports.embeddings.sample
    await filled.fill()

    some = await sample(filled.tenant_id, filled.docs, 2)
    every = await sample(filled.tenant_id, filled.docs, 9)

    assert (len(some), len(every)) == (2, 3)
    assert some.keys() <= every.keys()
    assert {len(vector) for vector in every.values()} == {OLD.dimensions}
