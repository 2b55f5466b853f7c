"""Collections: the fake against the Postgres implementation."""

import asyncio
from dataclasses import replace

import pytest

from pgrerank.domain.collection import SETTINGS
from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.field_boost import FieldBoost
from pgrerank.domain.retrieval import Fusion, Retrieval
from tests.fixtures.collections import changing, embedded

OTHER = Retrieval(k1=1.5)


@pytest.fixture
def add(ports, tenant_id):
    """Makes a collection, by default `docs`."""

    async def made(name="docs", **settings):
        given = {"text_search": "english", "embedder": ports.embedder.model, **settings}
        return await ports.collections.create(tenant_id, name, **given)

    return made


async def test_a_collection_that_exists_alike_is_returned(ports, tenant_id, add):
    made = await add(store_tokens=True, retrieval=OTHER, reranker="cloud")

    assert await add() == made
    assert await add(store_tokens=True, retrieval=OTHER, reranker="cloud") == made
    assert await ports.collections.by_name(tenant_id, "docs") == made
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
    made = await add()
    settings = {
        "retrieval": Retrieval(
            k1=1.5,
            b=0.5,
            title_boost=2,
            fusion=Fusion.WEIGHTED,
            rrf_k=7,
            dense_weight=0.5,
            keyword_weight=2,
            sparse_weight=0,
        ),
        "reranker": "cloud",
        "terms": {"pgvector": 0.5},
        "field_boosts": {
            "made": FieldBoost(half_life_days=30),
            "stars": FieldBoost(weight=0.25, worst=0.5, best=5),
        },
        "stores_tokens": True,
    }

    changed = await ports.collections.change(tenant_id, "docs", changing(**settings))

    assert changed == replace(made, **settings)
    assert await ports.collections.by_name(tenant_id, "docs") == changed
    reset = await ports.collections.change(
        tenant_id, "docs", changing(**{name: getattr(made, name) for name in SETTINGS})
    )
    assert reset == made == await ports.collections.by_name(tenant_id, "docs")


async def test_concurrent_changes_of_a_collection_are_all_kept(ports, tenant_id, add):
    await add()

    def add_term(name):
        return lambda current: replace(current, terms={**current.terms, name: 1.0})

    names = {f"term {n}" for n in range(8)}
    await asyncio.gather(
        *(ports.collections.change(tenant_id, "docs", add_term(name)) for name in names)
    )

    assert (await ports.collections.by_name(tenant_id, "docs")).terms.keys() == names


async def test_a_change_that_raises_changes_nothing(ports, tenant_id, add):
    made = await add()

    def out_of_range(current):
        return replace(current, reranker="cloud", retrieval=Retrieval(k1=-1))

    def other_embedder(current):
        return replace(current, reranker="cloud", embedder="0" * 64)

    with pytest.raises(InvalidRequestError, match="k1"):
        await ports.collections.change(tenant_id, "docs", out_of_range)
    with pytest.raises(ValueError, match="sets only retrieval, reranker"):
        await ports.collections.change(tenant_id, "docs", other_embedder)

    assert await ports.collections.by_name(tenant_id, "docs") == made
    changed = await ports.collections.change(tenant_id, "docs", changing(reranker="cloud"))
    assert changed == replace(made, reranker="cloud")


async def test_a_collection_that_is_not_there_is_said_so(ports, tenant_id, add):
    await add()
    await ports.collections.delete(tenant_id, "docs")

    for asked in (
        ports.collections.by_name(tenant_id, "docs"),
        ports.collections.delete(tenant_id, "docs"),
        ports.collections.change(tenant_id, "docs", changing(retrieval=OTHER)),
    ):
        with pytest.raises(NotFoundError):
            await asked


async def test_collections_are_listed_by_name_for_their_tenant(ports, tenant_id, add, make_tenant):
    for name in ("c", "a", "b"):
        await add(name)

    first = await ports.collections.page(tenant_id, limit=2, cursor=None)
    rest = await ports.collections.page(tenant_id, limit=2, cursor=first.cursor)

    assert [each.name for each in (*first.items, *rest.items)] == ["a", "b", "c"]
    assert rest.cursor is None
    assert (await ports.collections.page(make_tenant(), limit=9, cursor=None)).items == []
    with pytest.raises(InvalidRequestError, match="cursor"):
        await ports.collections.page(tenant_id, limit=9, cursor="nonsense")


async def test_settings_of_one_collection_are_changed_for_its_tenant_alone(
    ports, tenant_id, add, make_tenant
):
    stranger = make_tenant()
    mine = await add()
    beside = await add("beside")
    theirs = await ports.collections.create(
        stranger, "docs", text_search="english", embedder=ports.embedder.model
    )

    await ports.collections.change(tenant_id, "docs", changing(retrieval=OTHER))
    await ports.collections.delete(tenant_id, "docs")

    assert await ports.collections.by_name(tenant_id, "beside") == beside
    assert await ports.collections.by_name(stranger, "docs") == theirs
    assert mine.id != theirs.id
    with pytest.raises(NotFoundError):
        await ports.collections.delete(stranger, "beside")


async def test_a_collection_counts_its_documents_and_chunks(ports, tenant_id, add):
    docs = await add()
    await ports.documents.store(
        tenant_id, docs, [embedded("a", "one", "two"), embedded("b", "three")]
    )
    await ports.documents.store(tenant_id, docs, [embedded("b", "four", "five", "six")])
    await ports.documents.delete(tenant_id, docs, "a")

    counted = await ports.collections.by_name(tenant_id, "docs")

    assert (counted.document_count, counted.chunk_count) == (1, 3)


async def test_a_collection_names_its_embedder(ports, add):
    made, model = await add(), ports.embedder.model

    assert (made.embedder, made.embedder_name) == (model.fingerprint, model.name)
    assert made.dimensions == model.dimensions


async def test_an_embedder_of_too_many_dimensions_is_refused(ports, add):
    with pytest.raises(InvalidRequestError, match="4001"):
        await add(embedder=replace(ports.embedder.model, dimensions=4001))


async def test_a_new_collection_of_an_old_name_holds_nothing(ports, tenant_id, docs, add):
    await ports.documents.store(tenant_id, docs, [embedded("a", "text")])
    await ports.collections.delete(tenant_id, "docs")

    again = await add()

    assert await ports.documents.hashes(tenant_id, again, ["a"]) == {}
