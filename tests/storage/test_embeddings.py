from dataclasses import replace

import numpy as np
import pytest

from pgrerank.domain.candidate import CandidateNeeds
from pgrerank.domain.collection import SecondState
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.storage import maintenance
from pgrerank.storage.candidates import PostgresCandidates
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.embeddings import PostgresEmbeddings
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import embedded

NEW = replace(FakeEmbedder.model, name="new", fingerprint="9" * 64, dimensions=3)
OTHER = replace(NEW, name="other", fingerprint="8" * 64)
#: vectors of the new model, by content: the opposite of what the words say
VECTORS = {"walrus": [0, 1, 0], "seal": [1, 0, 0]}


@pytest.fixture
def embeddings(service_pool):
    return PostgresEmbeddings(service_pool)


@pytest.fixture
async def two(new_shelf):
    return await new_shelf(embedded("a", "walrus"), embedded("b", "seal"))


async def missing(embeddings, shelf, model=NEW):
    found = await embeddings.missing(
        shelf.tenant_id, shelf.collection, model, after=None, limit=100
    )
    return {chunk.content: chunk.chunk_id for chunk in found}


async def fill(embeddings, shelf, model=NEW):
    await embeddings.begin(shelf.tenant_id, shelf.collection, model)
    found = await missing(embeddings, shelf, model)
    vectors = {
        chunk_id: np.array(VECTORS[content], dtype=np.float32)
        for content, chunk_id in found.items()
    }
    await embeddings.add(shelf.tenant_id, shelf.collection, model, vectors)
    return await embeddings.finish(shelf.tenant_id, shelf.collection, model)


async def nearest(shelf, vector, model):
    """External ids in the order in which a service with this model finds them."""
    collection = (await shelf.again()).collection.under(model)
    request = SearchRequest(query="x", strategy=Strategy.DENSE)
    found = await PostgresCandidates(shelf.pool).retrieve(
        shelf.tenant_id, collection, request, np.array(vector, dtype=np.float32)
    )
    return [candidate.external_id for candidate in found.candidates]


async def state(shelf):
    collection = (await shelf.again()).collection
    return collection.embedder, collection.second_embedder, collection.second_state


async def test_second_set_is_filled_while_searches_go_by_the_first(two, embeddings):
    old = FakeEmbedder.model
    await embeddings.begin(two.tenant_id, two.collection, NEW)

    assert await state(two) == (old.fingerprint, NEW.fingerprint, SecondState.FILLING)
    assert set(await missing(embeddings, two)) == {"walrus", "seal"}
    assert await two.dense("walrus") == ["a", "b"]
    with pytest.raises(ConflictError, match="was embedded by the model"):
        await nearest(two, [1, 0, 0], NEW)
    assert await fill(embeddings, two) == 0
    assert await state(two) == (old.fingerprint, NEW.fingerprint, SecondState.READY)


async def test_cut_over_and_roll_back_change_what_new_documents_need(two, embeddings):
    await fill(embeddings, two)
    await embeddings.cut_over(two.tenant_id, two.collection)
    old = FakeEmbedder.model.fingerprint

    assert await state(two) == (NEW.fingerprint, old, SecondState.FORMER)
    assert await nearest(two, [1, 0, 0], NEW) == ["b", "a"]
    assert await two.dense("walrus") == ["a", "b"]
    with pytest.raises(ConflictError, match="went over to another embedder"):
        await two.store(embedded("c", "walrus"))
    assert await embeddings.roll_back(two.tenant_id, two.collection) == 0
    assert await state(two) == (old, NEW.fingerprint, SecondState.READY)
    await two.store(embedded("c", "walrus"))


async def test_cut_over_is_refused_while_chunks_have_no_new_vector(two, embeddings):
    await fill(embeddings, two)
    await two.store(embedded("c", "seal"))

    with pytest.raises(ConflictError, match="1 chunk of `shelf` came since"):
        await embeddings.cut_over(two.tenant_id, two.collection)
    assert (await state(two))[0] == FakeEmbedder.model.fingerprint
    assert await fill(embeddings, two) == 0
    await embeddings.cut_over(two.tenant_id, two.collection)


async def test_roll_back_says_how_many_chunks_have_no_former_vector(two, embeddings):
    await fill(embeddings, two)
    await embeddings.cut_over(two.tenant_id, two.collection)
    new = (await two.again()).collection
    fresh = embedded("c", "seal")
    await PostgresDocuments(two.pool).store(
        two.tenant_id, new, [replace(fresh, vectors=[np.array([1, 0, 0], dtype=np.float32)])]
    )

    assert await embeddings.roll_back(two.tenant_id, two.collection) == 1


async def test_set_that_is_being_filled_is_neither_cut_over_to_nor_rolled_back_to(two, embeddings):
    await embeddings.begin(two.tenant_id, two.collection, NEW)

    with pytest.raises(ConflictError, match="no second set of vectors that is ready"):
        await embeddings.cut_over(two.tenant_id, two.collection)
    with pytest.raises(ConflictError, match="no second set of vectors that is former"):
        await embeddings.roll_back(two.tenant_id, two.collection)
    with pytest.raises(ConflictError, match="Drop it first"):
        await embeddings.begin(two.tenant_id, two.collection, OTHER)


async def test_drop_removes_what_is_not_in_use(two, embeddings, database):
    await fill(embeddings, two)

    assert await embeddings.drop(two.tenant_id, two.collection) == 2
    assert await state(two) == (FakeEmbedder.model.fingerprint, None, None)
    assert await two.dense("walrus") == ["a", "b"]
    with database.admin() as admin:
        left = admin.execute(
            "select count(*) from pgrerank.chunk_embedding where tenant_id = %s", [two.tenant_id]
        )
        assert left.fetchone() == (2,)


async def test_no_tenant_touches_the_sets_of_another(two, new_shelf, embeddings):
    mine = await new_shelf()
    await fill(embeddings, two)

    assert await missing(embeddings, replace(two, tenant_id=mine.tenant_id), OTHER) == {}
    with pytest.raises(NotFoundError):
        await embeddings.drop(mine.tenant_id, two.collection)
    with pytest.raises(NotFoundError):
        await embeddings.cut_over(mine.tenant_id, two.collection)
    assert (await state(two))[2] == SecondState.READY


async def test_both_sets_of_a_large_collection_are_indexed(two, embeddings, database):
    await fill(embeddings, two)
    built = (await maintenance.index_collections(database.admin_url, above=1)).built

    await embeddings.drop(two.tenant_id, two.collection)
    dropped = (await maintenance.index_collections(database.admin_url, above=1)).dropped

    assert len(built) >= 2
    assert len(set(built) & set(dropped)) == 1


async def test_vector_of_other_dimensions_is_refused_by_name(two, embeddings):
    [*ids] = (await missing(embeddings, two)).values()
    short = np.ones(2, dtype=np.float32)

    with pytest.raises(
        ConflictError,
        match=r"`shelf` holds vectors of 3 dimensions by the model \w+ \(new\).* has 2",
    ):
        await embeddings.add(two.tenant_id, two.collection, NEW, {ids[0]: short})
    fresh = replace(embedded("c", "seal"), vectors=[short])
    current = await two.again()
    with pytest.raises(
        ConflictError,
        match=r"`shelf` holds vectors of 64 dimensions by the model e+ \(fake-embedder\)",
    ):
        await current.store(fresh)
    with pytest.raises(ConflictError, match="`shelf` holds vectors of 64"):
        await nearest(two, short, FakeEmbedder.model)


@pytest.mark.parametrize("dimensions", [2000, 2001, 4000])
async def test_vectors_of_many_dimensions_are_stored_searched_and_indexed(
    dimensions, service_pool, new_tenant, database
):
    model = replace(FakeEmbedder.model, fingerprint=f"{dimensions:064}", dimensions=dimensions)
    tenant_id, documents = new_tenant(), PostgresDocuments(service_pool)
    collection = await PostgresCollections(service_pool).create(
        tenant_id, "wide", text_search="english", embedder=model
    )
    random = np.random.default_rng(dimensions)
    vectors = random.normal(size=(30, dimensions)).astype(np.float32)
    await documents.store(
        tenant_id,
        collection,
        [replace(embedded(f"d{i}", "x"), vectors=[vector]) for i, vector in enumerate(vectors)],
    )
    built = (await maintenance.index_collections(database.admin_url, above=29)).built

    request = SearchRequest(query="x", strategy=Strategy.DENSE, candidates=5)
    found = await PostgresCandidates(service_pool).retrieve(
        tenant_id, collection, request, vectors[7], CandidateNeeds(embeddings=True)
    )

    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit[7]
    assert len(built) == 1
    assert [c.external_id for c in found.candidates] == [f"d{i}" for i in np.argsort(-cosines)[:5]]
    assert [c.dense_score for c in found.candidates] == pytest.approx(
        sorted(cosines, reverse=True)[:5], abs=1e-3
    )
    assert found.candidates[0].embedding == pytest.approx(vectors[7], abs=2e-3)
