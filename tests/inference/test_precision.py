import pytest

from pgrerank.inference.local.machine import machine
from pgrerank.inference.precision import Machine, route

NEW = Machine(gpu=False, bf16=True, int8=True)
OLD = Machine(gpu=False, bf16=False, int8=False)
BETWEEN = Machine(gpu=False, bf16=False, int8=True)
GPU = Machine(gpu=True, bf16=True, int8=True)


@pytest.mark.parametrize(
    ("wanted", "unsupported_reason", "on", "runtime", "precision"),
    [
        ("exact", None, NEW, "torch", "fp32"),
        ("exact", None, GPU, "torch", "fp32"),
        ("fast", None, NEW, "openvino", "bf16"),
        ("fast", None, OLD, "openvino", "fp32"),
        ("fast", None, GPU, "torch", "torch-bf16"),
        ("fast", "it is a decoder", NEW, "torch", "torch-bf16"),
        ("fast", "it is a decoder", OLD, "torch", "fp32"),
        ("int8", None, NEW, "openvino", "int8"),
        ("int8", None, BETWEEN, "openvino", "int8-fp32"),
        ("int8", None, OLD, "openvino", "fp32"),
        ("int8", None, GPU, "torch", "torch-bf16"),
        ("int8", "it is a decoder", NEW, "torch", "torch-bf16"),
    ],
)
def test_the_best_that_a_machine_can_do_honestly(
    wanted, unsupported_reason, on, runtime, precision
):
    chosen = route(wanted, unsupported_reason, on)

    assert (chosen.runtime, chosen.precision) == (runtime, precision)


def test_a_model_with_a_graph_of_its_own_is_exact_without_torch():
    chosen = route("exact", None, NEW, reference="openvino")

    assert (chosen.runtime, chosen.precision) == ("openvino", "fp32")


def test_a_route_says_what_stood_in_the_way():
    assert "it is a decoder" in str(route("fast", "it is a decoder", NEW))
    assert "no vnni" in str(route("int8", None, OLD))
    assert "no bf16" in str(route("fast", None, OLD))


def test_integers_stand_beside_the_floats_that_the_processor_computes():
    assert str(route("int8", None, NEW)).startswith("int8 and bf16 on openvino (as asked")
    assert str(route("int8", None, BETWEEN)).startswith("int8 and fp32 on openvino (as asked")


def test_this_machine_is_looked_at():
    assert isinstance(machine().bf16, bool)


def test_a_gpu_without_bf16_computes_fp32():
    assert route("fast", None, Machine(gpu=True, bf16=False, int8=True)).arithmetic == "fp32"
