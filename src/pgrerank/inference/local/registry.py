"""Loads local models by name, for `wiring`."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias, TypedDict

from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.inference import compression
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.chunking import Chunker
from pgrerank.inference.local import late_interaction, packaged
from pgrerank.inference.local.bi_encoder import EngineEmbedder
from pgrerank.inference.local.blended import BlendedScorer
from pgrerank.inference.local.cross_encoder import CrossPairing
from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.local.late_interaction import LatePairing
from pgrerank.inference.local.loaded import LoadedModel
from pgrerank.inference.local.machine import machine
from pgrerank.inference.local.scorer import EngineScorer, Pairing
from pgrerank.inference.local.stored import StoredLateInteraction
from pgrerank.inference.model_files import LATE_INTERACTION, PACKAGED, files
from pgrerank.inference.precision import Precision, route
from pgrerank.inference.scheduler.engine import CAPACITY, LONGEST_WAIT_S, Engine
from pgrerank.inference.shipped import BUNDLED
from pgrerank.inference.threads import use_threads
from pgrerank.inference.tokens import Tokens

#: a reranker that runs in this process
LocalScorer: TypeAlias = EngineScorer[Any] | BlendedScorer

STORED = "late-interaction-stored"
SCORES = 200_000


def load_embedder(
    name: str = PACKAGED,
    *,
    revision: str | None = None,
    precision: Precision = "fast",
    threads: int = 0,
    max_length: int | None = None,
    queue_size: int = CAPACITY,
    longest_wait_s: float = LONGEST_WAIT_S,
    elapsed: Callable[[], float] = time.perf_counter,
) -> EngineEmbedder:
    """Load a bi-encoder and start its engine. Blocking: takes seconds.

    Args:
        name: `all-MiniLM-L6-v2` (packaged), a folder, or a hub name.
        revision: Branch, tag or commit of the hub repository.
        precision: `fast`, `exact` or `int8`, see `route`.
        threads: Threads that a model may use; 0: one for each physical core.
        max_length: Maximum tokens of a sequence; None: the limit of the model, at most 512.
        queue_size: Maximum number of queued sequences.
        longest_wait_s: Maximum seconds of work ahead of a query or a pair.
        elapsed: Clock of the deadlines, in seconds.

    Raises:
        ModelError: The model does not exist, or is not supported.
    """
    loaded = _open_embedder(name, revision, precision, max_length, use_threads(threads))
    loaded.check_runs(name)
    engine = Engine(
        loaded.backend, name, capacity=queue_size, longest_wait_s=longest_wait_s, elapsed=elapsed
    )
    chunker = Chunker(loaded.tokens, prompt=loaded.prompts.passage)
    return EngineEmbedder(loaded.card, engine, loaded.tokens, loaded.prompts, chunker)


def load_scorer(
    name: str = LATE_INTERACTION,
    *,
    embedder: EngineEmbedder | None = None,
    revision: str | None = None,
    precision: Precision = "fast",
    threads: int = 0,
    max_length: int | None = None,
    queue_size: int = CAPACITY,
    longest_wait_s: float = LONGEST_WAIT_S,
    scores: int = SCORES,
    elapsed: Callable[[], float] = time.perf_counter,
) -> LocalScorer:
    """Load a reranker. Blocking: takes seconds.

    Args:
        name: `late-interaction`, `bundled`, or the folder or hub name of a cross-encoder, of a
            multi-vector model, or of a language model trained to answer yes or no (Qwen3-Reranker).
        embedder: If it is the packaged one, `late-interaction` and `bundled` share its engine.
        revision: Branch, tag or commit of the hub repository.
        precision: `fast`, `exact` or `int8`, see `route`.
        threads: Threads that a model may use; 0: one for each physical core.
        max_length: Maximum tokens of a sequence; None: the limit of the model, at most 512 (a
            language model: 1024).
        queue_size: Maximum number of queued sequences.
        longest_wait_s: Maximum seconds of work ahead of a query or a pair.
        scores: Maximum number of cached pair scores.
        elapsed: Clock of the deadlines, in seconds.

    Raises:
        ModelError: The model does not exist, or is not one of these kinds.
    """
    engine = _EngineKnobs(capacity=queue_size, longest_wait_s=longest_wait_s, elapsed=elapsed)
    read = partial(_open_reranker, name, revision, precision, max_length, use_threads(threads))
    if name not in {LATE_INTERACTION, BUNDLED}:
        return _running(read(), engine, scores)
    if name == LATE_INTERACTION:
        base, release = _base(embedder, precision, threads, engine)
        return load_late_interaction(base, scores=scores, release=release)
    loaded = read()
    base, release = _base(embedder, precision, threads, engine)
    cross = _running(loaded, engine, scores=0)
    return BlendedScorer(cross, _stored_late_interaction(base), ScoreCache(scores), release)


class _EngineKnobs(TypedDict):
    capacity: int
    longest_wait_s: float
    elapsed: Callable[[], float]


def _base(
    embedder: EngineEmbedder | None, precision: Precision, threads: int, engine: _EngineKnobs
) -> tuple[EngineEmbedder, Callable[[], None]]:
    """The packaged embedder, and a function to call when it is no longer needed."""
    if embedder is not None and embedder.model.name == PACKAGED:
        return embedder, lambda: None
    own = load_embedder(
        precision=precision,
        threads=threads,
        queue_size=engine["capacity"],
        longest_wait_s=engine["longest_wait_s"],
        elapsed=engine["elapsed"],
    )
    return own, own.close


class _Reranker(NamedTuple):
    loaded: LoadedModel[Any]
    pairing: Callable[[Engine[Any]], Pairing[Any]]


def _running(opened: _Reranker, knobs: _EngineKnobs, scores: int) -> EngineScorer[Any]:
    loaded, pairing = opened
    engine: Engine[Any] = Engine(loaded.backend, loaded.card.name, **knobs)
    return EngineScorer(loaded.card, engine, pairing(engine), ScoreCache(scores), engine.close)


def _open_embedder(
    name: str, revision: str | None, precision: Precision, max_length: int | None, threads: int
) -> LoadedModel[EncodedRow]:
    hardware = machine()
    if name == PACKAGED and not hardware.gpu:
        plan = route(precision, None, hardware, reference="openvino")
        return packaged.load_embedder(plan, max_length, threads=threads)
    found = files(name, revision)
    load = _torch_models(name, threads)
    return load.load_embedder(found, precision, max_length, hardware, threads=threads)


def _open_reranker(
    name: str, revision: str | None, precision: Precision, max_length: int | None, threads: int
) -> _Reranker:
    hardware = machine()
    if name == BUNDLED and not hardware.gpu:
        plan = route(precision, None, hardware, reference="openvino")
        loaded = packaged.load_cross_encoder(plan, max_length, threads=threads)
        loaded.check_runs(name)
        return _Reranker(loaded, partial(_cross_pairing, loaded.tokens))
    found = files(name, revision)
    load = _torch_models(name, threads)
    return _Reranker(*load.load_reranker(found, precision, max_length, hardware, threads=threads))


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
    card = _maxsim(embedder, LATE_INTERACTION, late_interaction.TEMPLATE)
    pairing = LatePairing(embedder.queries, embedder.tokens)
    return EngineScorer(card, embedder.engine, pairing, ScoreCache(scores), release)


def load_stored_late_interaction(embedder: EngineEmbedder) -> StoredLateInteraction | None:
    """Late interaction over stored token vectors, on the engine of a loaded embedder.

    Returns:
        None if the embedder is not the packaged one: no other was measured.
    """
    return _stored_late_interaction(embedder) if embedder.model.name == PACKAGED else None


def _stored_late_interaction(embedder: EngineEmbedder) -> StoredLateInteraction:
    whole = _maxsim(embedder, LATE_INTERACTION, late_interaction.TEMPLATE)
    card = _maxsim(embedder, STORED, compression.TEMPLATE)
    return StoredLateInteraction(replace(card, stands_for=whole.fingerprint), embedder)


def _maxsim(embedder: EngineEmbedder, name: str, template: str) -> ModelCard:
    facts = f"{embedder.model.fingerprint}\n{template}"
    return replace(
        embedder.model,
        kind=ModelKind.RERANKER,
        name=name,
        fingerprint=hashlib.sha256(facts.encode()).hexdigest(),
        dimensions=None,
        score_kind=ScoreKind.MAXSIM,
    )
