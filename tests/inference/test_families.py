"""Cross-encoders of common families, as small models of the same architectures."""

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder

from pgrerank.inference.local.registry import load_scorer
from tests.inference import small
from tests.inference.remote.asking import passages

QUERY = "how do I get a refund?"
TEXTS = ["Refunds are paid to the card.", "We are closed.", "", "Ein Paket kam beschädigt an. 📦"]
FAMILIES = {
    "bge-reranker-v2-m3": small.roberta,
    "mxbai-rerank-v1": small.deberta,
    "gte-reranker-modernbert": small.modernbert,
    "ms-marco-MiniLM, FlagEmbedding's first": small.bert,
}


@pytest.mark.parametrize("precision", ["exact", "fast"])
@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
async def test_family_scores_as_sentence_transformers_has_it(family, precision, tmp_path):
    folder = small.saved(family(), tmp_path)
    reference = CrossEncoder(str(folder), device="cpu").predict(
        [(QUERY, text) for text in TEXTS], activation_fn=torch.nn.Identity()
    )
    scorer = load_scorer(str(folder), precision=precision)
    try:
        found = [score.value for score in await scorer.score(QUERY, passages(*TEXTS))]
    finally:
        scorer.close()

    tolerance = 1e-4 if precision == "exact" else 0.15
    np.testing.assert_allclose(found, reference, atol=tolerance)
