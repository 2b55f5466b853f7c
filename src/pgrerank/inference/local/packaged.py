"""The models that come with pgrerank, run by OpenVINO without torch."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.inference.local import bi_encoder, cross_encoder
from pgrerank.inference.local.bi_encoder import Prompts
from pgrerank.inference.local.classifier import ClassifierBackend
from pgrerank.inference.local.encoder import EncodedRow, EncoderBackend
from pgrerank.inference.local.loaded import LoadedModel, model_card
from pgrerank.inference.model_files import Files, files
from pgrerank.inference.onnx_models import MS_MARCO
from pgrerank.inference.openvino import calibrate
from pgrerank.inference.openvino.build import graph
from pgrerank.inference.openvino.cached import cached_network
from pgrerank.inference.openvino.network import Network
from pgrerank.inference.openvino.weights import (
    Dense,
    Transformer,
    WeightsByName,
    dense,
    transformer,
)
from pgrerank.inference.precision import ExecutionPlan
from pgrerank.inference.shipped import BUNDLED, ENCODER, WEIGHTS
from pgrerank.inference.tensors import NAMES, Features, Feed
from pgrerank.inference.tokens import Tokens
from pgrerank.inference.vectors import Floats

if TYPE_CHECKING:  # pgrerank.inference.openvino must be the first to import it
    from openvino import Model

_PADDING = "[PAD]"
#: packaged cross-encoders, by the tokens of a sequence in their training
CROSS_ENCODERS: Mapping[str, int] = {BUNDLED: 256, MS_MARCO.name: 512}


def load_embedder(
    name: str, plan: ExecutionPlan, max_length: int | None, *, threads: int
) -> LoadedModel[EncodedRow]:
    """One of `model_files.EMBEDDERS`.

    Args:
        name: Its name.
        plan: How it runs, on openvino.
        max_length: Maximum tokens of a sequence; None: that of its training, the upper limit.
        threads: Threads that it may use.

    Raises:
        ModelError: It is not installed, or was altered.
    """
    model_files = files(name)
    tokens, feed = _reading(model_files, max_length, _longest(model_files))
    pool = _pooling(model_files)

    def build() -> "Model":
        encoder = _encoder(model_files, load_file(model_files.folder / WEIGHTS))
        texts = calibrate.texts(tokens) if plan.integers else []
        return _graph(encoder, plan, map(feed, texts), first_only=False, threads=threads)

    network = _network(model_files, plan, build, threads=threads)

    def encode(features: Features) -> tuple[Floats, Floats]:
        states = network(features)
        return pool(states, features["attention_mask"]), states

    card = embedder_card(model_files, plan, tokens.max_length)
    backend = EncoderBackend(feed, encode, parallel=network.parallel)
    return LoadedModel(card, backend, tokens, _prompts(model_files))


def load_cross_encoder(
    name: str, plan: ExecutionPlan, max_length: int | None, *, threads: int
) -> LoadedModel[float]:
    """One of `CROSS_ENCODERS`. See `load_embedder`."""
    model_files = files(name)
    tokens, feed = _reading(model_files, max_length, CROSS_ENCODERS[name])

    def build() -> "Model":
        weights = load_file(model_files.folder / WEIGHTS)
        bare = {name.removeprefix(ENCODER): each for name, each in weights.items()}
        texts = calibrate.pairs(tokens) if plan.integers else []
        encoder = _encoder(model_files, bare)
        return _graph(encoder, plan, map(feed, texts), first_only=True, threads=threads)

    first = _network(model_files, plan, build, threads=threads)
    pooler, classifier = _dense(model_files, f"{ENCODER}pooler.dense", "classifier")

    def logits(features: Features) -> Floats:
        state = first(features)[:, 0]
        pooled = np.tanh(state @ pooler.weight.T + pooler.bias)
        return pooled @ classifier.weight.T + classifier.bias

    card = cross_encoder_card(model_files, plan, tokens.max_length)
    return LoadedModel(card, ClassifierBackend(feed, logits, parallel=first.parallel), tokens)


def embedder_card(found: Files, plan: ExecutionPlan, max_length: int | None = None) -> ModelCard:
    """Identity of one of `model_files.EMBEDDERS`; None as length: that of its training."""
    return model_card(
        ModelKind.EMBEDDER,
        found,
        plan,
        max_length or _longest(found),
        bi_encoder.TEMPLATE,
        dimensions=_json(found, "config.json")["hidden_size"],
    )


def cross_encoder_card(
    found: Files, plan: ExecutionPlan, max_length: int | None = None
) -> ModelCard:
    """Identity of one of `CROSS_ENCODERS`; None as length: that of its training."""
    return model_card(
        ModelKind.RERANKER,
        found,
        plan,
        max_length or CROSS_ENCODERS[found.name],
        cross_encoder.TEMPLATE,
        score_kind=ScoreKind.LOGIT,
    )


def _reading(model_files: Files, max_length: int | None, longest: int) -> tuple[Tokens, Feed]:
    tokenizer: Any = Tokenizer.from_file(str(model_files.folder / "tokenizer.json"))
    tokens = Tokens(tokenizer, min(max_length or longest, longest))
    return tokens, Feed(NAMES, tokenizer.token_to_id(_PADDING), tokens.max_length)


def _encoder(model_files: Files, weights: WeightsByName) -> Transformer:
    config = _json(model_files, "config.json")
    return transformer(
        weights, heads=config["num_attention_heads"], epsilon=config["layer_norm_eps"]
    )


def _longest(found: Files) -> int:
    """Tokens of a sequence in the training of a bi-encoder."""
    return int(_json(found, "sentence_bert_config.json")["max_seq_length"])


def _prompts(found: Files) -> Prompts:
    query = _json(found, "config_sentence_transformers.json").get("prompts", {}).get("query", "")
    return Prompts(query=query)


def _pooling(found: Files) -> Callable[[Floats, Any], Floats]:
    """Vectors [batch, hidden] of token states [batch, tokens, hidden] with their mask."""
    return _first if _json(found, "1_Pooling/config.json")["pooling_mode_cls_token"] else _mean


def _json(found: Files, path: str) -> dict[str, Any]:
    return json.loads((found.folder / path).read_text(encoding="utf-8"))


def _dense(model_files: Files, *names: str) -> list[Dense]:
    """Some linear layers, without reading the other weights."""
    with safe_open(model_files.folder / WEIGHTS, "numpy") as file:
        parts = [f"{name}.{part}" for name in names for part in ("weight", "bias")]
        weights: WeightsByName = {part: file.get_tensor(part) for part in parts}
    return [dense(weights, name) for name in names]


def _network(
    model_files: Files, plan: ExecutionPlan, build: "Callable[[], Model]", *, threads: int
) -> Network:
    recipe = [calibrate.recipe()] if plan.integers else []
    fingerprint = model_files.fingerprint(plan.precision, *recipe)
    return cached_network(model_files.name, fingerprint, build, plan.arithmetic, threads=threads)


def _graph(
    encoder: Transformer,
    plan: ExecutionPlan,
    texts: Iterable[Features],
    *,
    first_only: bool,
    threads: int,
) -> "Model":
    reaches = calibrate.reaches(encoder, texts, threads=threads) if plan.integers else None
    return graph(encoder, first_only=first_only, reaches=reaches)


def _mean(states: Floats, mask: Any) -> Floats:
    """Mean over the tokens of each text."""
    shares = mask.astype(np.float32)
    return (shares[:, None] @ states)[:, 0] / shares.sum(axis=1, keepdims=True)


def _first(states: Floats, _: Any) -> Floats:
    """State of the first token of each text, which is [CLS]."""
    return states[:, 0]
