"""Weights of a transformer that is stored as an ONNX graph with 8-bit matrices.

The format is that of ONNX Runtime's dynamic quantisation: a matrix is a constant of integers with
one scale and one zero point, real value = (integer - zero point) * scale. See "Quantize ONNX
models" in the documentation of ONNX Runtime.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from openvino import Core

from pgrerank.inference.vectors import Floats

_INTEGERS = "_quantized"
#: name of a product's node, with the module that it is in
_PRODUCT = re.compile(r"/(.+)/MatMul_quant")
#: prefix of matrices that are not named after their module
_UNNAMED = "onnx::"


def weights(path: Path) -> dict[str, Floats]:
    """Read the weights in fp32, by their names in a checkpoint of the same architecture.

    Linear weights are [out, in], as in PyTorch; in the graph they are transposed.

    Raises:
        RuntimeError: The file is not such a graph.
    """
    operations: list[Any] = Core().read_model(path).get_ops()
    constants = {
        each.get_friendly_name(): np.asarray(each.data)
        for each in operations
        if each.get_type_name() == "Constant"
    }
    vectors = {name: value for name, value in constants.items() if _is_vector(name, value)}
    linear = dict(_linear(operations))
    tables = {
        name: name
        for name in (each.removesuffix(_INTEGERS) for each in constants if each.endswith(_INTEGERS))
        if name not in linear.values()
    }
    return {
        **vectors,
        **{name: _real(constants, matrix) for name, matrix in tables.items()},
        **{
            name: np.ascontiguousarray(_real(constants, matrix).T)
            for name, matrix in linear.items()
        },
    }


def _is_vector(name: str, value: Any) -> bool:
    """Whether a constant is a bias or the weight of a normalisation."""
    return value.dtype == np.float32 and name.endswith((".weight", ".bias"))


def _real(constants: Mapping[str, Any], matrix: str) -> Floats:
    integers, zero = constants[f"{matrix}{_INTEGERS}"], constants[f"{matrix}_zero_point"]
    scale = np.float32(constants[f"{matrix}_scale"])
    return (integers.astype(np.float32) - np.float32(zero)) * scale


def _linear(operations: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Weight by its name in a checkpoint, and the constant of it, for each linear layer."""
    for each in operations:
        if each.get_type_name() == "MatMul" and (matrix := _matrix(each)) is not None:
            yield _checkpoint_name(matrix, each.get_friendly_name()), matrix


def _checkpoint_name(matrix: str, product: str) -> str:
    module = _PRODUCT.fullmatch(product)
    if module is None or not matrix.startswith(_UNNAMED):
        return matrix
    return f"{module[1].replace('/', '.')}.weight"


def _matrix(product: Any) -> str | None:
    """Name of the 8-bit constant that a product reads, behind its conversion and zero point.

    None: it multiplies two computed values, as attention does.
    """
    reached = [product]
    for node in reached:
        name: str = node.get_friendly_name()
        if name.endswith(_INTEGERS):
            return name.removesuffix(_INTEGERS)
        if node is product or node.get_type_name() in {"Subtract", "Convert"}:
            reached += [each.get_source_output().get_node() for each in node.inputs()]
    return None
