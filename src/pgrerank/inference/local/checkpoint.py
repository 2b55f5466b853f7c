"""A model of sentence-transformers, opened and looked over before it is trusted."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sentence_transformers import CrossEncoder, SentenceTransformer
from tokenizers import Tokenizer
from transformers import PreTrainedModel
from transformers.utils import logging as transformers_logging

from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ModelCard, ModelKind
from pgrerank.inference.local.bi_encoder import Prompts
from pgrerank.inference.model import device
from pgrerank.inference.model_files import Files, files
from pgrerank.inference.openvino.calibrate import recipe
from pgrerank.inference.precision import ExecutionPlan, Precision, machine, route
from pgrerank.inference.scheduler.worker import BatchBackend
from pgrerank.inference.tokens import Tokens

_MAX_LENGTH = 512  # tokens, for models that would read more: attention grows with its square
_QUERY_PROMPTS = ("query",)  # what sentence-transformers looks for in encode_query
_PASSAGE_PROMPTS = ("document", "passage", "corpus")  # and in encode_document

Module = TypeVar("Module", SentenceTransformer, CrossEncoder)


@dataclass(frozen=True, slots=True)
class Checkpoint(Generic[Module]):
    """A loaded model with its tokenizer and its files."""

    module: Module
    tokens: Tokens
    files: Files
    route: ExecutionPlan

    def card(self, kind: ModelKind, template: str) -> ModelCard:
        """Its identity, when it is used with this input template."""
        facts = [self.route.precision, self.tokens.max_length, template]
        if self.route.integers:
            facts.append(recipe())
        return ModelCard(
            kind=kind,
            name=self.files.name,
            fingerprint=self.files.fingerprint(*facts),
            precision=self.route.precision,
            runs=str(self.route),
            max_length=self.tokens.max_length,
            revision=self.files.revision,
        )


def load_checkpoint(
    kind: type[Module],
    name: str,
    revision: str | None,
    precision: Precision,
    max_length: int | None,
    *,
    check: Callable[[str, Module], None],
    obstacle: Callable[[Module], str | None],
) -> Checkpoint[Module]:
    """Open a model in fp32, on the GPU if there is one.

    Args:
        kind: The class of sentence-transformers that opens it.
        name: A folder, or a name that `model.files` knows.
        revision: Branch, tag or commit of the hub repository.
        precision: What is wanted of its arithmetic.
        max_length: Tokens of a sequence; None: what the model was made for, 512 at most.
        check: Refuses models that this engine does not run.
        obstacle: Says why there is no graph of a model, if there is none.

    Raises:
        ModelError: There is none, sentence-transformers does not open it, or the check refuses.
    """
    found = files(name, revision)
    transformers_logging.disable_progress_bar()
    try:
        module = kind(str(found.folder), device=str(device()), trust_remote_code=False)
    except Exception as error:
        raise ModelError(name, f"sentence-transformers does not open it: {error}") from error
    check(name, module)
    module.eval()
    longest = min(max_length or _MAX_LENGTH, module.max_seq_length or _MAX_LENGTH)
    tokens = Tokens(_tokenizer(name, module), longest)
    return Checkpoint(module, tokens, found, route(precision, obstacle(module), machine()))


def prompts(model: SentenceTransformer) -> Prompts:
    """What the model was trained to read before queries and passages."""
    return Prompts(query=_prompt(model, _QUERY_PROMPTS), passage=_prompt(model, _PASSAGE_PROMPTS))


def check_bi_encoder(name: str, model: SentenceTransformer) -> None:
    """Refuse what does not turn tokens into vectors by a transformer alone.

    Raises:
        ModelError: It begins with something else, or its pooling leaves the prompt out, for
            which it would need to know the length of the prompt.
    """
    first, *rest = list(model)
    if not isinstance(getattr(first, "auto_model", None), PreTrainedModel):
        raise ModelError(name, "it does not begin with a transformer.")
    if any(not getattr(module, "include_prompt", True) for module in rest):
        raise ModelError(name, "its pooling excludes prompts, which is not supported.")


def check_cross_encoder(name: str, model: CrossEncoder) -> None:
    """Refuse what is not a plain cross-encoder with one logit.

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


def check_runs(name: str, backend: BatchBackend[Any], tokens: Tokens) -> None:
    """Run a model once, which also saves the first request the time to warm up.

    Raises:
        ModelError: It fails.
    """
    try:
        backend.forward(tokens.heads(["warm"])[0].sequences)
    except Exception as error:
        raise ModelError(name, f"it does not run: {error}") from error


def _prompt(model: SentenceTransformer, names: tuple[str, ...]) -> str:
    """The first prompt of these names. The default prompt is meant for neither side."""
    return next((prompt for name in names if (prompt := model.prompts.get(name))), "")


def _tokenizer(name: str, model: SentenceTransformer | CrossEncoder) -> Tokenizer:
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise ModelError(name, "it has no fast tokenizer (tokenizer.json).")
    return tokenizer
