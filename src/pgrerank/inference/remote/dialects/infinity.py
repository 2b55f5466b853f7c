"""infinity: infinity_emb/fastapi_schemas/pymodels.py in version 0.0.77."""

from collections.abc import Sequence

from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.dialects import cohere, openai
from pgrerank.inference.remote.dialects.dialect import Body, EmbedDialect, RerankDialect


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    return {
        "model": model,
        "query": query,
        "documents": list(texts),
        "raw_scores": kind is not ScoreKind.UNIT,
        "return_documents": False,
    }


RERANK = RerankDialect(
    path="/rerank", batch=256, kind=ScoreKind.LOGIT, body=_rerank, scores=cohere.scores
)
EMBED = EmbedDialect(path="/embeddings", batch=256, body=openai.body, vectors=openai.vectors)
