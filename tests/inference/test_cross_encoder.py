import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder

from pgrerank.domain.candidate import Passage
from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ModelKind, ScoreKind
from pgrerank.inference.local.registry import load_scorer
from pgrerank.inference.local.scorer import EngineScorer
from pgrerank.ports.scorer import Scorer
from tests.inference.small import bert, saved

QUERY = "how are dates parsed"
TEXTS = ["A date.", "", "strptime parses a date. " * 20, "naïve 漢字", "word " * 100, "dates"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(bert(), tmp_path_factory.mktemp("cross"))


@pytest.fixture(scope="module")
def scorer(folder: Path) -> Iterator[EngineScorer]:
    scorer = load_scorer(str(folder), precision="exact")
    yield scorer
    scorer.close()


def passages(texts=TEXTS) -> list[Passage]:
    return [Passage(text=text, content_hash=text.encode()) for text in texts]


def values(scores) -> list[float]:
    return [score.value for score in scores]


async def test_scores_are_the_raw_logits_of_the_cross_encoder(folder, scorer):
    reference = CrossEncoder(str(folder), device="cpu").predict(
        [(QUERY, text) for text in TEXTS], activation_fn=torch.nn.Identity()
    )

    found = values(await scorer.score(QUERY, passages()))

    np.testing.assert_allclose(found, reference, atol=1e-4)
    assert np.std(found) > 0.01


async def test_a_score_does_not_depend_on_its_batch(folder):
    scorers = [load_scorer(str(folder), precision="exact") for _ in range(2)]
    together = values(await scorers[0].score(QUERY, passages()))
    alone = [values(await scorers[1].score(QUERY, [passage]))[0] for passage in passages()]
    for scorer in scorers:
        scorer.close()

    np.testing.assert_allclose(alone, together, atol=1e-5)
    assert np.argsort(np.round(alone, 4)).tolist() == np.argsort(np.round(together, 4)).tolist()


async def test_bf16_keeps_near_scores_apart(folder, scorer):
    half = load_scorer(str(folder), precision="fast")
    texts = [f"passage number {number}" for number in range(100)]
    found = values(await half.score(QUERY, passages(texts)))
    half.close()

    assert len(set(found)) > 90
    np.testing.assert_allclose(found, values(await scorer.score(QUERY, passages(texts))), atol=0.2)


async def test_a_long_passage_is_worth_its_best_segment(scorer):
    text = " ".join(f"word{number}" for number in range(400))
    (score,) = await scorer.score(QUERY, passages([text]))

    assert score.value is not None
    assert not score.truncated


async def test_what_is_not_read_is_told(scorer):
    (endless,) = await scorer.score(QUERY, passages(["word " * 20_000]))
    (asked,) = await scorer.score("word " * 200, passages(["word"]))

    assert endless.truncated
    assert asked.truncated


async def test_two_hundred_calls_at_once_finish_right(scorer):
    queries = [f"query {number % 50}" for number in range(200)]
    results = await asyncio.gather(*(scorer.score(query, passages()[:2]) for query in queries))

    for number in range(50):
        np.testing.assert_allclose(
            [values(result) for result in results[number::50]],
            [values(results[number])] * 4,
            atol=1e-5,
        )


def test_the_card_tells_what_was_loaded(folder, scorer):
    port: Scorer = scorer

    assert port.model.kind is ModelKind.RERANKER
    assert port.model.score_kind is ScoreKind.LOGIT
    assert (port.model.name, port.model.max_length) == (str(folder), 512)


def test_a_classifier_with_several_labels_is_refused(tmp_path):
    folder = saved(bert(labels=3), tmp_path / "three")

    with pytest.raises(ModelError, match="one output, this classifier has 3"):
        load_scorer(str(folder))


def test_a_bi_encoder_is_refused_as_a_reranker():
    with pytest.raises(ModelError, match="no classification head"):
        load_scorer("all-MiniLM-L6-v2")
