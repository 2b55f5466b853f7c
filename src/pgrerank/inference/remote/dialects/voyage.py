"""Voyage's API: https://docs.voyageai.com/reference/reranker-api and /embeddings-api."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.dialects import openai
from pgrerank.inference.remote.dialects.dialect import (
    Body,
    DialectResult,
    EmbedDialect,
    Placed,
    RerankDialect,
    Side,
)

_INPUT = {"query": "query", "passage": "document"}


class _Ranked(Struct):
    data: list[DialectResult]


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    del kind
    return {
        "model": model,
        "query": query,
        "documents": list(texts),
        "top_k": None,
        "truncation": True,
    }


def _scores(answer: Any) -> list[Placed]:
    return [result.placed for result in msgspec.convert(answer, _Ranked).data]


def _embed(model: str, texts: Sequence[str], side: Side, /) -> Body:
    return {"model": model, "input": list(texts), "input_type": _INPUT[side], "truncation": True}


def _instruct(body: Body, instruction: str) -> Body:
    """The body with the instruction before its query, where rerank-2.5 and later read it."""
    return {**body, "query": f"{instruction}\nQuery: {body['query']}"}


RERANK = RerankDialect(
    path="/v1/rerank",
    batch=1_000,
    kind=ScoreKind.UNIT,
    body=_rerank,
    scores=_scores,
    instruct=_instruct,
)
EMBED = EmbedDialect(path="/v1/embeddings", batch=128, body=_embed, vectors=openai.vectors)
