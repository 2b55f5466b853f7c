"""Compiled graphs in the cache compute the same, and a cache that fails costs only time."""

import os
from datetime import UTC, datetime, timedelta

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


def aged(folder, days):
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(folder, (then, then))


def test_a_new_graph_replaces_those_of_its_name_that_nobody_used_for_a_month(cache):
    build = Builder()
    network(build, "unused")
    [unused] = cache.glob("graph-small-*")
    network(build, "used")
    [used] = {*cache.glob("graph-small-*")} - {unused}
    other = cache / f"graph-smaller-{'0' * 12}"
    other.mkdir()
    for folder in (unused, used, other):
        aged(folder, 31)

    network(build, "used")  # from the cache, which marks it as used
    network(build, "new")

    assert not unused.exists()
    assert used.is_dir()
    assert other.is_dir()


def test_a_graph_that_was_used_last_week_stays(cache):
    build = Builder()
    network(build, "last week")
    [folder] = cache.glob("graph-small-*")
    aged(folder, 7)

    network(build, "new")

    assert folder.is_dir()
