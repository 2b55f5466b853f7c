from pgrerank.usecases.rerank_texts import rerank_texts
from tests.fakes import FakeScorer


async def test_texts_come_back_best_first_with_the_callers_places():
    ranked = await rerank_texts(FakeScorer(), "a b c", ["a", "x", "a b c", "b c"])

    assert [(text.index, text.scores.rerank) for text in ranked] == [(2, 3), (3, 2), (0, 1), (1, 0)]


async def test_equal_texts_keep_the_callers_order():
    ranked = await rerank_texts(FakeScorer(), "a", ["a", "a", "b", "b"])

    assert [text.index for text in ranked] == [0, 1, 2, 3]


async def test_unscored_texts_come_last():
    ranked = await rerank_texts(FakeScorer(scored_in_time=1), "b", ["x", "b", "b"])

    assert [(text.index, text.scores.rerank) for text in ranked] == [(0, 0), (1, None), (2, None)]


async def test_no_texts_are_no_results():
    assert await rerank_texts(FakeScorer(), "q", []) == ()
