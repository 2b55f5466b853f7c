"""The current rank of a document in the whole list of each leg."""

from dataclasses import replace

from pgrerank.domain.request import SearchRequest
from pgrerank.storage.history import PostgresHistory
from tests.fakes import bag_of_words
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import ranking


async def positions(shelf, external_id, request):
    return await PostgresHistory(shelf.pool).leg_positions(
        shelf.tenant_id, shelf.collection, request, external_id, bag_of_words(request.query)
    )


async def test_a_document_of_a_collection_with_more_chunks_than_candidates_has_its_place(shelf):
    await shelf.store(*[embedded(f"d{i}", f"walrus number{i}") for i in range(1_001)])
    await shelf.store(embedded("last", "nothing of it"))

    (position,) = await positions(shelf, "last", SearchRequest(query="walrus"))

    assert (position.dense_rank, position.keyword_rank) == (1_002, None)


async def test_the_sparse_leg_is_asked_again_with_the_weights_of_the_search(shelf):
    for name, weight in (("heavy", 2.0), ("light", 0.5), ("none", None)):
        made = embedded(name, "walrus")
        sparse = None if weight is None else {"walrus": weight}
        await shelf.store(replace(made, document=replace(made.document, sparse=sparse)))
    request = SearchRequest(query="walrus", sparse={"walrus": 2.0})

    found = [(await positions(shelf, name, request))[0] for name in ("heavy", "light", "none")]

    assert [each.sparse_rank for each in found] == [1, 2, None]
    assert [each.sparse_score for each in found] == [4.0, 1.0, None]


async def test_a_document_that_is_not_stored_has_no_place(shelf):
    await shelf.store(embedded("a", "walrus", "seal"))

    found = await positions(shelf, "a", SearchRequest(query="walrus"))

    assert [(each.ordinal, each.keyword_rank) for each in found] == [(0, 1), (1, None)]
    assert await positions(shelf, "b", SearchRequest(query="walrus")) == ()


async def test_a_place_says_whether_the_filter_lets_the_document_through(shelf):
    await shelf.store(embedded("old", "walrus", metadata={"year": 1999}))

    async def passes(year):
        request = SearchRequest(query="walrus", filter={"year": year})
        return (await positions(shelf, "old", request))[0].passes_filter

    assert [await passes(1999), await passes(2026)] == [True, False]


async def test_the_history_of_another_tenant_is_not_read(new_journal, new_tenant):
    journal = await new_journal()
    shelf = journal.shelf
    await shelf.store(embedded("a", "walrus"))
    found = await shelf.retrieve("walrus")
    made = ranking(found.candidates)
    await journal.record(made)
    history, request = PostgresHistory(shelf.pool), SearchRequest(query="walrus")

    own = await history.candidates(shelf.tenant_id, shelf.collection, made.id)
    foreign = await history.candidates(new_tenant(), shelf.collection, made.id)

    assert [each.external_id for each in own.candidates] == ["a"]
    assert (foreign.candidates, foreign.gone) == ((), ())
    assert await positions(replace(shelf, tenant_id=new_tenant()), "a", request) == ()
