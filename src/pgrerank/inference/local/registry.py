"""Loads local models by name, for `wiring`."""

import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias

from pgrerank.domain.engine_settings import ENGINE_DEFAULTS, EngineSettings
from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.inference import compression
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.chunking import Chunker
from pgrerank.inference.local import blended, late_interaction, packaged
from pgrerank.inference.local.bi_encoder import EngineEmbedder
from pgrerank.inference.local.blended import BlendedScorer
from pgrerank.inference.local.cross_encoder import CrossPairing
from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.local.late_interaction import LatePairing
from pgrerank.inference.local.loaded import LoadedModel
from pgrerank.inference.local.machine import machine
from pgrerank.inference.local.scorer import EngineScorer, Pairing
from pgrerank.inference.local.stored import StoredLateInteraction
from pgrerank.inference.model_files import EMBEDDERS, LATE_INTERACTION, PACKAGED, files
from pgrerank.inference.precision import ExecutionPlan, Precision, route
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.shipped import BUNDLED
from pgrerank.inference.threads import use_threads
from pgrerank.inference.tokens import Tokens

#: a reranker that runs in this process
LocalScorer: TypeAlias = EngineScorer[Any] | BlendedScorer

STORED = "late-interaction-stored"
_LATE_TEMPLATES = {LATE_INTERACTION: late_interaction.TEMPLATE, STORED: compression.TEMPLATE}
SCORES = 200_000


def load_embedder(
    name: str = PACKAGED,
    *,
    revision: str | None = None,
    precision: Precision = "fast",
    threads: int = 0,
    max_length: int | None = None,
    engine: EngineSettings = ENGINE_DEFAULTS,
    monotonic: Callable[[], float] = time.perf_counter,
) -> EngineEmbedder:
    """Load a bi-encoder and start its engine. Blocking: takes seconds.

    Args:
        name: `all-MiniLM-L6-v2`, `bge-small-en-v1.5`, a folder, or a hub name.
        revision: Branch, tag or commit of the hub repository.
        precision: `fast`, `exact` or `int8`, see `route`.
        threads: Threads that a model may use; 0: one for each physical core.
        max_length: Maximum tokens of a sequence; None: the limit of the model, at most 512.
        engine: Settings of its engine.
        monotonic: Clock of the deadlines, in seconds.

    Raises:
        ModelError: The model does not exist, or is not supported.
    """
    loaded = _open_embedder(name, revision, precision, max_length, use_threads(threads))
    loaded.check_runs(name)
    running = Engine(loaded.backend, name, engine, monotonic=monotonic)
    chunker = Chunker(loaded.tokens, prompt=loaded.prompts.passage)
    return EngineEmbedder(loaded.card, running, loaded.tokens, loaded.prompts, chunker)


def load_scorer(
    name: str = LATE_INTERACTION,
    *,
    encoders: Sequence[EngineEmbedder] = (),
    revision: str | None = None,
    precision: Precision = "fast",
    threads: int = 0,
    max_length: int | None = None,
    engine: EngineSettings = ENGINE_DEFAULTS,
    scores: int = SCORES,
    monotonic: Callable[[], float] = time.perf_counter,
) -> LocalScorer:
    """Load a reranker. Blocking: takes seconds.

    Args:
        name: `late-interaction`, `bundled`, `ms-marco-minilm-l12`, or the folder or hub name of a
            cross-encoder, of a multi-vector model, or of a language model trained to answer yes or
            no (Qwen3-Reranker).
        encoders: Loaded bi-encoders. `late-interaction` runs on the engine of the first packaged
            one, `bundled` on that of `all-MiniLM-L6-v2`; if there is none, it is loaded.
        revision: Branch, tag or commit of the hub repository.
        precision: `fast`, `exact` or `int8`, see `route`.
        threads: Threads that a model may use; 0: one for each physical core.
        max_length: Maximum tokens of a sequence; None: the limit of the model, at most 512 (a
            language model: 1024).
        engine: Settings of its engine.
        scores: Maximum number of cached pair scores.
        monotonic: Clock of the deadlines, in seconds.

    Raises:
        ModelError: The model does not exist, or is not one of these kinds.
    """
    read = partial(_open_reranker, name, revision, precision, max_length, use_threads(threads))
    if name not in {LATE_INTERACTION, BUNDLED}:
        return _running(read(), engine, scores, monotonic)
    base_of = partial(
        load_embedder, precision=precision, threads=threads, engine=engine, monotonic=monotonic
    )
    if name == LATE_INTERACTION:
        base, release = _base(encoders, EMBEDDERS, base_of)
        return load_late_interaction(base, scores=scores, release=release)
    loaded = read()
    base, release = _base(encoders, (PACKAGED,), base_of)
    cross = _running(loaded, engine, 0, monotonic)
    return BlendedScorer(cross, load_stored_late_interaction(base), ScoreCache(scores), release)


def _base(
    encoders: Sequence[EngineEmbedder],
    usable: Collection[str],
    load: Callable[[], EngineEmbedder],
) -> tuple[EngineEmbedder, Callable[[], None]]:
    """The bi-encoder of a reranker's token vectors, and a function to call when it is not needed.

    That is the first whose name is one of `usable`; if there is none, it is loaded.
    """
    for each in encoders:
        if each.model.name in usable:
            return each, lambda: None
    own = load()
    return own, own.close


class _Reranker(NamedTuple):
    loaded: LoadedModel[Any]
    pairing: Callable[[Engine[Any]], Pairing[Any]]


def _running(
    opened: _Reranker, settings: EngineSettings, scores: int, monotonic: Callable[[], float]
) -> EngineScorer[Any]:
    loaded, pairing = opened
    engine: Engine[Any] = Engine(loaded.backend, loaded.card.name, settings, monotonic=monotonic)
    return EngineScorer(loaded.card, engine, pairing(engine), ScoreCache(scores), engine.close)


def _open_embedder(
    name: str, revision: str | None, precision: Precision, max_length: int | None, threads: int
) -> LoadedModel[EncodedRow]:
    hardware = machine()
    if name in EMBEDDERS and not hardware.gpu:
        plan = route(precision, None, hardware, reference="openvino")
        return packaged.load_embedder(name, plan, max_length, threads=threads)
    model_files = files(name, revision)
    load = _torch_models(name, threads)
    return load.load_embedder(model_files, precision, max_length, hardware, threads=threads)


def _open_reranker(
    name: str, revision: str | None, precision: Precision, max_length: int | None, threads: int
) -> _Reranker:
    hardware = machine()
    if name in packaged.CROSS_ENCODERS and not hardware.gpu:
        plan = route(precision, None, hardware, reference="openvino")
        loaded = packaged.load_cross_encoder(name, plan, max_length, threads=threads)
        loaded.check_runs(name)
        return _Reranker(loaded, partial(_cross_pairing, loaded.tokens))
    model_files = files(name, revision)
    load = _torch_models(name, threads)
    return _Reranker(
        *load.load_reranker(model_files, precision, max_length, hardware, threads=threads)
    )


def _cross_pairing(tokens: Tokens, _: Engine[Any]) -> Pairing[Any]:
    return CrossPairing(tokens)


def _torch_models(name: str, threads: int) -> Any:
    """The module that loads models with torch. Imported here, since that takes seconds.

    Raises:
        ModelError: torch or sentence-transformers is not installed.
    """
    if find_spec("torch") is None or find_spec("sentence_transformers") is None:
        raise ModelError(
            name,
            "only the packaged models run without torch. "
            "Install it: pip install 'pgrerank[server]'",
        )
    from pgrerank.inference.local.pytorch import device, load  # noqa: PLC0415 - see above

    device.use_threads(threads)
    return load


def packaged_card(name: str, precision: Precision = "fast") -> ModelCard:
    """Identity of a packaged model on this machine, without loading it.

    Blocking: hashes its files, and writes those of `bundled` and of other packages to the cache the
    first time.

    Raises:
        ModelError: It is not installed, or was altered.
    """
    plan = route(precision, None, machine(), reference="openvino")
    if name in packaged.CROSS_ENCODERS:
        card = packaged.cross_encoder_card(files(name), plan)
        return card if name != BUNDLED else blended.card(card, _packaged_late(plan, STORED))
    if name == LATE_INTERACTION:
        return _packaged_late(plan, LATE_INTERACTION)
    return packaged.embedder_card(files(name), plan)


def _packaged_late(plan: ExecutionPlan, name: str) -> ModelCard:
    return _maxsim(packaged.embedder_card(files(PACKAGED), plan), name)


def load_late_interaction(
    embedder: EngineEmbedder,
    *,
    scores: int = SCORES,
    release: Callable[[], None] = lambda: None,
) -> EngineScorer[Any]:
    """A late-interaction reranker on the engine of a loaded embedder.

    Args:
        embedder: Must stay open as long as the reranker is used.
        scores: Maximum number of cached pair scores.
        release: Called by the reranker's `close`.
    """
    card = _maxsim(embedder.model, LATE_INTERACTION)
    pairing = LatePairing(embedder.queries, embedder.tokens)
    return EngineScorer(card, embedder.engine, pairing, ScoreCache(scores), release)


def load_stored_late_interaction(encoder: EngineEmbedder) -> StoredLateInteraction:
    """Late interaction over stored token vectors, on the engine of a packaged bi-encoder."""
    whole = _maxsim(encoder.model, LATE_INTERACTION)
    card = _maxsim(encoder.model, STORED)
    return StoredLateInteraction(replace(card, stands_for=whole.fingerprint), encoder)


def _maxsim(embedder: ModelCard, name: str) -> ModelCard:
    facts = f"{embedder.fingerprint}\n{_LATE_TEMPLATES[name]}"
    return replace(
        embedder,
        kind=ModelKind.RERANKER,
        name=name,
        fingerprint=hashlib.sha256(facts.encode()).hexdigest(),
        dimensions=None,
        score_kind=ScoreKind.MAXSIM,
    )
