from uuid import UUID, uuid4

import pytest
from psycopg.errors import UniqueViolation

from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.evaluation import EvaluationId
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.evaluations import PostgresEvaluations
from tests.fakes import FakeEmbedder, FakeScorer
from tests.fixtures.evaluations import answer, evaluation

BOTH = (FakeEmbedder.model, FakeScorer.model)


@pytest.fixture
def evaluations(service_pool):
    return PostgresEvaluations(service_pool)


async def test_evaluation_is_read_back_as_it_was_saved(evaluations, shelf):
    made = evaluation(
        answer(), answer("zebra?", status="skipped"), statuses={"full": 1, "skipped": 1}
    )

    await evaluations.save(shelf.tenant_id, shelf.collection, made, BOTH)

    assert await evaluations.get(shelf.tenant_id, made.id) == made


async def test_evaluation_without_models_names_none(evaluations, shelf):
    made = evaluation(answer(), embedder=None, reranker=None, reranker_fingerprint=None)

    await evaluations.save(shelf.tenant_id, shelf.collection, made, (None, None))

    assert await evaluations.get(shelf.tenant_id, made.id) == made


async def test_listing_goes_from_the_newest_in_pages_with_means_and_without_queries(
    evaluations, shelf
):
    made = [evaluation(answer(), answer("zebra?", 1.0)) for _ in range(3)]
    for each in made:
        await evaluations.save(shelf.tenant_id, shelf.collection, each, BOTH)

    first = await evaluations.page(shelf.tenant_id, collection=None, limit=2, cursor=None)
    second = await evaluations.page(
        shelf.tenant_id, collection="shelf", limit=2, cursor=first.cursor
    )
    other = await evaluations.page(shelf.tenant_id, collection="other", limit=2, cursor=None)

    assert [run.id for run in first.items] == [made[2].id, made[1].id]
    assert [run.id for run in second.items] == [made[0].id]
    assert (second.cursor, list(other.items)) == (None, [])
    assert first.items[0].metrics == {"AP": 0.75, "nDCG@10": 1.0}
    assert first.items[0].answers == ()


async def test_newest_of_a_label_is_found(evaluations, shelf):
    old, new = evaluation(answer(), label="base"), evaluation(answer(), label="base")
    for each in (old, new, evaluation(answer(), label="other")):
        await evaluations.save(shelf.tenant_id, shelf.collection, each, BOTH)

    assert (await evaluations.by_label(shelf.tenant_id, "base")).id == new.id


async def test_what_is_not_there_is_not_found(evaluations, shelf, new_shelf):
    theirs = await new_shelf()
    made = evaluation(answer(), label="base")
    await evaluations.save(theirs.tenant_id, theirs.collection, made, BOTH)

    with pytest.raises(NotFoundError):
        await evaluations.get(shelf.tenant_id, made.id)
    with pytest.raises(NotFoundError):
        await evaluations.by_label(shelf.tenant_id, "base")
    with pytest.raises(NotFoundError):
        await evaluations.get(theirs.tenant_id, EvaluationId(uuid4()))
    mine = await evaluations.page(shelf.tenant_id, collection=None, limit=5, cursor=None)
    assert list(mine.items) == []


async def test_evaluation_goes_with_its_collection_and_does_not_come_after_it(
    evaluations, shelf, service_pool
):
    made = evaluation(answer())
    await evaluations.save(shelf.tenant_id, shelf.collection, made, BOTH)

    await PostgresCollections(service_pool).delete(shelf.tenant_id, "shelf")

    with pytest.raises(NotFoundError):
        await evaluations.get(shelf.tenant_id, made.id)
    with pytest.raises(ConflictError):
        await evaluations.save(shelf.tenant_id, shelf.collection, evaluation(answer()), BOTH)


async def test_evaluation_is_stored_whole_or_not_at_all(evaluations, shelf):
    twice = evaluation(answer(), answer())

    with pytest.raises(UniqueViolation):
        await evaluations.save(shelf.tenant_id, shelf.collection, twice, BOTH)
    with pytest.raises(NotFoundError):
        await evaluations.get(shelf.tenant_id, twice.id)


@pytest.mark.parametrize("cursor", ["!", "bm9uZQ"])
async def test_foreign_cursor_is_refused(evaluations, shelf, cursor):
    with pytest.raises(InvalidRequestError, match="cursor"):
        await evaluations.page(shelf.tenant_id, collection=None, limit=1, cursor=cursor)


async def test_sql_measures_of_what_is_stored_are_those_that_are_stored(
    evaluations, shelf, database
):
    made = evaluation(answer(metrics={"nDCG@10": 0.1301, "AP": 0.25}))
    await evaluations.save(shelf.tenant_id, shelf.collection, made, BOTH)

    with database.admin() as connection:
        [(ndcg, precision)] = connection.execute(
            "select pgrerank_analytics.ndcg_at_k_v1(grades, judged_grades, 10), "
            "pgrerank_analytics.average_precision_v1(grades, judged_grades) "
            "from pgrerank_analytics.eval_query where evaluation_id = %s",
            [made.id],
        ).fetchall()

    assert (ndcg, precision) == (pytest.approx(0.17378, abs=1e-4), 0.25)
    assert UUID(str(made.id)).version == 7
