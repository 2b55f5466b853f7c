from uuid import UUID

import pytest

from pgrerank.domain.errors import ConflictError, InvalidRequestError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.retrieval import Retrieval
from pgrerank.usecases.collections import (
    BATCH_CHUNKS,
    add_tokens,
    configure,
    create,
    remove_tokens,
    reranker_change,
    retrieval_change,
)
from pgrerank.usecases.ingest import ingest
from tests.fake_tokens import FakeLate
from tests.fakes import FakeCollections, FakeScorer, bag_of_words, collection, services
from tests.fixtures.collections import embedded
from tests.unit.usecases.test_ingest import document, stream

TENANT = TenantId(UUID(int=7))


def fake_ports(**parts):
    collections = FakeCollections({(TENANT, "docs"): collection()})
    defaults = {"collections": collections, "late": FakeLate()}
    return services(**defaults | parts)


async def stocked(count, **parts):
    """Services with that many chunks, without token vectors, and the chunks."""
    ports = fake_ports(**parts)
    docs = await ports.collections.by_name(TENANT, "docs")
    texts = [f"text {n}" for n in range(count)]
    await ports.documents.store(TENANT, docs, [embedded("a", *texts, title="T")])
    return ports, ports.documents.chunks(TENANT, docs)


async def stores_tokens(ports):
    return (await ports.collections.by_name(TENANT, "docs")).stores_tokens


async def test_every_chunk_gets_token_vectors_of_its_passage():
    (ports, chunks), seen = await stocked(BATCH_CHUNKS + 5), []

    stored = await add_tokens(ports, TENANT, "docs", progress=seen.append)

    assert (stored, seen) == (BATCH_CHUNKS + 5, [BATCH_CHUNKS, BATCH_CHUNKS + 5])
    assert [each.tokens for each in chunks] == [
        {FakeLate.model.fingerprint: f"T\n{each.bare.content}".encode()} for each in chunks
    ]
    assert await stores_tokens(ports)


async def test_chunks_with_vectors_are_not_read_again_and_those_of_other_models_go():
    ports, chunks = await stocked(3)
    chunks[1].tokens[FakeLate.model.fingerprint] = b"there"
    chunks[2].tokens["0" * 64] = b"of another model"

    await add_tokens(ports, TENANT, "docs")

    assert ports.late.read == ["T\ntext 0", "T\ntext 2"]
    assert chunks[2].tokens == {FakeLate.model.fingerprint: b"T\ntext 2"}


async def test_removal_takes_all_and_gives_new_chunks_none():
    ports, chunks = await stocked(3)
    await add_tokens(ports, TENANT, "docs")

    assert await remove_tokens(ports, TENANT, "docs") == 3
    assert [each.tokens for each in chunks] == [{}, {}, {}]
    assert not await stores_tokens(ports)


async def test_ingest_stores_both_kinds_of_vectors_of_one_pass():
    ports = fake_ports()
    await create(ports, TENANT, "new", text_search="english", store_tokens=True)

    await ingest(ports, TENANT, "new", stream([document("a", "one\n\ntwo"), document("b", "x")]))

    stored = ports.documents.embedded(TENANT, "a")
    assert stored.tokens == [b"one", b"two"]
    assert [v.tolist() for v in stored.vectors] == [
        bag_of_words(t).tolist() for t in ("one", "two")
    ]


async def test_without_being_asked_ingest_stores_none():
    ports = fake_ports()

    await ingest(ports, TENANT, "docs", stream([document("a")]))

    assert not ports.documents.embedded(TENANT, "a").tokens
    assert ports.late.read == []


async def test_without_a_model_of_token_vectors_the_setting_is_named():
    ports = fake_ports(late=None)

    with pytest.raises(InvalidRequestError, match="PGRERANK_TOKEN_MODEL"):
        await create(ports, TENANT, "new", text_search="english", store_tokens=True)
    with pytest.raises(InvalidRequestError, match="PGRERANK_TOKEN_MODEL"):
        await add_tokens(ports, TENANT, "docs")

    assert not await stores_tokens(ports)


async def test_token_vectors_do_not_depend_on_the_embedder():
    other = FakeCollections({(TENANT, "docs"): collection(embedder="0" * 64)})
    ports = fake_ports(collections=other)

    await add_tokens(ports, TENANT, "docs")

    assert await stores_tokens(ports)


async def test_settings_that_are_not_named_stay():
    ports = fake_ports()
    await create(ports, TENANT, "new", text_search="english", retrieval=Retrieval(b=0.5))

    changed = await configure(ports, TENANT, "new", retrieval_change({"k1": 1.5, "rrf_k": 10}))

    assert changed.retrieval == Retrieval(b=0.5, k1=1.5, rrf_k=10)
    assert await ports.collections.by_name(TENANT, "new") == changed


async def test_a_change_that_is_refused_in_part_changes_nothing():
    ports, cloud = fake_ports(), reranker_change({"cloud": FakeScorer()}, "cloud")
    before = await ports.collections.by_name(TENANT, "docs")

    for values in ({"k1": -1}, {"dense_weight": 0, "keyword_weight": 0, "sparse_weight": 0}):
        with pytest.raises(InvalidRequestError):
            await configure(ports, TENANT, "docs", cloud, retrieval_change(values))

    assert await ports.collections.by_name(TENANT, "docs") == before
    changed = await configure(ports, TENANT, "docs", cloud, retrieval_change({"k1": 2}))
    assert (changed.reranker, changed.retrieval) == ("cloud", Retrieval(k1=2))


async def test_without_changes_a_collection_stays_as_it_is():
    ports = fake_ports()

    assert await configure(ports, TENANT, "docs") == collection()


async def test_existing_collection_is_left_as_it_is():
    ports = fake_ports()
    await create(ports, TENANT, "new", text_search="english", store_tokens=True)

    again = await create(ports, TENANT, "new", text_search="english")
    with pytest.raises(ConflictError):
        await create(ports, TENANT, "new", text_search="english", store_tokens=False)

    assert again.stores_tokens
