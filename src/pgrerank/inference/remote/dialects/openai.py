"""OpenAI's embeddings, which most servers offer: https://platform.openai.com/docs/api-reference."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pgrerank.inference.remote.dialects.dialect import Body, EmbedDialect, Side


class _Embedding(Struct):
    index: int
    embedding: list[float]


class _Embedded(Struct):
    data: list[_Embedding]


def body(model: str, texts: Sequence[str], side: Side, /) -> Body:
    """Body of a request, the same for queries and passages."""
    del side
    return {"model": model, "input": list(texts), "encoding_format": "float"}


def vectors(answer: Any) -> list[tuple[int, list[float]]]:
    """Vectors in `data`."""
    return [(each.index, each.embedding) for each in msgspec.convert(answer, _Embedded).data]


EMBED = EmbedDialect(path="/v1/embeddings", batch=256, body=body, vectors=vectors)
