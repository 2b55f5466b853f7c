"""A compiled graph, run on the features that transformers read."""
# pyright: reportUnknownMemberType=false

from queue import SimpleQueue
from typing import Any

import torch
from openvino import Model
from torch import Tensor

from pgrerank.inference.openvino.runtime import compile_model
from pgrerank.inference.tensors import Features


class Network:
    """Runs a graph of `build` on this CPU, for as many threads at once as it has streams.

    Args:
        graph: What to compile.
        arithmetic: Of floats, `fp32` or `bf16`.
        threads: Threads of all streams together.
    """

    def __init__(self, graph: Model, arithmetic: str, *, threads: int) -> None:
        model = compile_model(graph, arithmetic, threads)
        #: batches that may run at once
        self.parallel = int(model.get_property("NUM_STREAMS"))
        self._free = SimpleQueue[Any]()
        for _ in range(self.parallel):
            self._free.put(model.create_infer_request())

    def __call__(self, given: Features) -> Tensor:
        """The graph's output, one row a sequence; what stands where padding was means nothing."""
        ids, mask = given["input_ids"], given["attention_mask"]
        types = given.get("token_type_ids", torch.zeros_like(ids))
        inputs = [tensor.numpy() for tensor in (ids, mask, types)]
        request = self._free.get()
        try:
            # A copy of the output: the next batch is written over the request's own memory.
            return torch.from_numpy(request.infer(inputs, share_inputs=True)[0])
        finally:
            self._free.put(request)
