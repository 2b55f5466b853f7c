"""Measures the ranges of a transformer's activations on texts, for int8."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from importlib import resources

import numpy as np

from pgrerank.inference.openvino.build import reach_graph
from pgrerank.inference.openvino.network import Network
from pgrerank.inference.openvino.quantise import MOVED, MOVED_BEHIND_GELU, Reach
from pgrerank.inference.openvino.runtime import compile_model
from pgrerank.inference.openvino.weights import Transformer
from pgrerank.inference.tensors import Features
from pgrerank.inference.tokens import Tokens, TokenSequence

_TEXTS = resources.files("pgrerank.inference.openvino") / "calibration.txt"
_PRODUCTS = 3  # per layer, see `Reach`


def questions() -> list[tuple[str, list[str]]]:
    """Packaged queries, each with passages that answer it and passages that do not."""
    blocks = _TEXTS.read_text(encoding="utf-8").strip().split("\n\n")
    return [(query, passages) for query, *passages in (block.splitlines() for block in blocks)]


def recipe() -> str:
    """Facts of the calibration that affect a model in int8, for its fingerprint."""
    digest = hashlib.sha256(_TEXTS.read_bytes()).hexdigest()
    return f"{MOVED}/{MOVED_BEHIND_GELU}/{digest}"


def pairs(tokens: Tokens) -> list[list[TokenSequence]]:
    """Pairs of query and passage, in batches of one, so that there is little padding."""
    readings = [tokens.pairs(query, passages) for query, passages in questions()]
    return [[read.sequences[0]] for block in readings for read in block]


def texts(tokens: Tokens) -> list[list[TokenSequence]]:
    """Queries and passages as single texts, in batches of one."""
    readings = [tokens.heads([query, *passages]) for query, passages in questions()]
    return [[read.sequences[0]] for block in readings for read in block]


def reaches(weights: Transformer, batches: Iterable[Features], *, threads: int) -> list[Reach]:
    """Ranges of every layer's inputs over some texts, in fp32.

    Args:
        weights: The transformer.
        batches: Batches of texts, at least one, with little padding, as padding counts too.
        threads: Threads that may be used.
    """
    network = Network(compile_model(reach_graph(weights), "fp32", threads))
    outputs = [network.all_outputs(features) for features in batches]
    largest = [np.max(each, axis=0) for each in zip(*outputs, strict=True)]
    ranges = [
        Reach(*largest[start : start + _PRODUCTS]) for start in range(0, len(largest), _PRODUCTS)
    ]
    half = len(ranges) // 2
    return [replace(reach, down=None) for reach in ranges[:half]] + ranges[half:]
