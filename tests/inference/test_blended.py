import pytest

from pgrerank.domain.candidate import Passage
from pgrerank.domain.errors import ScoringError
from pgrerank.inference import shipped
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.local.blended import BlendedScorer
from pgrerank.inference.local.registry import (
    LATE_INTERACTION,
    load_scorer,
    load_stored_late_interaction,
)
from pgrerank.inference.local.stored import StoredLateInteraction
from pgrerank.inference.model_files import files
from pgrerank.settings import Settings
from pgrerank.wiring.models import load_models

QUERY = "how to wash wool"
TEXTS = [
    "Wool is washed by hand in cold water, with little soap.",
    "Sheep are shorn in spring, before the summer's heat.",
    "The ferry leaves the harbour every hour.",
]


@pytest.fixture(scope="module")
def late(embedder):
    return load_stored_late_interaction(embedder)


@pytest.fixture(scope="module")
def cross():
    loaded = load_scorer(str(files(shipped.BUNDLED).folder), precision="exact")
    yield loaded
    loaded.close()


@pytest.fixture
def bundled(embedder):
    loaded = load_scorer(shipped.BUNDLED, encoders=[embedder], precision="exact")
    yield loaded
    loaded.close()


def passages(*texts, tokens=None):
    vectors = tokens or [None] * len(texts)
    return [
        Passage(text=text, content_hash=text.encode(), tokens=each)
        for text, each in zip(texts, vectors, strict=True)
    ]


def values(scores):
    return [score.value for score in scores]


async def test_score_is_the_logit_and_maxsim_weighing_alike(bundled, cross, late):
    found, logits, cosines = [
        values(await scorer.score(QUERY, passages(*TEXTS))) for scorer in (bundled, cross, late)
    ]

    pairs = zip(logits, cosines, strict=True)
    expected = [0.4 * logit + 8 * (cosine - 0.5) for logit, cosine in pairs]
    assert found == pytest.approx(expected, abs=1e-3)
    assert found == sorted(found, reverse=True)


async def test_stored_token_vectors_are_read_in_place_of_the_text(bundled, embedder, late):
    stored = await late.token_vectors(TEXTS)
    other = load_scorer(shipped.BUNDLED, encoders=[embedder], precision="exact")

    fresh = await bundled.score(QUERY, passages(*TEXTS))
    read = await other.score(QUERY, passages(*TEXTS, tokens=stored))
    swapped = await other.score("wash wool", passages(*TEXTS, tokens=stored[::-1]))
    plain = await bundled.score("wash wool", passages(*TEXTS))
    other.close()

    assert values(read) == pytest.approx(values(fresh), abs=1e-3)
    assert values(swapped) != pytest.approx(values(plain), abs=0.2)


async def test_a_list_is_compared_by_the_same_scores(bundled, late):
    scores, agreement = await bundled.score_and_agreement(QUERY, TEXTS)
    _, likeness = await late.score_and_agreement(QUERY, TEXTS)

    assert values(scores) == pytest.approx(values(await bundled.score(QUERY, passages(*TEXTS))))
    assert agreement([0, 1, 2]) == pytest.approx(likeness([0, 1, 2]))


async def test_what_is_late_has_no_score_and_what_is_known_has_its_own(bundled):
    past = bundled.engine.monotonic() - 1
    known = await bundled.score(QUERY, passages(*TEXTS[:2]))

    scores = await bundled.score(QUERY, passages(*TEXTS), deadline=past)

    assert values(scores) == [*values(known), None]


async def test_failure_of_one_model_is_the_failure_of_both(embedder, cross):
    class Failing(StoredLateInteraction):
        async def score(self, *_, **__):
            raise ScoringError("late")

    broken = Failing(load_stored_late_interaction(embedder).model, embedder)
    blend = BlendedScorer(cross, broken, ScoreCache(0), release=lambda: None)

    with pytest.raises(ScoringError, match="late"):
        await blend.score(QUERY, passages(*TEXTS))

    assert cross.engine.queue_length == 0


async def test_it_is_another_model_than_its_cross_encoder(bundled, cross, late):
    card = bundled.model

    assert card.name == "bundled"
    assert card.reads == late.model.fingerprint
    assert card.fingerprint not in {cross.model.fingerprint, late.model.fingerprint}


@pytest.mark.parametrize("name", [shipped.BUNDLED, LATE_INTERACTION])
async def test_comes_with_an_embedder_of_its_own_and_closes_it(name):
    scorer = load_scorer(name, precision="exact")
    [score] = await scorer.score(QUERY, passages(TEXTS[0]))
    scorer.close()

    assert score.value is not None
    assert not scorer.engine.alive


async def test_a_run_is_compared_by_what_compares_lists():
    async with load_models(Settings(reranker=shipped.BUNDLED)) as models:
        assert isinstance(models.scorer, BlendedScorer)
        assert models.reader is models.scorer
    async with load_models(Settings(reranker=LATE_INTERACTION)) as models:
        assert models.reader is models.late
    async with load_models(Settings(reranker=str(files(shipped.BUNDLED).folder))) as models:
        assert models.reader is models.late
