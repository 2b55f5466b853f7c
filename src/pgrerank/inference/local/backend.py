"""An opened model as the backend of an engine, on the route that was chosen for it."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Callable, Iterable
from typing import Any

from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import Tensor, nn
from transformers import (
    BertForSequenceClassification,
    PreTrainedModel,
    RobertaForSequenceClassification,
    XLMRobertaForSequenceClassification,
)

from pgrerank.inference.local.checkpoint import Checkpoint
from pgrerank.inference.local.classifier import ClassifierBackend, torch_logits
from pgrerank.inference.local.encoder import EncoderBackend, torch_states
from pgrerank.inference.openvino import calibrate, weights
from pgrerank.inference.openvino.build import graph
from pgrerank.inference.openvino.network import Network
from pgrerank.inference.precision import ExecutionPlan
from pgrerank.inference.tensors import Features, feed
from pgrerank.inference.tokens import Tokens, TokenSequence

_CLASSIFIERS = (
    BertForSequenceClassification,
    RobertaForSequenceClassification,
    XLMRobertaForSequenceClassification,
)


def classifier(model: Checkpoint[CrossEncoder], *, threads: int) -> ClassifierBackend:
    """The backend of a cross-encoder."""
    module: Any = model.module.model
    given = feed(model.module.tokenizer, model.tokens.max_length, model.module.device)
    if model.route.runtime == "torch":
        return ClassifierBackend(given, torch_logits(module, model.route.dtype))
    texts = _pairs(model.tokens) if model.route.integers else []
    first = _network(
        module.base_model, model.route, map(given, texts), first_only=True, threads=threads
    )
    head = _head(module)

    def logits(features: Features) -> Tensor:
        return head(first(features))

    return ClassifierBackend(given, logits, parallel=first.parallel)


def encoder(model: Checkpoint[SentenceTransformer], *, threads: int) -> EncoderBackend:
    """The backend of a bi-encoder."""
    transformer, *rest = list(model.module)
    given = feed(model.module.tokenizer, model.tokens.max_length, model.module.device)
    if model.route.runtime == "torch":
        return EncoderBackend(given, torch_states(transformer, model.route.dtype), rest)
    inner: Any = transformer.auto_model
    texts = _texts(model.tokens) if model.route.integers else []
    states = _network(inner, model.route, map(given, texts), first_only=False, threads=threads)
    return EncoderBackend(given, states, rest, parallel=states.parallel)


def classifier_obstacle(model: CrossEncoder) -> str | None:
    """Why there is no graph of a cross-encoder; None: there is one."""
    module: Any = model.model
    if type(module) not in _CLASSIFIERS:
        return f"{type(module).__name__} is of another kind"
    return weights.obstacle(module.base_model)


def encoder_obstacle(model: SentenceTransformer) -> str | None:
    """Why there is no graph of a bi-encoder; None: there is one."""
    first: Any = model[0]
    return weights.obstacle(first.auto_model)


def _network(
    module: PreTrainedModel,
    route: ExecutionPlan,
    texts: Iterable[Features],
    *,
    first_only: bool,
    threads: int,
) -> Network:
    reaches = calibrate.reaches(module, texts) if route.integers else None
    built = graph(weights.transformer(module), first_only=first_only, reaches=reaches)
    return Network(built, route.arithmetic, threads=threads)


def _pairs(tokens: Tokens) -> list[list[TokenSequence]]:
    """Pairs to calibrate with, in batches of one, which need no padding."""
    readings = [tokens.pairs(query, passages) for query, passages in calibrate.questions()]
    return [[read.sequences[0]] for block in readings for read in block]


def _texts(tokens: Tokens) -> list[list[TokenSequence]]:
    """The same, read one by one."""
    readings = [tokens.heads([query, *passages]) for query, passages in calibrate.questions()]
    return [[read.sequences[0]] for block in readings for read in block]


def _head(module: Any) -> Callable[[Tensor], Tensor]:
    """What turns the first token's state, [batch, 1, hidden], into a logit, in fp32."""
    if type(module) is BertForSequenceClassification:
        pooler: Any = module.bert.pooler
        return nn.Sequential(pooler, module.classifier)
    return module.classifier
