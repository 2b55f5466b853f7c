"""Cohere's v2 API: https://docs.cohere.com/reference/rerank and /embed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.dialects.dialect import (
    Body,
    DialectResult,
    EmbedDialect,
    Placed,
    RerankDialect,
    Side,
)

_INPUT = {"query": "search_query", "passage": "search_document"}


class _Ranked(Struct):
    results: list[DialectResult]


class _Vectors(Struct):
    float: list[list[float]]


class _Embedded(Struct):
    embeddings: _Vectors


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    del kind
    return {"model": model, "query": query, "documents": list(texts)}


def scores(answer: Any) -> list[Placed]:
    """Scores in `results`."""
    return [result.placed for result in msgspec.convert(answer, _Ranked).results]


def _embed(model: str, texts: Sequence[str], side: Side, /) -> Body:
    return {
        "model": model,
        "texts": list(texts),
        "input_type": _INPUT[side],
        "embedding_types": ["float"],
        "truncate": "END",
    }


def _vectors(answer: Any) -> list[tuple[int, list[float]]]:
    return list(enumerate(msgspec.convert(answer, _Embedded).embeddings.float))


RERANK = RerankDialect(
    path="/v2/rerank", batch=1_000, kind=ScoreKind.UNIT, body=_rerank, scores=scores
)
EMBED = EmbedDialect(path="/v2/embed", batch=96, body=_embed, vectors=_vectors)
