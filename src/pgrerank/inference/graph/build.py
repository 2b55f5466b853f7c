"""A transformer's weights as an OpenVINO graph."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportGeneralTypeIssues=false

from typing import Any

import numpy as np
from openvino import Model, PartialShape
from openvino import opset13 as op

from pgrerank.inference.graph.weights import Dense, Layer, Norm, Transformer

INPUTS = ("ids", "mask", "types")
_FAR = 1e9  # below every attention score


def graph(weights: Transformer, *, first_only: bool) -> Model:
    """Build the graph from token ids to the last layer's output.

    Inputs, in order: ids, mask (1 for a token, 0 for padding) and types, each [batch, tokens] of
    int64.

    Args:
        weights: The transformer.
        first_only: Give [batch, 1, hidden], the first token alone, which is all that a classifier
            reads: in the last layer nothing else is then computed but keys and values. Otherwise
            [batch, tokens, hidden].
    """
    inputs = [op.parameter(PartialShape([-1, -1]), np.int64, name) for name in INPUTS]
    ids, mask, types = inputs
    bias = _bias(mask)
    stream = _embedded(weights, ids, types)
    for layer in weights.layers[:-1]:
        stream = _layer(layer, stream, stream, bias, weights.heads)
    last = _first(stream) if first_only else stream
    stream = _layer(weights.layers[-1], last, stream, bias, weights.heads)
    return Model([stream], inputs, "transformer")


def _bias(mask: Any) -> Any:
    """What is added to every attention score, [batch, 1, 1, tokens]: padding falls out."""
    padding = op.subtract(op.convert(mask, "f32"), _floats(np.float32(1)))
    return op.unsqueeze(op.multiply(padding, _floats(np.float32(_FAR))), _integers(1, 2))


def _embedded(weights: Transformer, ids: Any, types: Any) -> Any:
    length = op.gather(op.shape_of(ids, "i32"), _integers(1), _axis(0))
    positions = op.slice(
        _floats(weights.positions), _integers(0), length, _integers(1), _integers(0)
    )
    rows = op.gather(_floats(weights.words), ids, _axis(0))
    kinds = op.gather(_floats(weights.types), types, _axis(0))
    return _normalised(op.add(op.add(rows, kinds), positions), weights.norm)


def _layer(layer: Layer, stream: Any, context: Any, bias: Any, heads: int) -> Any:
    """One layer for the tokens of `stream`, which look at those of `context`."""
    size = layer.query.bias.size // heads
    query = _apart(_linear(stream, layer.query), heads, size)
    key = _apart(_linear(context, layer.key), heads, size)
    value = _apart(_linear(context, layer.value), heads, size)
    mixed = _together(op.scaled_dot_product_attention(query, key, value, bias, causal=False))
    stream = _normalised(op.add(_linear(mixed, layer.mixed), stream), layer.mixed_norm)
    inner = op.gelu(_linear(stream, layer.up), "erf")
    return _normalised(op.add(_linear(inner, layer.down), stream), layer.norm)


def _linear(given: Any, dense: Dense) -> Any:
    product = op.matmul(given, _floats(dense.weight), transpose_a=False, transpose_b=True)
    return op.add(product, _floats(dense.bias))


def _normalised(given: Any, norm: Norm) -> Any:
    centred = op.mvn(
        given,
        _integers(-1),
        normalize_variance=True,
        eps=norm.epsilon,
        eps_mode="inside_sqrt",
    )
    return op.add(op.multiply(centred, _floats(norm.weight)), _floats(norm.bias))


def _first(given: Any) -> Any:
    return op.slice(given, _integers(0), _integers(1), _integers(1), _integers(1))


def _apart(given: Any, heads: int, size: int) -> Any:
    """[batch, tokens, hidden] to [batch, heads, tokens, size of a head]."""
    rows = op.reshape(given, _integers(0, -1, heads, size), special_zero=True)
    return op.transpose(rows, _integers(0, 2, 1, 3))


def _together(given: Any) -> Any:
    """[batch, heads, tokens, size of a head] to [batch, tokens, hidden]."""
    return op.reshape(
        op.transpose(given, _integers(0, 2, 1, 3)), _integers(0, 0, -1), special_zero=True
    )


def _floats(values: Any) -> Any:
    return op.constant(np.require(values, requirements="C"))


def _integers(*values: int) -> Any:
    return op.constant(np.array(values, np.int32))


def _axis(value: int) -> Any:
    return op.constant(np.array(value, np.int32))
