"""Opens and validates models of sentence-transformers."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from typing import Any, TypeVar

from sentence_transformers import CrossEncoder, SentenceTransformer
from tokenizers import Tokenizer
from transformers import PreTrainedModel
from transformers.utils import logging as transformers_logging

from pgrerank.domain.errors import ModelError
from pgrerank.inference.local.bi_encoder import Prompts
from pgrerank.inference.local.loaded import MAX_LENGTH
from pgrerank.inference.local.pytorch.device import device
from pgrerank.inference.model_files import Files
from pgrerank.inference.tokens import Tokens

_QUERY_PROMPTS = ("query",)  # prompt names that sentence-transformers uses in encode_query
_PASSAGE_PROMPTS = ("document", "passage", "corpus")  # and in encode_document

Module = TypeVar("Module", SentenceTransformer, CrossEncoder)


def open_checkpoint(kind: type[Module], files: Files) -> Module:
    """Open a model in fp32, on the GPU if there is one.

    Args:
        kind: Class of sentence-transformers to open it with.
        files: Its files.

    Raises:
        ModelError: sentence-transformers does not open it.
    """
    transformers_logging.disable_progress_bar()
    try:
        module = kind(str(files.folder), device=str(device()), trust_remote_code=False)
    except Exception as error:
        raise ModelError(files.name, f"sentence-transformers does not open it: {error}") from error
    module.eval()
    return module


def token_reader(
    name: str, module: SentenceTransformer | CrossEncoder, max_length: int | None
) -> Tokens:
    """The tokenizer of an opened model.

    Args:
        name: Name of the model.
        module: The model.
        max_length: Maximum tokens of a sequence; None: the limit of the model, at most 512.

    Raises:
        ModelError: It is not a tokenizer of the library `tokenizers`.
    """
    tokenizer = getattr(module.tokenizer, "backend_tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise ModelError(name, "it has no fast tokenizer (tokenizer.json).")
    return Tokens(tokenizer, min(max_length or MAX_LENGTH, module.max_seq_length or MAX_LENGTH))


def prompts(model: SentenceTransformer) -> Prompts:
    """Prompts that the model was trained with."""
    return Prompts(query=_prompt(model, _QUERY_PROMPTS), passage=_prompt(model, _PASSAGE_PROMPTS))


def check_bi_encoder(name: str, model: SentenceTransformer) -> None:
    """Check that a model is a transformer followed by supported pooling.

    Raises:
        ModelError: It begins with something else, or its pooling excludes the prompt, which would
            require the length of the prompt.
    """
    first, *rest = list(model)
    if not isinstance(getattr(first, "auto_model", None), PreTrainedModel):
        raise ModelError(name, "it does not begin with a transformer.")
    if any(not getattr(module, "include_prompt", True) for module in rest):
        raise ModelError(name, "its pooling excludes prompts, which is not supported.")


def check_cross_encoder(name: str, model: CrossEncoder) -> None:
    """Check that a model is a plain cross-encoder with one logit.

    Raises:
        ModelError: It has several labels, generates text, or needs a prompt.
    """
    if model.num_labels != 1:
        raise ModelError(
            name, f"a reranker has one output, this classifier has {model.num_labels}."
        )
    trained: list[str] = getattr(model.config, "architectures", None) or []
    if not any(kind.endswith("ForSequenceClassification") for kind in trained):
        raise ModelError(name, f"it has no classification head, its kind is {', '.join(trained)}.")
    if len(list(model)) != 1 or model.default_prompt_name is not None:
        raise ModelError(name, "only plain cross-encoders without a prompt are supported.")


def _prompt(model: SentenceTransformer, names: tuple[str, ...]) -> str:
    """First prompt with one of these names. The default prompt is for neither side."""
    return next((prompt for name in names if (prompt := model.prompts.get(name))), "")


def padding(tokenizer: Any) -> int:
    """Id of the padding token."""
    return int(tokenizer.pad_token_id or 0)
