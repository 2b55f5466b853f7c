"""A compiled graph, run on the features that transformers read."""
# pyright: reportUnknownMemberType=false

import torch
from openvino import Model
from torch import Tensor

from pgrerank.inference.graph.runtime import compiled
from pgrerank.inference.tensors import Features


class Network:
    """Runs a graph of `build` on this CPU. One thread at a time may use it.

    Args:
        graph: What to compile.
        arithmetic: Of floats, `fp32` or `bf16`.
        threads: Threads of one batch.
    """

    def __init__(self, graph: Model, arithmetic: str, *, threads: int) -> None:
        self._request = compiled(graph, arithmetic, threads).create_infer_request()

    def __call__(self, given: Features) -> Tensor:
        """The graph's output, one row a sequence; what stands where padding was means nothing."""
        ids, mask = given["input_ids"], given["attention_mask"]
        types = given.get("token_type_ids", torch.zeros_like(ids))
        inputs = [tensor.numpy() for tensor in (ids, mask, types)]
        # A copy of the output: the next batch is written over the request's own memory.
        return torch.from_numpy(self._request.infer(inputs, share_inputs=True)[0])
