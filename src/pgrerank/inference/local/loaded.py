"""Loaded models and their identity."""

from dataclasses import dataclass, field
from typing import Any, Generic

from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ModelCard, ModelKind
from pgrerank.inference.local.bi_encoder import Prompts
from pgrerank.inference.model_files import Files
from pgrerank.inference.openvino.calibrate import recipe
from pgrerank.inference.precision import ExecutionPlan
from pgrerank.inference.scheduler.request import Row
from pgrerank.inference.scheduler.worker import BatchBackend
from pgrerank.inference.tokens import Tokens

#: default maximum tokens of a sequence; the cost of attention is quadratic in it
MAX_LENGTH = 512


@dataclass(frozen=True, slots=True)
class LoadedModel(Generic[Row]):
    """A model with its tokenizer."""

    card: ModelCard
    backend: BatchBackend[Row]
    tokens: Tokens
    #: for embedders
    prompts: Prompts = field(default_factory=Prompts)

    def check_runs(self, name: str) -> None:
        """Run the model once, which also warms it up.

        Raises:
            ModelError: It fails to run.
        """
        try:
            self.backend.forward(self.tokens.heads(["warm"])[0].sequences)
        except Exception as error:
            raise ModelError(name, f"it does not run: {error}") from error


def model_card(
    kind: ModelKind,
    files: Files,
    plan: ExecutionPlan,
    max_length: int,
    template: str,
    **rest: Any,
) -> ModelCard:
    """The identity of a model.

    Args:
        kind: Embedder or reranker.
        files: Its files.
        plan: How it runs.
        max_length: Maximum tokens of a sequence.
        template: Version of its input and scores.
        rest: Further fields of the card.
    """
    facts = [plan.precision, max_length, template]
    if plan.integers:
        facts.append(recipe())
    return ModelCard(
        kind=kind,
        name=files.name,
        fingerprint=files.fingerprint(*facts),
        precision=plan.precision,
        runs=str(plan),
        max_length=max_length,
        revision=files.revision,
        **rest,
    )
