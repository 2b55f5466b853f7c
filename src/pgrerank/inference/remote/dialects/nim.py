"""NVIDIA NIM: https://docs.nvidia.com/nim/nemo-retriever/text-reranking."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.dialects import openai
from pgrerank.inference.remote.dialects.dialect import (
    Body,
    EmbedDialect,
    Placed,
    RerankDialect,
    Side,
)


class _Rank(Struct):
    index: int
    logit: float | None = None


class _Ranked(Struct):
    rankings: list[_Rank]


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    del kind
    passages = [{"text": text} for text in texts]
    return {"model": model, "query": {"text": query}, "passages": passages, "truncate": "END"}


def _scores(answer: Any) -> list[Placed]:
    return [(rank.index, rank.logit) for rank in msgspec.convert(answer, _Ranked).rankings]


def _embed(model: str, texts: Sequence[str], side: Side, /) -> Body:
    return {**openai.body(model, texts, side), "input_type": side, "truncate": "END"}


RERANK = RerankDialect(
    path="/v1/ranking", batch=512, kind=ScoreKind.LOGIT, body=_rerank, scores=_scores
)
EMBED = EmbedDialect(path="/v1/embeddings", batch=128, body=_embed, vectors=openai.vectors)
