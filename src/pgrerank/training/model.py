"""The model in training: its trainable weights, its checkpoints and its export."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import logging
import os
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import load_file, save_file
from sentence_transformers import CrossEncoder
from torch import Tensor, nn
from transformers import set_seed

from pgrerank.domain.errors import ModelError
from pgrerank.training import matching, student
from pgrerank.training.recipe import Recipe
from pgrerank.training.student import States

WEIGHTS = "trained.safetensors"
_HEADS = ("classifier", "score", "pre_classifier")


@dataclass(slots=True)
class Pupil:
    """A cross-encoder with some or all weights trainable."""

    encoder: CrossEncoder
    #: the adapters around it; None if the weights themselves are trained
    adapters: Any
    #: whether the head is new and untrained
    fresh_head: bool
    #: what its states are compared with; None if they are not
    states: States | None = None

    def learning(self) -> dict[str, Tensor]:
        """Trainable weights by name."""
        weights = self.encoder.named_parameters()
        return {name: weight for name, weight in weights if weight.requires_grad}

    def save(self, folder: Path) -> None:
        """Write the trainable weights."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: weight.detach().contiguous() for name, weight in self.learning().items()}
        save_file(weights, folder / WEIGHTS)

    def restore(self, *folders: Path) -> None:
        """Load the weights of a checkpoint, or the mean of several."""
        states = [load_file(folder / WEIGHTS) for folder in folders]
        with torch.no_grad():
            for name, weight in self.learning().items():
                weight.copy_(torch.stack([state[name].float() for state in states]).mean(dim=0))

    def plain_encoder(self) -> CrossEncoder:
        """Merge the adapters into the weights, and return the plain cross-encoder."""
        if self.adapters is not None:
            self.adapters.merge_and_unload()
            self.adapters = None
        if hasattr(self.encoder.model, matching.HEAD):
            delattr(self.encoder.model, matching.HEAD)
        return self.encoder


def open_pupil(folder: Path, recipe: Recipe, embeddings: Path | None = None) -> Pupil:
    """Open the base model, remove layers that are not kept, and choose the trainable weights.

    Args:
        folder: Folder of the base model.
        recipe: Settings of the run.
        embeddings: Folder of the model whose embeddings replace those of the base.

    Raises:
        ModelError: It cannot be opened, is not a plain transformer, or has too few layers to keep or
            freeze or too few positions for the maximum length; or the embeddings do not fit it.
    """
    encoder = _open(folder, recipe)
    _require_places(encoder, recipe)
    encoder.max_seq_length = recipe.max_length
    if recipe.dropout is not None:
        for module in encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = recipe.dropout
    states = _shorten(encoder, recipe)
    if embeddings is not None:
        student.take_embeddings(encoder, embeddings, recipe.embeddings or str(embeddings))
    _freeze(encoder, recipe)
    adapters = _add_adapters(encoder, recipe) if recipe.lora else None
    if recipe.match_weight:
        inner: Any = encoder.model
        inner.add_module(matching.HEAD, nn.Linear(inner.config.hidden_size, 1, device=inner.device))
    fresh = not any(kind.endswith("ForSequenceClassification") for kind in _architectures(folder))
    return Pupil(encoder, adapters, fresh_head=fresh, states=states)


def _open(folder: Path, recipe: Recipe) -> CrossEncoder:
    set_seed(recipe.seed)  # a new head is random
    logging.disable(logging.WARNING)  # it warns about turning a bi-encoder into a cross-encoder
    try:
        encoder = CrossEncoder(
            str(folder),
            num_labels=1,
            activation_fn=nn.Identity(),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"attn_implementation": _attention()},
        )
    except Exception as error:
        raise ModelError(recipe.base, f"sentence-transformers does not open it: {error}") from error
    finally:
        logging.disable(logging.NOTSET)
    if len(list(encoder)) != 1 or not hasattr(encoder.model, "config"):
        raise ModelError(recipe.base, "only plain transformers can be trained.")
    return encoder


def _shorten(encoder: CrossEncoder, recipe: Recipe) -> States | None:
    """Remove the layers that are not kept; compare the states with the base if that is asked."""
    stack = student.layers(encoder)
    whole = student.frozen_copy(encoder) if recipe.state_weight else None
    kept: Sequence[int] = range(0 if stack is None else len(stack))
    if recipe.layers is not None:
        kept = student.keep_layers(encoder, recipe.layers, recipe.base)
    return None if whole is None else States(encoder, whole, kept)


def _require_places(encoder: CrossEncoder, recipe: Recipe) -> None:
    """Check that there are enough positions. The base's own maximum length is no limit."""
    inner: Any = encoder.model
    for name, module in inner.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            # In RoBERTa padding has its own position, and the others follow it.
            skipped = 0 if module.padding_idx is None else module.padding_idx + 1
            most = module.num_embeddings - skipped
            if recipe.max_length > most:
                raise ModelError(
                    recipe.base, f"it reads {most} tokens at most: --max-length {most}."
                )


def _attention() -> str:
    """Fastest attention for training: on a CPU the backward pass of torch's fused one is slow.

    bf16, 32 pairs of 120 tokens on one core: 15.7 pairs/s fused, 22.5 eager.
    """
    return "sdpa" if torch.cuda.is_available() else "eager"


def head_pattern() -> str:
    """Regular expression for the names of a head's weights."""
    return rf"\b({'|'.join((*_HEADS, matching.HEAD))})\b"


def write(encoder: CrossEncoder, folder: Path) -> None:
    """Write the model to `folder`: save it in a draft folder, then move its files."""
    result = folder / "run" / "result"
    shutil.rmtree(result, ignore_errors=True)
    encoder.save_pretrained(str(result), create_model_card=False)
    for path in sorted(result.iterdir()):
        target = folder / path.name
        if target.is_dir():
            shutil.rmtree(target)
        os.replace(path, target)  # noqa: PTH105 - documented as atomic, unlike Path.replace
    result.rmdir()


def _architectures(folder: Path) -> Sequence[str]:
    from transformers import AutoConfig  # noqa: PLC0415 - at its only use

    return AutoConfig.from_pretrained(folder, local_files_only=True).architectures or ()


def _freeze(encoder: CrossEncoder, recipe: Recipe) -> None:
    if not recipe.freeze:
        return
    layers = student.layers(encoder)
    if layers is None or recipe.freeze >= len(layers):
        count = 0 if layers is None else len(layers)
        raise ModelError(
            recipe.base, f"it has {count} layers, so {recipe.freeze} cannot stay as they are."
        )
    # Everything below the first trainable layer is frozen, so it needs no backward pass.
    above = {id(weight) for layer in list(layers)[recipe.freeze :] for weight in layer.parameters()}
    for weight in encoder.parameters():
        if id(weight) in above:
            break
        weight.requires_grad = False


def _add_adapters(encoder: CrossEncoder, recipe: Recipe) -> Any:
    inner: Any = encoder.model
    frozen = {id(weight) for weight in encoder.parameters() if not weight.requires_grad}
    targets = [
        name
        for name, module in inner.named_modules()
        if isinstance(module, nn.Linear)
        and id(module.weight) not in frozen
        and not any(part in _HEADS for part in name.split("."))
    ]
    config = LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=recipe.lora,
        lora_alpha=2 * recipe.lora,
        target_modules=targets,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # transformers warns about calls by peft
        return get_peft_model(inner, config)
