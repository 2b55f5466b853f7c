# /// script
# requires-python = ">=3.12"
# dependencies = ["sie-sdk==0.10.1", "sie-langchain==0.10.1"]
# ///
"""SIE's own client, and LangChain's over it."""

import json
import math
from urllib.request import Request, urlopen

from acceptance import (
    DOCUMENTS,
    HUGE,
    KEY,
    POOR_KEY,
    QUERY,
    THOUSAND,
    URL,
    WRONG_KEY,
    Checks,
    client,
    native,
    run,
)
from langchain_core.documents import Document
from sie_langchain import SIEEmbeddings, SIEReranker
from sie_sdk import RequestError, SIEClient
from sie_sdk.client.errors import RateLimitError

MODEL = "jinaai/jina-reranker-v2-base-multilingual"


def floats(texts: list[str]) -> list[list[float]]:
    """Vectors by OpenAI's API."""
    body = json.dumps({"input": texts}).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = Request(f"{URL}/v1/embeddings", body, headers)  # noqa: S310 - ours
    with urlopen(request, timeout=240) as answer:  # noqa: S310 - ours
        return [row["embedding"] for row in json.load(answer)["data"]]


def equal(found, wanted) -> bool:
    return all(math.isclose(a, b, abs_tol=1e-5) for a, b in zip(found, wanted, strict=True))


@client("sie-sdk")
def own(check: Checks) -> None:
    def asked(documents=DOCUMENTS, key=KEY, base=URL, *, ids=True, **options):
        items = [{"id": str(i), "text": t} if ids else {"text": t} for i, t in enumerate(documents)]
        with SIEClient(base, api_key=key) as caller:
            return caller.score(MODEL, {"text": QUERY}, items, **options)

    expected = [index for index, _ in native()]
    for name, base in (("order", URL), ("prefix", f"{URL}/compat/sie")):
        rows = asked(base=base)["scores"]
        assert [int(row["item_id"]) for row in rows] == expected, rows
        assert [row["rank"] for row in rows] == list(range(len(DOCUMENTS)))
        scores = [row["score"] for row in rows]
        assert scores == sorted(scores, reverse=True)
        check.passed(name)
    rows = asked(ids=False)["scores"]
    check.that("item ids", [row["item_id"] for row in rows] == [f"item-{i}" for i in expected])
    check.thousand((int(row["item_id"]), row["score"]) for row in asked(THOUSAND)["scores"])
    with SIEClient(URL, api_key=KEY) as caller:
        found = caller.encode(MODEL, [{"text": text} for text in DOCUMENTS])
        wanted = floats(DOCUMENTS)
        same = all(equal(a["dense"], b) for a, b in zip(found, wanted, strict=True))
        check.that("encode", same)
        listed = {each["name"]: each["outputs"] for each in caller.list_models()}
        check.that(
            "models", next(iter(listed.values())) == ["score"] and ["dense"] in listed.values()
        )
        check.refused(
            "multivector",
            RequestError,
            lambda: caller.encode(MODEL, {"text": "a"}, output_types=["multivector"]),
            "has no multivector",
        )
    check.refused("400", RequestError, lambda: asked([]), "must not be empty")
    check.refused("401", RequestError, lambda: asked(key=WRONG_KEY), "API key")
    check.refused("413", RequestError, lambda: asked(HUGE), "2000000 bytes")
    check.refused(
        "429", RateLimitError, lambda: asked(key=POOR_KEY, provision_timeout_s=1), "Rate limited"
    )


@client("sie-langchain", "SIEReranker")
def langchain(check: Checks) -> None:
    ranker = SIEReranker(model=MODEL, client=SIEClient(URL, api_key=KEY), top_k=2)
    given = [Document(text, metadata={"place": i}) for i, text in enumerate(DOCUMENTS)]
    found = ranker.compress_documents(given, QUERY)
    places = [each.metadata["place"] for each in found]
    check.that("first 2", places == [index for index, _ in native()[:2]])
    check.that("texts", found[0].page_content == DOCUMENTS[places[0]])


@client("sie-langchain", "SIEEmbeddings")
def embeddings(check: Checks) -> None:
    embedder = SIEEmbeddings(base_url=URL, model=MODEL, api_key=KEY)
    found = embedder.embed_documents(DOCUMENTS)
    wanted = floats(DOCUMENTS)
    check.that("documents", all(equal(a, b) for a, b in zip(found, wanted, strict=True)))
    check.that("query", len(embedder.embed_query(QUERY)) == len(wanted[0]))


run()
