"""Compiled graphs in the cache compute the same, and a cache that fails costs only time."""

import numpy as np
import pytest

from pgrerank.inference.local.pytorch.graphs import transformer_weights
from pgrerank.inference.openvino.build import graph
from pgrerank.inference.openvino.cached import cached_network
from pgrerank.inference.openvino.calibrate import reaches
from pgrerank.inference.openvino.network import Network
from pgrerank.inference.openvino.runtime import compile_model
from tests.inference.small import bert

DICE = np.random.default_rng(1)
GIVEN = {
    "input_ids": DICE.integers(5, 1000, (3, 17)),
    "attention_mask": np.array([[1] * 17, [1] * 9 + [0] * 8, [1] * 3 + [0] * 14]),
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "pgrerank"


class Builder:
    """Builds a small graph, and counts how often."""

    def __init__(self, *, integers=False):
        self.weights = transformer_weights(bert().base_model)
        self.ranges = reaches(self.weights, [GIVEN], threads=1) if integers else None
        self.built = 0

    def __call__(self):
        self.built += 1
        return graph(self.weights, first_only=False, reaches=self.ranges)


def network(build, fingerprint="a", arithmetic="fp32"):
    return cached_network("small", fingerprint, build, arithmetic, threads=2)


@pytest.mark.parametrize("arithmetic", ["fp32", "bf16"])
@pytest.mark.parametrize("integers", [False, True])
def test_a_graph_from_the_cache_computes_the_same_bits(arithmetic, integers):
    build = Builder(integers=integers)
    direct = Network(compile_model(build(), arithmetic, 2))(GIVEN)
    network(build, arithmetic=arithmetic)

    np.testing.assert_array_equal(network(build, arithmetic=arithmetic)(GIVEN), direct)
    assert build.built == 2  # directly, and once for the cache


def test_other_weights_and_other_arithmetic_have_graphs_of_their_own():
    build = Builder()
    for fingerprint, arithmetic in [("a", "fp32"), ("b", "fp32"), ("a", "bf16"), ("a", "fp32")]:
        network(build, fingerprint, arithmetic)

    assert build.built == 3


@pytest.mark.parametrize("name", ["graph.blob", "graph.sha256"])
@pytest.mark.parametrize("content", [None, b"", b"\x00" * 100])
def test_an_altered_graph_is_compiled_again(cache, name, content):
    build = Builder()
    before = network(build)(GIVEN)
    (file,) = cache.glob(f"*/{name}")
    file.unlink()
    if content is not None:
        file.write_bytes(content)

    np.testing.assert_array_equal(network(build)(GIVEN), before)
    assert build.built == 2
    assert network(build)(GIVEN).shape == before.shape
    assert build.built == 2


def test_without_a_cache_the_graph_is_compiled_at_each_call(cache):
    build = Builder()
    before = network(build, "other")(GIVEN)
    for folder in cache.iterdir():
        folder.rename(folder.with_name("elsewhere"))
    cache.rename(cache.with_name("elsewhere"))
    cache.write_text("not a folder")

    np.testing.assert_array_equal(network(build)(GIVEN), before)
    assert build.built == 2


def test_parts_of_a_write_that_was_interrupted_are_not_used(cache):
    def dies():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        network(dies)

    assert list(cache.iterdir()) == []
