"""Hugging Face's text-embeddings-inference: router/src/http/types.rs in version 1.9."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.dialects.dialect import (
    Body,
    EmbedDialect,
    Placed,
    RerankDialect,
    Side,
)

INFO = "/info"
_BATCH = 32  # limit of a server, unless it is started with --max-client-batch-size


class Info(Struct):
    """A server's description of its model."""

    model_id: str
    model_sha: str | None = None
    model_dtype: str | None = None
    max_input_length: int | None = None
    max_client_batch_size: int | None = None


class _Rank(Struct):
    index: int
    score: float | None = None


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    del model  # a server has only one
    raw = kind is not ScoreKind.UNIT
    return {"query": query, "texts": list(texts), "raw_scores": raw, "truncate": True}


def _scores(answer: Any) -> list[Placed]:
    return [(rank.index, rank.score) for rank in msgspec.convert(answer, list[_Rank])]


def _embed(model: str, texts: Sequence[str], side: Side, /) -> Body:
    del model, side
    return {"inputs": list(texts), "truncate": True, "normalize": True}


def _vectors(answer: Any) -> list[tuple[int, list[float]]]:
    return list(enumerate(msgspec.convert(answer, list[list[float]])))


RERANK = RerankDialect(
    path="/rerank", batch=_BATCH, kind=ScoreKind.LOGIT, body=_rerank, scores=_scores
)
EMBED = EmbedDialect(path="/embed", batch=_BATCH, body=_embed, vectors=_vectors)
