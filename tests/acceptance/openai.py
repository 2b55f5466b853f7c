# /// script
# dependencies = ["openai==2.54.0", "numpy>=2"]
# ///
"""OpenAI's client, for embeddings and for the list of models."""

import numpy as np
import openai
from acceptance import DOCUMENTS, HUGE, KEY, THOUSAND, URL, WRONG_KEY, Checks, client, run

MODEL = "text-embedding-3-small"


@client("openai", "embeddings")
def embeddings(check: Checks) -> None:
    def caller(key=KEY, base=URL):
        return openai.OpenAI(api_key=key, base_url=f"{base}/v1", max_retries=0)

    def vectors(texts=DOCUMENTS, base=URL, **options):
        rows = caller(base=base).embeddings.create(input=texts, model=MODEL, **options).data
        assert [row.index for row in rows] == list(range(len(rows)))
        return np.array([row.embedding for row in rows])

    packed = vectors()
    check.that("unit length", np.allclose(np.linalg.norm(packed, axis=1), 1, atol=1e-5))
    check.that("base64 and floats alike", np.allclose(packed, vectors(encoding_format="float")))
    check.that("prefix", np.allclose(packed, vectors(base=f"{URL}/compat/vllm")))
    check.that("nearness", packed[1] @ packed[3] > packed[1] @ packed[0])
    check.that("1,000 texts", vectors(THOUSAND).shape == (1000, packed.shape[1]))
    check.refused("400", openai.BadRequestError, lambda: vectors([]), "must not be empty")
    check.refused("token ids", openai.BadRequestError, lambda: vectors([[1, 2]]), "token ids")
    check.refused(
        "401",
        openai.AuthenticationError,
        lambda: caller(WRONG_KEY).embeddings.create(input="a", model=MODEL),
    )
    check.refused("413", openai.APIStatusError, lambda: vectors(HUGE), "413")


@client("openai", "models")
def models(check: Checks) -> None:
    listed = openai.OpenAI(api_key=KEY, base_url=f"{URL}/v1").models.list().data
    check.that("rerankers by id", ["rerank" in model.id for model in listed] == [True, False])


run()
