"""Builds OpenVINO graphs from a transformer's weights."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportGeneralTypeIssues=false

from collections.abc import Sequence
from typing import Any

import numpy as np
from openvino import Model, PartialShape
from openvino import opset13 as op

from pgrerank.inference.openvino.quantise import (
    MOVED,
    MOVED_BEHIND_GELU,
    IntegerDense,
    Reach,
    rounding,
)
from pgrerank.inference.openvino.weights import Dense, Layer, Norm, Transformer
from pgrerank.inference.vectors import Floats

INPUTS = ("ids", "mask", "types")
_FAR = 1e9  # below every attention score


def graph(
    weights: Transformer, *, first_only: bool, reaches: Sequence[Reach] | None = None
) -> Model:
    """Build the graph from token ids to the last layer's output.

    Inputs, in order: ids, mask (1 for a token, 0 for padding) and types, each [batch, tokens] of
    int64.

    Args:
        weights: The transformer.
        first_only: Output only the first token, [batch, 1, hidden], which is all that a classifier
            reads; the last layer then computes only keys and values for the others. Otherwise
            output [batch, tokens, hidden].
        reaches: Ranges of the inputs of each layer's products; if given, these run in int8.
    """
    inputs = _parameters()
    ids, mask, types = inputs
    bias = _bias(mask)
    stream = _embeddings(weights, ids, types)
    each: Sequence[Reach | None] = reaches or [None] * len(weights.layers)
    for layer, reach in zip(weights.layers[:-1], each[:-1], strict=True):
        stream = _layer(layer, stream, bias, weights.heads, reach)
    last = _last if first_only else _layer
    stream = last(weights.layers[-1], stream, bias, weights.heads, each[-1])
    return Model([stream], inputs, "transformer")


def reach_graph(weights: Transformer) -> Model:
    """Build the graph that measures the ranges of the inputs of each layer's products.

    Inputs as of `graph`. Outputs: three per layer, for attention, up and down, each the largest
    magnitude in every channel, [hidden] or [inner], padding included.
    """
    inputs = _parameters()
    ids, mask, types = inputs
    bias = _bias(mask)
    stream = _embeddings(weights, ids, types)
    outputs: list[Any] = []
    for layer in weights.layers:
        middle = _attend(layer, stream, bias, weights.heads, None)
        inner = _widen(layer, middle, None)
        outputs += [_largest(each) for each in (stream, middle, inner)]
        stream = _narrow(layer, inner, middle, None)
    return Model(outputs, inputs, "reaches")


def _parameters() -> list[Any]:
    return [op.parameter(PartialShape([-1, -1]), np.int64, name) for name in INPUTS]


def _largest(given: Any) -> Any:
    return op.reduce_max(op.absolute(given), _integers(0, 1))


def _bias(mask: Any) -> Any:
    """Bias of attention scores, [batch, 1, 1, tokens], which excludes padding."""
    padding = op.subtract(op.convert(mask, "f32"), _constant(np.float32(1)))
    return op.unsqueeze(op.multiply(padding, _constant(np.float32(_FAR))), _integers(1, 2))


def _embeddings(weights: Transformer, ids: Any, types: Any) -> Any:
    length = op.gather(op.shape_of(ids, "i32"), _integers(1), _axis(0))
    positions = op.slice(
        _constant(weights.positions), _integers(0), length, _integers(1), _integers(0)
    )
    rows = op.gather(_constant(weights.words), ids, _axis(0))
    kinds = op.gather(_constant(weights.types), types, _axis(0))
    return _layer_norm(op.add(op.add(rows, kinds), positions), weights.norm)


def _layer(layer: Layer, stream: Any, bias: Any, heads: int, reach: Reach | None) -> Any:
    middle = _attend(layer, stream, bias, heads, reach)
    return _narrow(layer, _widen(layer, middle, reach), middle, reach)


def _attend(layer: Layer, stream: Any, bias: Any, heads: int, reach: Reach | None) -> Any:
    """Attention with its normalisation, the first half of a layer."""
    query, key, value = _linear(
        stream, layer.query, layer.key, layer.value, reach=reach and reach.attention
    )
    mixed = _attention(query, key, value, bias, heads)
    (mixed,) = _linear(mixed, layer.mixed)
    return _layer_norm(op.add(mixed, stream), layer.mixed_norm)


def _widen(layer: Layer, middle: Any, reach: Reach | None) -> Any:
    (inner,) = _linear(middle, layer.up, reach=reach and reach.up)
    return op.gelu(inner, "erf")


def _narrow(layer: Layer, inner: Any, middle: Any, reach: Reach | None) -> Any:
    (inner,) = _linear(inner, layer.down, reach=reach and reach.down, share=MOVED_BEHIND_GELU)
    return _layer_norm(op.add(inner, middle), layer.norm)


def _last(layer: Layer, stream: Any, bias: Any, heads: int, reach: Reach | None) -> Any:
    """The layer for the first token only, which attends to all tokens.

    Products for one token are cheap and do not run in int8.
    """
    first = op.slice(stream, _integers(0), _integers(1), _integers(1), _integers(1))
    (query,) = _linear(first, layer.query)
    key, value = _linear(stream, layer.key, layer.value, reach=reach and reach.attention)
    (mixed,) = _linear(_attention(query, key, value, bias, heads), layer.mixed)
    first = _layer_norm(op.add(mixed, first), layer.mixed_norm)
    (inner,) = _linear(first, layer.up)
    (inner,) = _linear(op.gelu(inner, "erf"), layer.down)
    return _layer_norm(op.add(inner, first), layer.norm)


def _linear(
    given: Any, *layers: Dense, reach: Floats | None = None, share: float = MOVED
) -> list[Any]:
    """Outputs of linear layers that share an input; in int8 if its `reach` is given."""
    if reach is None:
        return [_product(given, _constant(dense.weight), dense) for dense in layers]
    how = rounding(reach, layers, share)
    edges = [_constant(np.float32(edge)) for edge in (how.lowest, how.highest)]
    rounded = op.fake_quantize(op.multiply(given, _constant(how.factor)), *edges, *edges, 256)
    return [
        _product(rounded, _dequantise(integer), dense)
        for integer, dense in zip(how.layers, layers, strict=True)
    ]


def _product(given: Any, weight: Any, dense: Dense) -> Any:
    product = op.matmul(given, weight, transpose_a=False, transpose_b=True)
    return op.add(product, _constant(dense.bias))


def _dequantise(integer: IntegerDense) -> Any:
    return op.multiply(op.convert(_constant(integer.weight), "f32"), _constant(integer.step))


def _attention(query: Any, key: Any, value: Any, bias: Any, heads: int) -> Any:
    """Attention of [batch, tokens, hidden] to [batch, other tokens, hidden]."""
    parts = [_apart(given, heads) for given in (query, key, value)]
    mixed = op.scaled_dot_product_attention(*parts, bias, causal=False)
    rows = op.transpose(mixed, _integers(0, 2, 1, 3))
    return op.reshape(rows, _integers(0, 0, -1), special_zero=True)


def _apart(given: Any, heads: int) -> Any:
    """Split heads: [batch, tokens, hidden] to [batch, heads, tokens, size of a head]."""
    size = given.get_output_partial_shape(0)[2].get_length() // heads
    rows = op.reshape(given, _integers(0, -1, heads, size), special_zero=True)
    return op.transpose(rows, _integers(0, 2, 1, 3))


def _layer_norm(given: Any, norm: Norm) -> Any:
    centred = op.mvn(
        given,
        _integers(-1),
        normalize_variance=True,
        eps=norm.epsilon,
        eps_mode="inside_sqrt",
    )
    return op.add(op.multiply(centred, _constant(norm.weight)), _constant(norm.bias))


def _constant(values: Any) -> Any:
    return op.constant(np.require(values, requirements="C"))


def _integers(*values: int) -> Any:
    return op.constant(np.array(values, np.int32))


def _axis(value: int) -> Any:
    return op.constant(np.array(value, np.int32))
