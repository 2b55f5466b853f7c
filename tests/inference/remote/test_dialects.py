"""Requests and answers of each dialect, over real HTTP."""

import math

import pytest

from pgrerank.inference.remote.dialects import known
from tests.fixtures.other_server import Answer, Request, other_server
from tests.inference.remote.asking import named, passages, reranker

#: the answer of each dialect to two documents, the second being the better
RANKED = {
    "cohere": {
        "results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
    },
    "jina": {
        "results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
    },
    "voyage": {
        "data": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
    },
    "tei": [{"index": 1, "score": 0.9}, {"index": 0, "score": 0.1}],
    "infinity": {
        "results": [
            {"index": 1, "relevance_score": 0.9, "document": None},
            {"index": 0, "relevance_score": 0.1, "document": None},
        ]
    },
    "vllm": {
        "results": [
            {"index": 1, "relevance_score": 0.9, "document": {"text": "b"}},
            {"index": 0, "relevance_score": 0.1, "document": {"text": "a"}},
        ]
    },
    "sie": {
        "model": "m",
        "scores": [
            {"item_id": "1", "score": 0.9, "rank": 0},
            {"item_id": "0", "score": 0.1, "rank": 1},
        ],
    },
    "nim": {"rankings": [{"index": 1, "logit": 0.9}, {"index": 0, "logit": 0.1}]},
}
SENT = {
    "cohere": ("/v2/rerank", {"model": "m", "query": "q", "documents": ["a", "b"]}),
    "jina": (
        "/v1/rerank",
        {"model": "m", "query": "q", "documents": ["a", "b"], "return_documents": False},
    ),
    "voyage": (
        "/v1/rerank",
        {"model": "m", "query": "q", "documents": ["a", "b"], "top_k": None, "truncation": True},
    ),
    "tei": (
        "/rerank",
        {"query": "q", "texts": ["a", "b"], "raw_scores": True, "truncate": True},
    ),
    "infinity": (
        "/rerank",
        {
            "model": "m",
            "query": "q",
            "documents": ["a", "b"],
            "raw_scores": True,
            "return_documents": False,
        },
    ),
    "vllm": (
        "/rerank",
        {"model": "m", "query": "q", "documents": ["a", "b"], "truncate_prompt_tokens": -1},
    ),
    "sie": (
        "/v1/score/m",
        {"query": {"text": "q"}, "items": [{"id": "0", "text": "a"}, {"id": "1", "text": "b"}]},
    ),
    "nim": (
        "/v1/ranking",
        {
            "model": "m",
            "query": {"text": "q"},
            "passages": [{"text": "a"}, {"text": "b"}],
            "truncate": "END",
        },
    ),
}
EMBEDDED = {
    "openai": {"data": [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 4]}]},
    "cohere": {"embeddings": {"float": [[3, 4], [0, 2]]}},
    "tei": [[3, 4], [0, 2]],
    "sie": {
        "items": [
            {"id": "1", "dense": {"dims": 2, "dtype": "float32", "values": [0, 2]}},
            {"id": "0", "dense": {"dims": 2, "dtype": "float32", "values": [3, 4]}},
        ]
    },
}
QUERY_SIDE = {
    "openai": ("/v1/embeddings", {}),
    "infinity": ("/embeddings", {}),
    "vllm": ("/v1/embeddings", {}),
    "tei": ("/embed", {}),
    "cohere": ("/v2/embed", {"input_type": "search_query"}),
    "jina": ("/v1/embeddings", {"task": "retrieval.query"}),
    "voyage": ("/v1/embeddings", {"input_type": "query"}),
    "sie": (
        "/v1/encode/m",
        {"params": {"output_types": ["dense"], "options": {"is_query": True}}},
    ),
    "nim": ("/v1/embeddings", {"input_type": "query"}),
}


def embedder(url: str, dialect: str) -> str:
    return (
        f'[embedder.other]\nurl = "{url}"\ndialect = "{dialect}"\nmodel = "m"\n'
        'revision = "1"\ndimensions = 2\n'
    )


@pytest.mark.parametrize("dialect", known.RERANK)
async def test_scores_come_back_in_the_order_of_the_documents(dialect, tmp_path):
    ranked = RANKED[dialect]
    with other_server(lambda _: Answer(ranked)) as server:
        toml = reranker(server.url, dialect, revision="1")
        async with named(tmp_path, toml) as found:
            scores = await found.rerankers["other"].score("q", passages("a", "b"))

    assert [score.value for score in scores] == [0.1, 0.9]
    (request,) = server.requests
    assert (request.path, request.body) == SENT[dialect]


@pytest.mark.parametrize("dialect", known.EMBED)
async def test_vectors_come_back_in_order_and_of_unit_length(dialect, tmp_path):
    given = EMBEDDED.get(dialect, EMBEDDED["openai"])
    with other_server(lambda _: Answer(given)) as server:
        async with named(tmp_path, embedder(server.url, dialect)) as found:
            first, second = await found.embedders["other"].passages(["a", "b"])

    assert first.tolist() == pytest.approx([0.6, 0.8])
    assert second.tolist() == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("dialect", known.EMBED)
async def test_server_is_told_that_a_text_is_a_query(dialect, tmp_path):
    def one(request: Request) -> Answer:
        return Answer(ONE.get(request.path, ONE["/v1/embeddings"]))

    path, marks = QUERY_SIDE[dialect]
    with other_server(one) as server:
        async with named(tmp_path, embedder(server.url, dialect)) as found:
            vector = await found.embedders["other"].query("q")

    (request,) = server.requests
    assert vector.tolist() == [0.0, 1.0]
    assert request.path == path
    assert {name: request.body.get(name) for name in marks} == marks


ONE = {
    "/v1/embeddings": {"data": [{"index": 0, "embedding": [0, 2]}]},
    "/v2/embed": {"embeddings": {"float": [[0, 2]]}},
    "/embed": [[0, 2]],
    "/v1/encode/m": {"items": [{"id": "0", "dense": {"values": [0, 2]}}]},
}


async def test_path_and_prompts_of_the_operator_are_used(tmp_path):
    toml = embedder("URL", "openai") + 'path = "/e"\nquery_prompt = "query: "\n'
    with other_server(lambda _: Answer(ONE["/v1/embeddings"])) as server:
        async with named(tmp_path, toml.replace("URL", server.url)) as found:
            await found.embedders["other"].query("who")

    (request,) = server.requests
    assert (request.path, request.body["input"]) == ("/e", ["query: who"])


@pytest.mark.parametrize(("kind", "sent"), [("unit", {}), ("logit", {"use_activation": False})])
async def test_raw_scores_are_asked_of_vllm_where_the_operator_wants_logits(kind, sent, tmp_path):
    with other_server(lambda _: Answer(RANKED["vllm"])) as server:
        async with named(tmp_path, reranker(server.url, "vllm", score_kind=kind)) as found:
            await found.rerankers["other"].score("q", passages("a", "b"))

    assert {k: v for k, v in server.bodies[0].items() if k == "use_activation"} == sent


@pytest.mark.parametrize(
    ("dialect", "sent"),
    [
        ("sie", {"instruction": "Prices count."}),
        ("vllm", {"instruction": "Prices count."}),
        ("voyage", {"query": "Prices count.\nQuery: q"}),
    ],
)
async def test_an_instruction_is_sent_where_the_server_reads_it(dialect, sent, tmp_path):
    with other_server(lambda _: Answer(RANKED[dialect])) as server:
        toml = reranker(server.url, dialect, revision="1", instruction="Prices count.")
        async with named(tmp_path, toml) as found:
            await found.rerankers["other"].score("q", passages("a", "b"))

    _, without = SENT[dialect]
    assert server.bodies == [{**without, **sent}]


async def test_document_that_the_server_cannot_score_stays_unscored(tmp_path):
    answer = (
        b'{"results": [{"index": 0, "relevance_score": NaN}, {"index": 1, "relevance_score": null},'
    )
    answer += b' {"index": 2, "relevance_score": 0.5}]}'
    with other_server(lambda _: Answer(answer)) as server:
        async with named(tmp_path, reranker(server.url)) as found:
            scores = await found.rerankers["other"].score("q", passages("a", "b", "c"))

    assert [score.value for score in scores] == [None, None, 0.5]
    assert all(score.value is None or math.isfinite(score.value) for score in scores)
