from dataclasses import replace

import pytest

from pgrerank.domain.candidate import CandidateNeeds
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.tokens import PostgresTokens
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import changing, embedded

MODEL = FakeLate.model
OTHER = replace(MODEL, name="other", fingerprint="b" * 64)


def with_tokens(external_id, *texts, tokens=None):
    made = embedded(external_id, *texts)
    return replace(made, tokens=tokens or [text.encode() for text in texts])


async def store(shelf, *documents, model=MODEL):
    await PostgresDocuments(shelf.pool).store(
        shelf.tenant_id, shelf.collection, documents, token_model=model
    )


async def fetched(shelf, query, model=MODEL, **knobs):
    """Token vectors of the candidates, by document."""
    request = SearchRequest(query=query, strategy=Strategy.KEYWORD, **knobs)
    found = await PostgresCandidates(shelf.pool).retrieve(
        shelf.tenant_id, shelf.collection, request, None, CandidateNeeds(token_model=model)
    )
    return {each.external_id: each.tokens for each in found.candidates}


@pytest.fixture
def tokens(service_pool):
    return PostgresTokens(service_pool)


async def missing(tokens, shelf, model=MODEL, after=None, limit=100):
    found = await tokens.missing(shelf.tenant_id, shelf.collection, model, after=after, limit=limit)
    return [chunk.content for chunk in found]


async def test_candidates_bring_their_token_vectors_down_to_the_depth(shelf):
    await store(shelf, with_tokens("a", "walrus walrus"), with_tokens("b", "walrus tusk"))

    both = await fetched(shelf, "walrus")
    one = await fetched(shelf, "walrus", depth=1)

    assert both == {"a": b"walrus walrus", "b": b"walrus tusk"}
    assert sorted(value is None for value in one.values()) == [False, True]


async def test_long_vectors_come_back_as_they_were(shelf):
    long = bytes(range(256)) * 60
    await store(shelf, with_tokens("a", "walrus", tokens=[long]))

    assert await fetched(shelf, "walrus") == {"a": long}


async def test_vectors_are_not_fetched_unasked_nor_those_of_another_model(shelf):
    await store(shelf, with_tokens("a", "walrus"))

    assert await fetched(shelf, "walrus", model=None) == {"a": None}
    assert await fetched(shelf, "walrus", model=OTHER) == {"a": None}


async def test_replaced_document_has_the_new_vectors_only(shelf, database):
    await store(shelf, with_tokens("a", "walrus", "seal"), with_tokens("b", "walrus"))
    await store(shelf, with_tokens("a", "walrus"))
    await PostgresDocuments(shelf.pool).delete(shelf.tenant_id, shelf.collection, "b")

    assert kept(database, shelf) == [b"walrus"]


async def test_document_replaced_without_vectors_has_none(shelf, tokens):
    await store(shelf, with_tokens("a", "walrus"))
    await shelf.store(embedded("a", "walrus tusk"))

    assert await fetched(shelf, "walrus") == {"a": None}
    assert await missing(tokens, shelf) == ["walrus tusk"]


async def test_missing_lists_chunks_in_pages(shelf, tokens):
    await shelf.store(embedded("a", "one", "two"), embedded("b", "three"))
    await store(shelf, with_tokens("c", "four"))

    place = {"model": MODEL, "limit": 2, "after": None}
    first = await tokens.missing(shelf.tenant_id, shelf.collection, **place)
    rest = await missing(tokens, shelf, after=first[-1].chunk_id)

    assert sorted([*(chunk.content for chunk in first), *rest]) == ["one", "three", "two"]
    assert sorted(await missing(tokens, shelf, OTHER)) == ["four", "one", "three", "two"]


async def test_added_vectors_are_found_and_stay_when_added_again(shelf, tokens):
    await shelf.store(embedded("a", "walrus"))
    [chunk] = await tokens.missing(shelf.tenant_id, shelf.collection, MODEL, after=None, limit=9)

    added = await tokens.add(shelf.tenant_id, MODEL, {chunk.chunk_id: b"first"})
    again = await tokens.add(shelf.tenant_id, MODEL, {chunk.chunk_id: b"second"})

    assert (added, again) == (1, 0)
    assert await fetched(shelf, "walrus") == {"a": b"first"}


async def test_vectors_of_a_chunk_that_is_gone_are_dropped(shelf, tokens):
    await shelf.store(embedded("a", "walrus"))
    [chunk] = await tokens.missing(shelf.tenant_id, shelf.collection, MODEL, after=None, limit=9)
    await shelf.store(embedded("a", "seal"))

    assert await tokens.add(shelf.tenant_id, MODEL, {chunk.chunk_id: b"late"}) == 0


async def test_no_tenant_adds_to_or_reads_of_another(new_shelf, tokens, database):
    mine, theirs = await new_shelf(), await new_shelf(embedded("a", "walrus"))
    [chunk] = await tokens.missing(theirs.tenant_id, theirs.collection, MODEL, after=None, limit=9)

    assert await tokens.add(mine.tenant_id, MODEL, {chunk.chunk_id: b"foreign"}) == 0
    assert await tokens.missing(mine.tenant_id, theirs.collection, MODEL, after=None, limit=9) == []
    assert kept(database, theirs) == []


async def test_forgetting_keeps_other_collections_and_the_named_model(shelf, new_shelf, tokens):
    other = await new_shelf()
    await store(shelf, with_tokens("a", "walrus"))
    await store(other, with_tokens("a", "walrus"))

    none = await tokens.forget(shelf.tenant_id, shelf.collection, keep=MODEL)
    all_ = await tokens.forget(shelf.tenant_id, shelf.collection, keep=OTHER)

    assert (none, all_) == (0, 1)
    assert await fetched(shelf, "walrus") == {"a": None}
    assert await fetched(other, "walrus") == {"a": b"walrus"}


async def test_new_chunks_get_token_vectors_where_the_collection_says_so(shelf):
    collections, name = PostgresCollections(shelf.pool), shelf.collection.name
    await collections.change(shelf.tenant_id, name, changing(stores_tokens=True))
    on = (await shelf.again()).collection.stores_tokens
    await collections.change(shelf.tenant_id, name, changing(stores_tokens=False))

    assert (on, (await shelf.again()).collection.stores_tokens) == (True, False)


async def test_making_it_again_changes_nothing_and_refuses_the_contrary(shelf):
    collections = PostgresCollections(shelf.pool)

    async def make(name, *, wanted=None):
        return await collections.create(
            shelf.tenant_id,
            name,
            text_search="english",
            embedder=FakeEmbedder.model,
            store_tokens=wanted,
        )

    made = await make("with", wanted=True)

    assert made.stores_tokens
    assert (await make("with")).stores_tokens
    assert not (await make("without")).stores_tokens
    with pytest.raises(ConflictError, match="pgrerank collection tokens"):
        await make("with", wanted=False)


def kept(database, shelf):
    with database.admin() as connection:
        found = connection.execute(
            "select vectors from pgrerank.chunk_tokens where tenant_id = %s", [shelf.tenant_id]
        )
        return [vectors for (vectors,) in found]
