"""A compiled graph, run on the features that transformers read."""
# pyright: reportUnknownMemberType=false

from queue import SimpleQueue
from typing import Any

import numpy as np
from openvino import CompiledModel

from pgrerank.inference.tensors import Features
from pgrerank.inference.vectors import Floats


class Network:
    """Runs a graph of `build` on this CPU. As many threads as it has streams may call it at once.

    Args:
        model: The compiled graph.
        memory: Kept as long as the network, for a model whose weights are in it.
    """

    def __init__(self, model: CompiledModel, memory: object = None) -> None:
        self._memory = memory
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
