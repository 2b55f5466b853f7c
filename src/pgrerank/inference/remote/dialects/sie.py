"""Superlinked Inference Engine (SIE): packages/sie_server, with JSON in place of MessagePack."""

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
    as_field,
)
from pgrerank.inference.remote.dialects.tei import Info

MODELS = "/v1/models"
_BATCH = 256  # of 1,000 that a server takes, so that a request ends in time


class _Score(Struct):
    #: index of the document, which was sent as its id
    item_id: int
    #: null or absent: the server has no score
    score: float | None = None


class _Scored(Struct):
    scores: list[_Score]


class _Dense(Struct):
    values: list[float]


class _Item(Struct):
    id: int
    dense: _Dense


class _Encoded(Struct):
    items: list[_Item]


class _Model(Struct):
    name: str
    revision: str | None = None
    max_sequence_length: int | None = None


class _Models(Struct):
    models: list[_Model]


def described(answer: Any, name: str) -> Info:
    """The server's description of the model of this name.

    Raises:
        msgspec.ValidationError: It has no such model, or the answer is no list of models.
    """
    models = {each.name: each for each in msgspec.convert(answer, _Models).models}
    if name not in models:
        names = ", ".join(models) or "none"
        raise msgspec.ValidationError(f"`{name}` is not among its models: {names}")
    model = models[name]
    return Info(model_id=name, model_sha=model.revision, max_input_length=model.max_sequence_length)


def _rerank(model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
    del model, kind  # the path names the model; scores are raw
    return {"query": {"text": query}, "items": _items(texts)}


def _scores(answer: Any) -> list[Placed]:
    scored = msgspec.convert(answer, _Scored, strict=False)
    return [(each.item_id, each.score) for each in scored.scores]


def _embed(model: str, texts: Sequence[str], side: Side, /) -> Body:
    del model
    params = {"output_types": ["dense"], "options": {"is_query": side == "query"}}
    return {"items": _items(texts), "params": params}


def _vectors(answer: Any) -> list[tuple[int, list[float]]]:
    encoded = msgspec.convert(answer, _Encoded, strict=False)
    return [(each.id, each.dense.values) for each in encoded.items]


def _items(texts: Sequence[str]) -> list[dict[str, str]]:
    return [{"id": str(place), "text": text} for place, text in enumerate(texts)]


RERANK = RerankDialect(
    path="/v1/score/{model}",
    batch=_BATCH,
    kind=ScoreKind.LOGIT,
    body=_rerank,
    scores=_scores,
    instruct=as_field,
)
EMBED = EmbedDialect(path="/v1/encode/{model}", batch=_BATCH, body=_embed, vectors=_vectors)
