"""The bi-encoder as a backend: the whole module pipeline of a SentenceTransformer."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor
from torch.nn.functional import normalize

from pgrerank.inference.tensors import features
from pgrerank.inference.tokens import TokenSequence


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """What a bi-encoder makes of one sequence."""

    #: float32, unit length, on the CPU
    vector: Tensor
    #: float32, one row a token, special tokens included, on the model's device
    tokens: Tensor


class EncoderBackend:
    """Runs a SentenceTransformer on token ids, so that any pooling comes out as it was trained."""

    def __init__(self, model: SentenceTransformer, *, dtype: torch.dtype) -> None:
        self._transformer, *self._rest = list(model)
        # The modules behind the transformer cost nothing and stay in fp32.
        self._transformer.to(dtype)
        self._inputs: Sequence[str] = model.tokenizer.model_input_names
        self._padding = int(model.tokenizer.pad_token_id or 0)
        self._device = model.device

    @torch.inference_mode()
    def forward(self, batch: Sequence[TokenSequence]) -> list[EncodedRow]:
        """Run a batch. Padding stands on the right, whatever the tokenizer prefers."""
        given = features(batch, self._inputs, self._padding, self._device)
        state: dict[str, Any] = self._transformer(given)
        state["token_embeddings"] = state["token_embeddings"].float()
        for module in self._rest:
            state = module(state)
        vectors = normalize(state["sentence_embedding"].float(), dim=-1).cpu()
        tokens = state["token_embeddings"]
        return [
            EncodedRow(vector, tokens[index, : len(sequence)])
            for index, (vector, sequence) in enumerate(zip(vectors, batch, strict=True))
        ]
