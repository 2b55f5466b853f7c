"""A compiled graph, run on the features that transformers read."""
# pyright: reportUnknownMemberType=false

from queue import SimpleQueue
from typing import Any

import numpy as np
from openvino import Model

from pgrerank.inference.openvino.runtime import compile_model
from pgrerank.inference.tensors import Features
from pgrerank.inference.vectors import Floats


class Network:
    """Runs a graph of `build` on this CPU. As many threads as it has streams may call it at once.

    Args:
        graph: The graph to compile.
        arithmetic: Arithmetic of floats, `fp32` or `bf16`.
        threads: Threads of all streams together.
    """

    def __init__(self, graph: Model, arithmetic: str, *, threads: int) -> None:
        model = compile_model(graph, arithmetic, threads)
        #: batches that may run at once
        self.parallel = int(model.get_property("NUM_STREAMS"))
        self._free = SimpleQueue[Any]()
        for _ in range(self.parallel):
            self._free.put(model.create_infer_request())

    def __call__(self, features: Features) -> Floats:
        """Output of the graph, one row per sequence; values at padding have no meaning."""
        return self.all_outputs(features)[0]

    def all_outputs(self, features: Features) -> list[Floats]:
        """Every output of the graph, in order."""
        request = self._free.get()
        try:
            # Outputs are copied: the next batch overwrites the memory of the request.
            outputs = request.infer(_inputs(features), share_inputs=True)
            return [*outputs.values()]
        finally:
            self._free.put(request)


def _inputs(features: Features) -> list[Any]:
    """Inputs in the order of `build.INPUTS`; token types are zeros if the model has none."""
    ids, mask = features["input_ids"], features["attention_mask"]
    types = features.get("token_type_ids")
    return [ids, mask, np.zeros_like(ids) if types is None else types]
