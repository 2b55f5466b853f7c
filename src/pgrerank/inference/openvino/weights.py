"""Weights of a transformer of the BERT family, by their names in its checkpoints."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count, takewhile
from typing import TypeAlias

from pgrerank.inference.vectors import Floats

#: arrays by name, such as `encoder.layer.0.output.dense.weight`
WeightsByName: TypeAlias = Mapping[str, Floats]


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
    """Self-attention and the feed-forward part, each followed by its normalisation."""

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


def transformer(
    weights: WeightsByName, *, heads: int, epsilon: float, first_position: int = 0
) -> Transformer:
    """Read the weights.

    Args:
        weights: Weights in fp32.
        heads: Attention heads of a layer.
        epsilon: Epsilon of each normalisation.
        first_position: Position row of the first token; in RoBERTa the one after the padding's row.
    """
    numbers = takewhile(lambda n: f"{_layer_name(n)}.output.dense.weight" in weights, count())
    return Transformer(
        words=weights["embeddings.word_embeddings.weight"],
        positions=weights["embeddings.position_embeddings.weight"][first_position:],
        types=weights["embeddings.token_type_embeddings.weight"],
        norm=_norm(weights, "embeddings.LayerNorm", epsilon),
        layers=[_layer(weights, _layer_name(number), epsilon) for number in numbers],
        heads=heads,
    )


def dense(weights: WeightsByName, name: str) -> Dense:
    """A linear layer by its name."""
    return Dense(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _layer_name(number: int) -> str:
    return f"encoder.layer.{number}"


def _layer(weights: WeightsByName, name: str, epsilon: float) -> Layer:
    attention = f"{name}.attention"
    return Layer(
        query=dense(weights, f"{attention}.self.query"),
        key=dense(weights, f"{attention}.self.key"),
        value=dense(weights, f"{attention}.self.value"),
        mixed=dense(weights, f"{attention}.output.dense"),
        mixed_norm=_norm(weights, f"{attention}.output.LayerNorm", epsilon),
        up=dense(weights, f"{name}.intermediate.dense"),
        down=dense(weights, f"{name}.output.dense"),
        norm=_norm(weights, f"{name}.output.LayerNorm", epsilon),
    )


def _norm(weights: WeightsByName, name: str, epsilon: float) -> Norm:
    return Norm(weights[f"{name}.weight"], weights[f"{name}.bias"], epsilon)
