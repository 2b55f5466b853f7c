"""The bi-encoder as a backend: the whole module pipeline of a SentenceTransformer."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from pgrerank.inference.tensors import Features, Feed, Forward
from pgrerank.inference.tokens import TokenSequence


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """What a bi-encoder makes of one sequence."""

    #: float32, unit length, on the CPU
    vector: Tensor
    #: float32, one row a token, special tokens included, on the model's device
    tokens: Tensor


class EncoderBackend:
    """Runs a bi-encoder on token ids, so that any pooling comes out as it was trained.

    Args:
        feed: What the transformer reads.
        states: The transformer: [batch, tokens, hidden] from its features.
        rest: The modules behind it. They cost nothing and stay in fp32.
        parallel: Batches that it runs the quickest, each in a thread.
    """

    def __init__(
        self, feed: Feed, states: Forward, rest: Sequence[nn.Module], *, parallel: int = 1
    ) -> None:
        self.parallel = parallel
        self._feed = feed
        self._states = states
        self._rest = rest

    @torch.inference_mode()
    def forward(self, batch: Sequence[TokenSequence]) -> list[EncodedRow]:
        """Run a batch."""
        given = self._feed(batch)
        tokens = self._states(given).float()
        state: dict[str, Any] = {**given, "token_embeddings": tokens}
        for module in self._rest:
            state = module(state)
        vectors = normalize(state["sentence_embedding"].float(), dim=-1).cpu()
        tokens = state["token_embeddings"]
        return [
            EncodedRow(vector, tokens[index, : len(sequence)])
            for index, (vector, sequence) in enumerate(zip(vectors, batch, strict=True))
        ]


def torch_states(transformer: nn.Module, dtype: torch.dtype) -> Forward:
    """The transformer module of a SentenceTransformer, run by torch."""
    transformer.to(dtype)

    def states(given: Features) -> Tensor:
        return transformer({**given})["token_embeddings"]

    return states
