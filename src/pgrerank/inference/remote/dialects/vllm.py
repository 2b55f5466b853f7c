"""vLLM: vllm/entrypoints/pooling/score/protocol.py."""

from collections.abc import Sequence
from typing import Any

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.dialects import cohere, openai
from pgrerank.inference.remote.dialects.dialect import (
    Body,
    EmbedDialect,
    RerankDialect,
    as_field,
)

_ALL = -1  # truncate to what the model can read; without it a long text is rejected


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    # Older versions do not know `use_activation`, so it is only sent if it is not the default.
    raw: dict[str, Any] = {} if kind is ScoreKind.UNIT else {"use_activation": False}
    return {
        "model": model,
        "query": query,
        "documents": list(texts),
        "truncate_prompt_tokens": _ALL,
        **raw,
    }


RERANK = RerankDialect(
    path="/rerank",
    batch=256,
    kind=ScoreKind.UNIT,
    body=_rerank,
    scores=cohere.scores,
    instruct=as_field,
)
EMBED = EmbedDialect(path="/v1/embeddings", batch=256, body=openai.body, vectors=openai.vectors)
