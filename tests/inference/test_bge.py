"""bge-small, read from another package, is the model that sentence-transformers runs."""

import asyncio

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from pgrerank.domain.candidate import Passage
from pgrerank.inference import model_files
from pgrerank.inference.local.registry import load_embedder, load_scorer
from pgrerank.inference.onnx_models import BGE_SMALL

QUERY = "How do I reindex a table without locking it?"
PASSAGES = [
    "REINDEX TABLE CONCURRENTLY rebuilds the indexes of a table without locking out writes.",
    "An index can be rebuilt with the REINDEX command, which takes an exclusive lock.",
    "The garden is open from nine to five, and tables can be booked by telephone.",
]


@pytest.fixture(scope="module")
def bge():
    embedder = load_embedder(BGE_SMALL.name, precision="exact")
    yield embedder
    embedder.close()


@pytest.fixture(scope="module")
def reference():
    return SentenceTransformer(str(model_files.files(BGE_SMALL.name).folder), device="cpu")


async def test_vectors_are_those_of_sentence_transformers(bge, reference):
    query, passages = await asyncio.gather(bge.query(QUERY), bge.passages(PASSAGES))

    np.testing.assert_allclose(query, reference.encode_query(QUERY), atol=1e-4)
    np.testing.assert_allclose(passages, reference.encode_document(PASSAGES), atol=1e-4)
    assert bge.model.max_length == reference.max_seq_length


async def test_a_query_has_no_token_vectors_of_the_instruction(bge, reference):
    read = await bge.queries.read(QUERY)
    prompt = reference.prompts["query"]
    states = reference.encode(prompt + QUERY, output_value="token_embeddings").numpy()
    own = np.delete(states, slice(1, 1 + len(reference.tokenizer.tokenize(prompt))), axis=0)

    assert len(read.tokens) == len(reference.tokenizer.tokenize(QUERY)) + 2
    np.testing.assert_allclose(
        read.tokens, own / np.linalg.norm(own, axis=1, keepdims=True), atol=1e-3
    )


async def test_late_interaction_runs_on_its_engine_and_orders_passages(bge):
    scorer = load_scorer(encoders=[bge])

    scores = await scorer.score(
        QUERY, [Passage(text=text, content_hash=text.encode()) for text in PASSAGES]
    )

    assert scorer.engine is bge.engine
    assert scores[0].value > scores[1].value > scores[2].value


def test_bundled_keeps_the_token_vectors_that_it_was_trained_with(bge, embedder):
    scorer = load_scorer("bundled", encoders=[bge, embedder])

    assert scorer.model == load_scorer("bundled", encoders=[embedder]).model
