"""Engine backends for models of sentence-transformers, according to their execution plan."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import Tensor, nn
from transformers import (
    BertForSequenceClassification,
    PreTrainedModel,
    RobertaForSequenceClassification,
    XLMRobertaForSequenceClassification,
)

from pgrerank.inference.local.classifier import ClassifierBackend
from pgrerank.inference.local.encoder import EncoderBackend
from pgrerank.inference.local.pytorch import graphs
from pgrerank.inference.local.pytorch.checkpoint import padding
from pgrerank.inference.local.pytorch.device import dtype, floats, tensors
from pgrerank.inference.openvino import calibrate
from pgrerank.inference.openvino.build import graph
from pgrerank.inference.openvino.network import Network
from pgrerank.inference.openvino.runtime import compile_model
from pgrerank.inference.precision import ExecutionPlan
from pgrerank.inference.tensors import Features, Feed, Forward
from pgrerank.inference.tokens import Tokens
from pgrerank.inference.vectors import Floats

_CLASSIFIERS = (
    BertForSequenceClassification,
    RobertaForSequenceClassification,
    XLMRobertaForSequenceClassification,
)


def classifier(
    model: CrossEncoder, tokens: Tokens, plan: ExecutionPlan, *, threads: int
) -> ClassifierBackend:
    """Backend for a cross-encoder."""
    module: Any = model.model
    feed = feed_of(model.tokenizer, tokens)
    if plan.runtime == "torch":
        return ClassifierBackend(feed, _torch_logits(module, dtype(plan)))
    texts = calibrate.pairs(tokens) if plan.integers else []
    first = _network(module.base_model, plan, map(feed, texts), first_only=True, threads=threads)
    head = _head(module)

    @torch.inference_mode()
    def logits(features: Features) -> Floats:
        return floats(head(torch.from_numpy(first(features))))

    return ClassifierBackend(feed, logits, parallel=first.parallel)


def encoder(
    model: SentenceTransformer, tokens: Tokens, plan: ExecutionPlan, *, threads: int
) -> EncoderBackend:
    """Backend for a bi-encoder. Runs its whole pipeline, so that pooling is as trained.

    The modules after the transformer are cheap and stay in fp32.
    """
    transformer, *rest = list(model)
    feed = feed_of(model.tokenizer, tokens)
    if plan.runtime == "torch":
        transformer.to(dtype(plan))

        def run(inputs: dict[str, Tensor]) -> Tensor:
            return transformer({**inputs})["token_embeddings"].float()

        return EncoderBackend(feed, _Pipeline(run, rest, model.device))
    texts = calibrate.texts(tokens) if plan.integers else []
    inner: Any = transformer.auto_model
    network = _network(inner, plan, map(feed, texts), first_only=False, threads=threads)

    def states(inputs: dict[str, Tensor]) -> Tensor:
        return torch.from_numpy(network({name: rows.numpy() for name, rows in inputs.items()}))

    return EncoderBackend(feed, _Pipeline(states, rest, model.device), parallel=network.parallel)


def feed_of(tokenizer: Any, tokens: Tokens) -> Feed:
    """Makes the inputs of a tokenizer's model."""
    return Feed(tokenizer.model_input_names, padding(tokenizer), tokens.max_length)


def classifier_unsupported_reason(model: CrossEncoder) -> str | None:
    """Why there is no graph of a cross-encoder; None if there is one."""
    module: Any = model.model
    if type(module) not in _CLASSIFIERS:
        return f"{type(module).__name__} is of another kind"
    return graphs.unsupported_reason(module.base_model)


def encoder_unsupported_reason(model: SentenceTransformer) -> str | None:
    """Why there is no graph of a bi-encoder; None if there is one."""
    first: Any = model[0]
    return graphs.unsupported_reason(first.auto_model)


class _Pipeline:
    """The transformer of a bi-encoder and the modules after it."""

    def __init__(
        self,
        states: Callable[[dict[str, Tensor]], Tensor],
        rest: Sequence[nn.Module],
        device: torch.device,
    ) -> None:
        self._states = states
        self._rest = rest
        self._device = device

    @torch.inference_mode()
    def __call__(self, features: Features) -> tuple[Floats, Floats]:
        inputs = tensors(features, self._device)
        state: dict[str, Any] = {**inputs, "token_embeddings": self._states(inputs)}
        for module in self._rest:
            state = module(state)
        return floats(state["sentence_embedding"]), floats(state["token_embeddings"])


def _network(
    module: PreTrainedModel,
    plan: ExecutionPlan,
    texts: Iterable[Features],
    *,
    first_only: bool,
    threads: int,
) -> Network:
    weights = graphs.transformer_weights(module)
    reaches = calibrate.reaches(weights, texts, threads=threads) if plan.integers else None
    built = graph(weights, first_only=first_only, reaches=reaches)
    return Network(compile_model(built, plan.arithmetic, threads))


def _head(module: Any) -> Callable[[Tensor], Tensor]:
    """Head that turns the first token's state, [batch, 1, hidden], into a logit, in fp32."""
    if type(module) is BertForSequenceClassification:
        pooler: Any = module.bert.pooler
        return nn.Sequential(pooler, module.classifier)
    return module.classifier


def _torch_logits(model: nn.Module, kind: torch.dtype) -> Forward:
    """A classification model of transformers, run by torch."""
    model.to(kind)
    for head in _linear_heads(model):
        _keep_float(head)
    device = next(model.parameters()).device

    @torch.inference_mode()
    def logits(features: Features) -> Floats:
        answer: Any = model(**tensors(features, device))
        return floats(answer.logits)

    return logits


def _linear_heads(model: nn.Module) -> list[nn.Linear]:
    return [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == 1]


def _keep_float(head: nn.Linear) -> None:
    """Keep the last layer in fp32: the eight bits of a bf16 logit would make near scores tie."""
    head.float()
    head.register_forward_pre_hook(_as_float)


def _as_float(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(tensor.float() for tensor in inputs)
