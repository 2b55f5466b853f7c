"""Compiles graphs with OpenVINO for this CPU."""
# pyright: reportUnknownMemberType=false

from functools import cache
from typing import Any

from openvino import CompiledModel, Core, Model, Tensor, Type, get_version

_MOST_STREAMS = 4  # with more, batches would be too small for the cores of a stream
_FACTS = ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")
_TYPES = {"fp32": Type.f32, "bf16": Type.bf16}


def compile_model(model: Model, arithmetic: str, threads: int) -> CompiledModel:
    """Compile for this CPU, with up to four streams that share the threads.

    Cores that run separate batches need not wait for each other at every operation, unlike cores
    that share a batch (figures in docs/benchmarks.md).

    Args:
        model: Any graph.
        arithmetic: Arithmetic of floats, `fp32` or `bf16`; int8 is part of the graph. A processor
            without bf16 emulates it, many times slower than fp32.
        threads: Threads of all streams together.
    """
    return _core().compile_model(model, "CPU", _settings(arithmetic, threads))


def import_model(exported: Any, arithmetic: str, threads: int) -> CompiledModel:
    """Compile a graph that `CompiledModel.export_model` wrote. See `compile_model`.

    Args:
        exported: Its bytes as an array of uint8, which must outlive the model: the weights stay there.
        arithmetic: As it was compiled.
        threads: Threads of all streams together.

    Raises:
        RuntimeError: These are not the bytes of a graph for this version of OpenVINO.
    """
    settings = _settings(arithmetic, threads)
    return _core().import_model(Tensor(exported, shared_memory=True), "CPU", settings)


def platform() -> str:
    """What an exported graph depends on: version of OpenVINO, processor and its capabilities."""
    facts = [_core().get_property("CPU", name) for name in _FACTS]
    return "\n".join(map(str, [get_version(), *facts]))


def _settings(arithmetic: str, threads: int) -> dict[str, Any]:
    return {
        "INFERENCE_PRECISION_HINT": _TYPES[arithmetic],
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams(threads),
        # With pinning, two models in one process would run on the same cores.
        "ENABLE_CPU_PINNING": False,
    }


def streams(threads: int) -> int:
    """Number of streams for this many threads: the one that leaves the fewest threads idle.

    All streams have equally many threads, so 7 threads make three streams of 2.
    """
    if threads == 1:
        return 1
    return max(range(2, _MOST_STREAMS + 1), key=lambda each: (threads // each * each, each))


@cache
def _core() -> Core:
    return Core()
