import numpy as np
import pytest

from pgrerank.domain.candidate import Passage
from pgrerank.domain.document import passage_hash
from pgrerank.domain.model import ModelKind, ScoreKind
from pgrerank.inference.local.registry import load_stored_late_interaction
from tests.fakes import FakeEmbedder, bag_of_words
from tests.inference.test_late_interaction import QUERY, TEXTS

FILLER = "The weather was fine and nothing happened for a long time. "


@pytest.fixture(scope="module")
def stored(embedder):
    return load_stored_late_interaction(embedder)


def fresh(texts):
    return [Passage(text=text, content_hash=passage_hash("", text)) for text in texts]


async def kept(stored, texts):
    """The passages with their token vectors; those with vectors have no text."""
    vectors = await stored.token_vectors(texts)
    return [
        Passage(text="" if each else text, content_hash=b"", tokens=each)
        for text, each in zip(texts, vectors, strict=True)
    ]


async def values(stored, passages, query=QUERY):
    return [score.value for score in await stored.score(query, passages)]


async def test_stored_and_fresh_passages_score_alike(stored):
    afresh = await values(stored, fresh(TEXTS))

    of_store = await values(stored, await kept(stored, TEXTS))

    np.testing.assert_allclose(of_store, afresh, atol=1e-3)


async def test_some_stored_and_some_fresh_keep_their_places(stored):
    whole = await kept(stored, TEXTS)
    mixed = [pair[place % 2] for place, pair in enumerate(zip(whole, fresh(TEXTS), strict=True))]

    np.testing.assert_allclose(await values(stored, mixed), await values(stored, whole), atol=1e-3)


async def test_scores_are_near_those_of_the_full_form(stored, late_scorer):
    full = [score.value for score in await late_scorer.score(QUERY, fresh(TEXTS))]

    compressed = await values(stored, fresh(TEXTS))

    np.testing.assert_allclose(compressed, full, atol=0.04)
    assert np.argsort(compressed)[-2:].tolist() == np.argsort(full)[-2:].tolist()


async def test_one_pass_gives_the_embedders_vectors_too(stored, embedder):
    before = embedder.engine.sequences

    read = await stored.embed_passages(TEXTS, embedder)

    assert embedder.engine.sequences == before + len(TEXTS)
    np.testing.assert_allclose(
        [each.vector for each in read], await embedder.passages(TEXTS), atol=1e-5
    )


async def test_vectors_of_another_embedder_come_with_the_same_token_vectors(stored):
    other = FakeEmbedder()

    read = await stored.embed_passages(TEXTS, other)

    assert other.embedded == TEXTS
    np.testing.assert_array_equal(
        [each.vector for each in read], [bag_of_words(text) for text in TEXTS]
    )
    assert [each.tokens for each in read] == await stored.token_vectors(TEXTS)


async def test_what_does_not_fit_the_model_is_not_stored(stored):
    long, short = await stored.token_vectors([FILLER * 40, FILLER])

    assert long is None
    assert short


async def test_a_long_fresh_passage_is_worth_its_best_segment(stored):
    buried, without = await values(stored, fresh([FILLER * 40 + TEXTS[0], FILLER * 40]))

    assert buried > without + 0.1


async def test_what_is_not_read_is_told(stored):
    endless, short = await stored.score(QUERY, fresh(["word " * 5000, "word"]))
    [of_a_long_query] = await stored.score("word " * 500, await kept(stored, ["word"]))

    assert endless.truncated
    assert not short.truncated
    assert of_a_long_query.truncated


async def test_out_of_time_nothing_is_scored(stored, embedder):
    scores = await stored.score(QUERY, fresh(TEXTS), deadline=embedder.engine.monotonic())

    assert {score.value for score in scores} == {None}


async def test_it_has_a_card_of_its_own(stored, late_scorer, embedder):
    card = stored.model

    assert (card.kind, card.name) == (ModelKind.RERANKER, "late-interaction-stored")
    assert (card.score_kind, card.dimensions) == (ScoreKind.MAXSIM, None)
    assert len({card.fingerprint, late_scorer.model.fingerprint, embedder.model.fingerprint}) == 3


async def test_passages_of_a_list_are_compared_of_the_pass_that_scores_them(stored, embedder):
    before = embedder.engine.sequences
    scores, agreement = await stored.score_and_agreement("a query of its own", TEXTS)
    agreement(range(len(TEXTS)))
    read = embedder.engine.sequences - before

    again = await values(stored, fresh(TEXTS), "a query of its own")

    assert embedder.engine.sequences - before == 2 * read - 1  # the query is encoded once
    np.testing.assert_allclose([score.value for score in scores], again, atol=1e-5)


async def test_agreement_is_with_the_three_best(stored):
    palms = [
        "Dates are fruits of a palm.",
        "The fruit of a date palm is sweet.",
        "A palm has dates.",
    ]
    texts = [*palms, "Sweet fruits grow on this palm.", "A sonnet has fourteen lines.", ""]
    _, agreement = await stored.score_and_agreement(QUERY, texts)

    like, unlike, nothing = agreement([0, 1, 2, 4, 3, 5])[3:]

    assert like > unlike + 0.1
    assert nothing == -1


async def test_of_a_long_passage_every_part_is_compared(stored):
    _, agreement = await stored.score_and_agreement(
        QUERY, [TEXTS[0], FILLER * 40 + TEXTS[0], FILLER * 40]
    )

    _, buried, without = agreement([0])

    assert buried > without + 0.05
