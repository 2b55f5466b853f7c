"""Graphs compiled by OpenVINO for this CPU."""

from functools import cache
from typing import Any

from openvino import CompiledModel, Core, Model, Type

_MOST_STREAMS = 4  # with more, batches would be too small for the cores of each
_TYPES = {"fp32": Type.f32, "bf16": Type.bf16}


def compile_model(model: Model, arithmetic: str, threads: int) -> CompiledModel:
    """Compile for this CPU: a stream a thread, or a few streams that share the threads.

    Cores that each run a batch of their own need not wait for each other at every operation, as
    those must that run one together (figures in docs/benchmarks.md).

    Args:
        model: Any graph.
        arithmetic: Of floats, `fp32` or `bf16`; a graph holds its integers itself. A processor
            that does not compute bf16 imitates it, many times slower than it computes fp32.
        threads: Threads of all streams together.
    """
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": _TYPES[arithmetic],
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams(threads),
        # Pinned, two models in one process would sit on the same cores.
        "ENABLE_CPU_PINNING": False,
    }
    return _core().compile_model(model, "CPU", settings)


def streams(threads: int) -> int:
    """How many streams share so many threads: those that leave the fewest without work.

    Each has as many threads as another, so 7 threads make three streams of 2.
    """
    if threads == 1:
        return 1
    return max(range(2, _MOST_STREAMS + 1), key=lambda each: (threads // each * each, each))


@cache
def _core() -> Core:
    return Core()
