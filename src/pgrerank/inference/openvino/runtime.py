"""Compiles graphs with OpenVINO for this CPU."""

from functools import cache
from typing import Any

from openvino import CompiledModel, Core, Model, Type

_MOST_STREAMS = 4  # with more, batches would be too small for the cores of a stream
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
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": _TYPES[arithmetic],
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams(threads),
        # With pinning, two models in one process would run on the same cores.
        "ENABLE_CPU_PINNING": False,
    }
    return _core().compile_model(model, "CPU", settings)


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
