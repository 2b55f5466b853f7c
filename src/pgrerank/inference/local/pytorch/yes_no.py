"""Language models as rerankers: they answer yes or no to whether a passage fits a query."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ModelKind, ScoreKind
from pgrerank.inference.local.cross_encoder import CrossPairing
from pgrerank.inference.local.loaded import LoadedModel, model_card
from pgrerank.inference.local.pytorch.backend import feed_of
from pgrerank.inference.local.pytorch.device import device, dtype, tensors
from pgrerank.inference.model_files import Files
from pgrerank.inference.precision import Machine, Precision, route
from pgrerank.inference.tensors import Feed
from pgrerank.inference.tokens import Tokens, TokenSequence

TEMPLATE = "yes-no/1"  # part of the fingerprint: change it when the input or the score changes
_MAX_LENGTH = 1_024  # default maximum tokens; the cost of attention is quadratic in it


@dataclass(frozen=True, slots=True)
class Frame:
    """Prompt that a model was trained with, around a query and a passage."""

    before: str
    between: str
    after: str
    yes: str
    no: str


#: prompt of https://huggingface.co/Qwen/Qwen3-Reranker-0.6B, from its model card
QWEN3 = Frame(
    before="<|im_start|>system\nJudge whether the Document meets the requirements based on the "
    'Query and the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n'
    "<|im_start|>user\n<Instruct>: Given a web search query, retrieve relevant passages that "
    "answer the query\n<Query>: ",
    between="\n<Document>: ",
    after="<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    yes="yes",
    no="no",
)


def pairing(tokens: Tokens, frame: Frame = QWEN3) -> CrossPairing:
    """Puts the query and each segment of a passage in a frame."""
    return CrossPairing(tokens, partial(tokens.frame, (frame.before, frame.between, frame.after)))


class YesNoBackend:
    """Runs a language model, and compares the logits of two words after the last token.

    A score is the logit of `yes` minus that of `no`; its sigmoid is the probability of `yes`
    against `no`.

    Args:
        feed: Makes the inputs, padded on the right, where causal attention ignores the padding.
        model: A decoder with its head.
        yes: Id of the token `yes`.
        no: Id of the token `no`.
        kind: Type of its layers; the head computes in fp32.
    """

    parallel = 1

    def __init__(
        self, feed: Feed, model: PreTrainedModel, yes: int, no: int, kind: torch.dtype
    ) -> None:
        self._feed = feed
        head: Any = model.get_output_embeddings()
        weight = head.weight.detach().float()
        self._direction = (weight[yes] - weight[no]).clone()
        self._states: Any = model.base_model.to(kind)

    @torch.inference_mode()
    def forward(self, batch: Sequence[TokenSequence]) -> list[float]:
        """Run a batch, and return its scores in order."""
        features = tensors(self._feed(batch), self._direction.device)
        features.pop("token_type_ids", None)
        states: Tensor = self._states(**features, use_cache=False).last_hidden_state
        ends = torch.tensor([len(sequence) - 1 for sequence in batch], device=states.device)
        last = states[torch.arange(len(batch), device=states.device), ends].float()
        return (last @ self._direction).tolist()


def is_one(model_files: Files) -> bool:
    """Whether it is a Qwen3, the only family with a known frame. Others would score noise."""
    return "Qwen3ForCausalLM" in model_files.architectures()


def load(
    files: Files, precision: Precision, max_length: int | None, machine: Machine
) -> LoadedModel[float]:
    """Open a language model trained to answer yes or no.

    Raises:
        ModelError: transformers does not open it, or its vocabulary lacks these words.
    """
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(
            files.folder, dtype=torch.float32, trust_remote_code=False
        )
        tokenizer: Any = AutoTokenizer.from_pretrained(files.folder, trust_remote_code=False)
    except Exception as error:
        raise ModelError(files.name, f"transformers does not open it: {error}") from error
    model = model.to(device()).eval()
    yes, no = (_word(files.name, tokenizer, word) for word in (QWEN3.yes, QWEN3.no))
    longest = min(max_length or _MAX_LENGTH, model.config.max_position_embeddings)
    tokens = Tokens(tokenizer.backend_tokenizer, longest)
    plan = route(precision, f"{type(model).__name__} is of another kind", machine)
    backend = YesNoBackend(feed_of(tokenizer, tokens), model, yes, no, dtype(plan))
    card = model_card(
        ModelKind.RERANKER, files, plan, longest, TEMPLATE, score_kind=ScoreKind.LOGIT
    )
    return LoadedModel(card, backend, tokens)


def _word(name: str, tokenizer: Any, word: str) -> int:
    token = tokenizer.convert_tokens_to_ids(word)
    if token is None or token == tokenizer.unk_token_id:
        raise ModelError(name, f"its vocabulary has no word `{word}` to answer with.")
    return int(token)
