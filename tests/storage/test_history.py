"""The current rank of a document in the whole list of each leg."""

from dataclasses import replace

from pgrerank.domain.request import SearchRequest
from pgrerank.storage.history import PostgresHistory
from tests.fakes import bag_of_words
from tests.fixtures.collections import embedded


async def positions(shelf, external_id, request):
    shelf = await shelf.again()
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
