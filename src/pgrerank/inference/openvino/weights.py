"""The weights of a transformer of the BERT family, read from its torch module."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertModel, PreTrainedModel, RobertaModel, XLMRobertaModel

Floats: TypeAlias = NDArray[np.float32]

_FAMILY = (BertModel, RobertaModel, XLMRobertaModel)
_ACTIVATIONS = frozenset({"gelu"})


@dataclass(frozen=True, slots=True)
class Dense:
    """A linear layer: weight [out, in], bias [out]."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer normalisation over the last axis."""

    weight: Floats
    bias: Floats
    epsilon: float


@dataclass(frozen=True, slots=True)
class Layer:
    """Self-attention and the feed-forward part, each with its normalisation behind it."""

    query: Dense
    key: Dense
    value: Dense
    mixed: Dense
    mixed_norm: Norm
    up: Dense
    down: Dense
    norm: Norm


@dataclass(frozen=True, slots=True)
class Transformer:
    """An encoder: embeddings and layers."""

    #: [vocabulary, hidden]
    words: Floats
    #: [longest sequence, hidden], row 0 for the first token
    positions: Floats
    #: [token types, hidden]
    types: Floats
    norm: Norm
    layers: list[Layer]
    heads: int


def obstacle(module: PreTrainedModel) -> str | None:
    """Why the graph of a transformer cannot be built; None: it can."""
    if type(module) not in _FAMILY:
        return f"{type(module).__name__} is none of {', '.join(k.__name__ for k in _FAMILY)}"
    config: Any = module.config
    if config.hidden_act not in _ACTIVATIONS:
        return f"its activation is {config.hidden_act}"
    if config.is_decoder or config.add_cross_attention:
        return "it is a decoder"
    kind = getattr(config, "position_embedding_type", "absolute")
    return None if kind in ("absolute", None) else f"its positions are {kind}"


def transformer(module: PreTrainedModel) -> Transformer:
    """Read the weights, as float32, of a module without an obstacle."""
    part: Any = module
    embeddings = part.embeddings
    # RoBERTa counts positions from behind the padding's own row.
    first = 0 if type(module) is BertModel else part.config.pad_token_id + 1
    return Transformer(
        words=_floats(embeddings.word_embeddings.weight),
        positions=_floats(embeddings.position_embeddings.weight)[first:],
        types=_floats(embeddings.token_type_embeddings.weight),
        norm=_norm(embeddings.LayerNorm),
        layers=[_layer(layer) for layer in part.encoder.layer],
        heads=part.config.num_attention_heads,
    )


def _layer(layer: Any) -> Layer:
    attention = layer.attention
    return Layer(
        query=_dense(attention.self.query),
        key=_dense(attention.self.key),
        value=_dense(attention.self.value),
        mixed=_dense(attention.output.dense),
        mixed_norm=_norm(attention.output.LayerNorm),
        up=_dense(layer.intermediate.dense),
        down=_dense(layer.output.dense),
        norm=_norm(layer.output.LayerNorm),
    )


def _dense(layer: nn.Linear) -> Dense:
    return Dense(_floats(layer.weight), _floats(layer.bias))


def _norm(layer: nn.LayerNorm) -> Norm:
    return Norm(_floats(layer.weight), _floats(layer.bias), layer.eps)


def _floats(parameter: Tensor) -> Floats:
    return parameter.detach().float().cpu().numpy()
