import asyncio

import numpy as np
import pytest

from pgrerank.domain.candidate import Passage
from pgrerank.domain.engine_settings import EngineSettings
from pgrerank.domain.model import ModelKind, ScoreKind
from pgrerank.inference.local.late_interaction import maxsim
from pgrerank.inference.local.registry import load_embedder, load_late_interaction, load_scorer
from pgrerank.ports.scorer import Scorer

QUERY = "how do I parse a date out of a string"
TEXTS = [
    "datetime.strptime parses a string according to a format and returns a datetime.",
    "The sonnet has fourteen lines.",
    "A date is a fruit of the palm. " * 8,
    "Strings are immutable sequences of Unicode code points.",
    "",
    "parse",
    "calendar.month returns a month's calendar in a multi-line string. " * 20,
    "dateutil guesses the format of a date in a string. " * 3,
]


def passages(texts=TEXTS) -> list[Passage]:
    return [Passage(text=text, content_hash=text.encode()) for text in texts]


def test_maxsim_is_the_mean_of_the_best_cosines():
    query = np.eye(2)
    passage = np.array([[3.0, 4.0], [-2.0, 0.0]])

    assert maxsim(query, passage) == pytest.approx((0.6 + 0.8) / 2)


def test_maxsim_with_nothing_is_the_lowest_score():
    assert maxsim(np.eye(2), np.empty((0, 2))) == -1


async def test_what_answers_the_query_is_first(late_scorer):
    scores = await late_scorer.score(QUERY, passages())

    best = max(range(len(TEXTS)), key=lambda index: scores[index].value)
    assert best in {0, 7}
    assert scores[1].value < scores[3].value


async def test_scores_are_cosines(late_scorer):
    values = [score.value for score in await late_scorer.score(QUERY, passages())]

    assert all(-1 <= value <= 1 for value in values)
    assert values[4] == -1


async def test_a_score_does_not_depend_on_its_batch(embedder):
    together = await load_late_interaction(embedder).score(QUERY, passages())
    alone = [
        (await load_late_interaction(embedder).score(QUERY, [passage]))[0] for passage in passages()
    ]
    crowd = load_late_interaction(embedder)
    mixed, *_ = await asyncio.gather(
        crowd.score(QUERY, passages()[::-1]),
        crowd.score("something else", passages()),
        embedder.passages(TEXTS),
    )

    for other in (alone, mixed[::-1]):
        values = [score.value for score in other]
        np.testing.assert_allclose(values, [score.value for score in together], atol=1e-5)
        assert order(other) == order(together)


async def test_a_score_hardly_depends_on_its_batch_in_bf16():
    embedder = load_embedder(precision="fast")
    together = await load_late_interaction(embedder).score(QUERY, passages())
    alone = [
        (await load_late_interaction(embedder).score(QUERY, [passage]))[0] for passage in passages()
    ]
    embedder.close()

    values = [score.value for score in alone]
    np.testing.assert_allclose(values, [score.value for score in together], atol=5e-3)
    assert order(alone, digits=1) == order(together, digits=1)


def order(scores, digits=4):
    return sorted(range(len(scores)), key=lambda i: (-round(scores[i].value, digits), i))


async def test_a_long_passage_is_worth_its_best_segment(late_scorer):
    filler = "The weather was fine and nothing happened for a long time. " * 40
    buried, without = await late_scorer.score(QUERY, passages([filler + TEXTS[0], filler]))

    assert buried.value > without.value + 0.1
    assert not buried.truncated


async def test_what_is_not_read_is_told(late_scorer):
    endless, short = await late_scorer.score(QUERY, passages(["word " * 5000, "word"]))

    assert endless.truncated
    assert not short.truncated


async def test_a_query_that_is_too_long_is_told(late_scorer):
    (score,) = await late_scorer.score("word " * 500, passages(["word"]))

    assert score.truncated


@pytest.fixture
def patient_embedder():
    """An embedder that refuses no request because others are ahead of it, however slow it is."""
    loaded = load_embedder(precision="exact", engine=EngineSettings(max_wait_seconds=600))
    yield loaded
    loaded.close()


async def test_two_hundred_calls_at_once_finish_right(patient_embedder):
    scorer = load_late_interaction(patient_embedder, scores=0)
    texts = ["a date", "dates in strings", "parse", "the weather"]
    expected = [score.value for score in await scorer.score(QUERY, passages(texts))]

    async def call(number: int) -> list[float]:
        turned = texts[number % 4 :] + texts[: number % 4]
        scores = [score.value for score in await scorer.score(QUERY, passages(turned))]
        return scores[4 - number % 4 :] + scores[: 4 - number % 4]

    results = await asyncio.gather(*(call(number) for number in range(200)))

    np.testing.assert_allclose(results, [expected] * 200, atol=1e-5)
    assert scorer.engine.queue_length == 0


async def test_a_deadline_is_kept_with_the_head_scored(embedder):
    scorer = load_late_interaction(embedder)
    texts = [f"{number} " + "a passage of some length. " * 20 for number in range(300)]
    started = scorer.engine.monotonic()
    await scorer.score(QUERY, passages(texts[-20:]))
    while_s = 2 * (scorer.engine.monotonic() - started)

    started = scorer.engine.monotonic()
    scores = await scorer.score(QUERY, passages(texts[:-20]), deadline=started + while_s)

    assert scorer.engine.monotonic() - started < while_s + 1
    scored = [index for index, score in enumerate(scores) if score.value is not None]
    assert 0 < len(scored) < 280
    assert max(scored) < len(scored) + 32
    assert scorer.engine.queue_length == 0


async def test_it_has_a_card_of_its_own_and_shares_the_engine(embedder, late_scorer):
    card = late_scorer.model

    assert (card.kind, card.name, card.score_kind) == (
        ModelKind.RERANKER,
        "late-interaction",
        ScoreKind.MAXSIM,
    )
    assert card.fingerprint != embedder.model.fingerprint
    assert load_scorer(encoders=[embedder]).engine is embedder.engine


async def test_closing_it_leaves_a_shared_embedder_open(embedder):
    scorer: Scorer = load_scorer(encoders=[embedder])
    scorer.close()

    assert embedder.engine.alive


async def test_without_the_packaged_embedder_it_loads_its_own(embedder):
    scorer = load_scorer(precision="exact")
    scorer_of_embedder = load_scorer(encoders=[embedder])
    scorer.close()

    assert scorer.model == scorer_of_embedder.model
    assert scorer.engine is not embedder.engine
    assert not scorer.engine.alive
