from pgrerank.usecases.evaluation.rerank_run import rerank_run
from tests.fakes import FakeScorer

PASSAGES = {"a": "cat", "b": "red fox", "c": "red", "d": "red fox"}


async def reordered(run, queries, depth=100):
    return [r async for r in rerank_run(FakeScorer(), None, run, queries, PASSAGES, depth=depth)]


async def test_documents_are_reordered_by_score():
    (result,) = await reordered({"q": ["a", "c", "b"]}, {"q": "red fox"})

    assert list(result.document_ids) == ["b", "c", "a"]
    assert result.missing == 0


async def test_documents_below_the_depth_keep_their_order_behind():
    (result,) = await reordered({"q": ["a", "c", "d", "b"]}, {"q": "red fox"}, depth=2)

    assert list(result.document_ids) == ["c", "a", "d", "b"]


async def test_documents_the_corpus_lacks_stand_last_and_are_counted():
    (result,) = await reordered({"q": ["x", "c", "y", "b"]}, {"q": "red fox"})

    assert list(result.document_ids) == ["b", "c", "x", "y"]
    assert result.missing == 2


async def test_queries_without_a_text_are_left_out():
    results = await reordered({"q": ["a"], "r": ["a"]}, {"r": "cat"})

    assert [result.query_id for result in results] == ["r"]
