"""Jina's API: https://api.jina.ai/docs."""

from collections.abc import Sequence

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.dialects import cohere, openai
from pgrerank.inference.remote.dialects.dialect import Body, EmbedDialect, RerankDialect, Side


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    del kind
    return {"model": model, "query": query, "documents": list(texts), "return_documents": False}


def _embed(model: str, texts: Sequence[str], side: Side, /) -> Body:
    return {**openai.body(model, texts, side), "task": f"retrieval.{side}"}


RERANK = RerankDialect(
    path="/v1/rerank", batch=500, kind=ScoreKind.UNIT, body=_rerank, scores=cohere.scores
)
EMBED = EmbedDialect(path="/v1/embeddings", batch=128, body=_embed, vectors=openai.vectors)
