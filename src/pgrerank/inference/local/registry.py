"""Models by name: what wiring calls."""
# pyright: reportUnknownMemberType=false

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias, TypedDict

from sentence_transformers import CrossEncoder, SentenceTransformer

from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.inference import compression
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.chunking import Chunker
from pgrerank.inference.local import bi_encoder, colbert, cross_encoder, late_interaction, yes_no
from pgrerank.inference.local.backend import (
    classifier,
    classifier_obstacle,
    encoder,
    encoder_obstacle,
)
from pgrerank.inference.local.bi_encoder import EngineEmbedder
from pgrerank.inference.local.blended import BlendedScorer
from pgrerank.inference.local.checkpoint import (
    check_bi_encoder,
    check_cross_encoder,
    check_runs,
    load_checkpoint,
    prompts,
)
from pgrerank.inference.local.colbert import ColbertPairing
from pgrerank.inference.local.cross_encoder import CrossPairing
from pgrerank.inference.local.late_interaction import LatePairing
from pgrerank.inference.local.scorer import EngineScorer, Pairing
from pgrerank.inference.local.stored import StoredLateInteraction
from pgrerank.inference.local.yes_no import YesNoPairing
from pgrerank.inference.model import use_threads
from pgrerank.inference.model_files import LATE_INTERACTION, PACKAGED, files
from pgrerank.inference.precision import Precision
from pgrerank.inference.scheduler.engine import CAPACITY, LONGEST_WAIT_S, Engine
from pgrerank.inference.scheduler.worker import BatchBackend
from pgrerank.inference.shipped import BUNDLED
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
        max_length: Tokens of a sequence; None: what the model was made for, 512 at most.
        queue_size: Sequences that may wait.
        longest_wait_s: Seconds of work that may be ahead of a query or a pair.
        elapsed: The clock of deadlines, in seconds.

    Raises:
        ModelError: There is no such model, or it is not one that this engine runs.
    """
    threads = use_threads(threads)
    checks: Any = {"check": check_bi_encoder, "obstacle": encoder_obstacle}
    model = load_checkpoint(SentenceTransformer, name, revision, precision, max_length, **checks)
    prompt = prompts(model.module)
    card = replace(
        model.card(ModelKind.EMBEDDER, bi_encoder.TEMPLATE),
        dimensions=model.module.get_embedding_dimension(),
    )
    backend = encoder(model, threads=threads)
    check_runs(name, backend, model.tokens)
    engine = Engine(
        backend, name, capacity=queue_size, longest_wait_s=longest_wait_s, elapsed=elapsed
    )
    chunker = Chunker(model.tokens, prompt=prompt.passage)
    return EngineEmbedder(card, engine, model.tokens, prompt, chunker)


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
        name: `late-interaction`, `bundled`, or the folder or hub name of a cross-encoder, or of a
            language model that was trained to say yes or no (Qwen3-Reranker).
        embedder: Late interaction, also that of `bundled`, shares its engine, if it is the packaged.
        revision: Branch, tag or commit of the hub repository.
        precision: `fast`, `exact` or `int8`, see `route`.
        threads: Threads that a model may use; 0: one for each physical core.
        max_length: Tokens of a sequence; None: what the model was made for, 512 at most.
        queue_size: Sequences that may wait.
        longest_wait_s: Seconds of work that may be ahead of a query or a pair.
        scores: Pair scores that are kept.
        elapsed: The clock of deadlines, in seconds.

    Raises:
        ModelError: There is no such model, or it is neither a cross-encoder with one output nor a
            language model that answers yes or no.
    """
    engine = _EngineKnobs(capacity=queue_size, longest_wait_s=longest_wait_s, elapsed=elapsed)
    read = partial(_read, name, revision, precision, max_length, threads)
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
    """The packaged embedder, and what to call when it is not needed any more."""
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


@dataclass(frozen=True, slots=True)
class _Reader:
    """A loaded reranker, as an engine runs it."""

    card: ModelCard
    backend: BatchBackend[Any]
    pairing: Callable[[Engine[Any]], Pairing[Any]]


def _running(read: _Reader, knobs: _EngineKnobs, scores: int) -> EngineScorer[Any]:
    engine: Engine[Any] = Engine(read.backend, read.card.name, **knobs)
    return EngineScorer(read.card, engine, read.pairing(engine), ScoreCache(scores), engine.close)


def _read(
    name: str, revision: str | None, precision: Precision, max_length: int | None, threads: int
) -> _Reader:
    use_threads(threads)
    found = files(name, revision)
    if colbert.is_one(found):
        late_model = colbert.load_checkpoint(name, revision, precision, max_length)
        tokens = late_model.tokens
        return _Reader(
            late_model.card, late_model.backend, lambda engine: ColbertPairing(engine, tokens)
        )
    if yes_no.is_one(found):
        model = yes_no.load_checkpoint(name, revision, precision, max_length)
        check_runs(name, model.backend, model.tokens)
        return _Reader(model.card, model.backend, lambda _: YesNoPairing(model.tokens))
    card, backend, tokens = _cross_encoder(name, revision, precision, max_length, threads)
    return _Reader(card, backend, lambda _: CrossPairing(tokens))


def _cross_encoder(
    name: str, revision: str | None, precision: Precision, max_length: int | None, threads: int
) -> tuple[ModelCard, BatchBackend[float], Tokens]:
    threads = use_threads(threads)
    model = load_checkpoint(
        CrossEncoder,
        name,
        revision,
        precision,
        max_length,
        check=check_cross_encoder,
        obstacle=classifier_obstacle,
    )
    card = replace(
        model.card(ModelKind.RERANKER, cross_encoder.TEMPLATE),
        score_kind=ScoreKind.LOGIT,
    )
    backend = classifier(model, threads=threads)
    check_runs(name, backend, model.tokens)
    return card, backend, model.tokens


def load_late_interaction(
    embedder: EngineEmbedder,
    *,
    scores: int = SCORES,
    release: Callable[[], None] = lambda: None,
) -> EngineScorer[Any]:
    """A late-interaction reranker on the engine of a loaded embedder.

    Args:
        embedder: Must stay open as long as the reranker is used.
        scores: Pair scores that are kept.
        release: What the reranker's `close` calls.
    """
    card = _maxsim(embedder, LATE_INTERACTION, late_interaction.TEMPLATE)
    pairing = LatePairing(embedder.queries, embedder.tokens)
    return EngineScorer(card, embedder.engine, pairing, ScoreCache(scores), release)


def load_stored_late_interaction(embedder: EngineEmbedder) -> StoredLateInteraction | None:
    """Late interaction over stored token vectors, on the engine of a loaded embedder.

    Returns:
        None for an embedder other than the packaged one: no other was measured.
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
