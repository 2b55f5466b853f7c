"""Load the models that the settings name."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from pgrerank.domain.model import ModelCard
from pgrerank.ports.embedder import Embedder
from pgrerank.ports.scorer import ListReader, Scorer
from pgrerank.ports.services import require_named
from pgrerank.settings import Settings, secret

if TYPE_CHECKING:
    from pgrerank.inference.local.bi_encoder import EngineEmbedder
    from pgrerank.inference.local.registry import LocalScorer
    from pgrerank.inference.local.spans import EncoderSpans
    from pgrerank.inference.local.stored import StoredLateInteraction
    from pgrerank.inference.remote.opened import RemoteModels


Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModels:
    """The models loaded in this process; None: not needed."""

    embedder: "EngineEmbedder | None"
    #: makes token vectors; may be the embedder
    encoder: "EngineEmbedder | None"
    scorer: "LocalScorer | None"
    late: "StoredLateInteraction | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceModels:
    """The models of the settings, wherever they run, and all other named models."""

    embedder: Embedder
    scorer: Scorer
    #: reads stored token vectors; None if no model makes them
    late: "StoredLateInteraction | None"
    #: finds the sentences of results; None if no packaged encoder runs here
    spans: "EncoderSpans | None"
    #: compares the passages of a list with each other: the reranker if it can, else `late`
    reader: ListReader | None
    #: the models of this process
    local: LocalModels
    #: the models that the operator named
    remote: "RemoteModels"


@contextmanager
def open_embedder(settings: Settings) -> "Generator[EngineEmbedder]":
    """Load only the embedder. Loading blocks for seconds.

    Raises:
        ModelError: Its name is not that of a usable model.
    """
    from pgrerank.inference.local import registry  # noqa: PLC0415 - takes seconds that few commands need

    embedder = registry.load_embedder(
        settings.embedder,
        precision=settings.precision,
        threads=settings.threads,
        engine=settings.engine,
    )
    try:
        yield embedder
    finally:
        embedder.close()


@contextmanager
def open_scorer(settings: Settings, *encoders: "EngineEmbedder") -> "Generator[LocalScorer]":
    """Load only the reranker. Loading blocks for seconds.

    Args:
        settings: The settings, which name it.
        encoders: See `registry.load_scorer`.

    Raises:
        ModelError: Its name is not that of a usable model.
    """
    from pgrerank.inference.local import registry  # noqa: PLC0415 - as above

    scorer = registry.load_scorer(
        settings.reranker,
        encoders=encoders,
        precision=settings.precision,
        threads=settings.threads,
        engine=settings.engine,
        scores=settings.score_cache,
    )
    try:
        yield scorer
    finally:
        scorer.close()


@contextmanager
def local_models(settings: Settings, remote: "RemoteModels") -> Generator[LocalModels]:
    """Load the models that do not run on other servers. Loading takes seconds."""
    token_model, embedder_name = _token_model(settings, remote), _embedder(settings, remote)
    with ExitStack() as stack:
        loaded = {
            name: stack.enter_context(open_embedder(structs.replace(settings, embedder=name)))
            for name in dict.fromkeys([token_model, embedder_name])
            if name is not None
        }
        encoder = loaded.get(token_model or "")
        scorer = late = None
        if settings.reranker not in remote.rerankers:
            scorer = stack.enter_context(open_scorer(settings, *loaded.values()))
        if encoder is not None:
            from pgrerank.inference.local import registry  # noqa: PLC0415 - as above

            late = registry.load_stored_late_interaction(encoder)
        embedder = loaded.get(embedder_name or "")
        yield LocalModels(embedder=embedder, encoder=encoder, scorer=scorer, late=late)


def _embedder(settings: Settings, remote: "RemoteModels") -> str | None:
    """Name of the embedder, if it runs in this process."""
    return None if settings.embedder in remote.embedders else settings.embedder


def _token_model(settings: Settings, remote: "RemoteModels") -> str | None:
    """Name of the model of token vectors: that of the settings, else the embedder if it can.

    Otherwise it is the default one, if the reranker reads token vectors.
    """
    from pgrerank.inference import model_files  # noqa: PLC0415 - as above

    if settings.token_model is not None:
        return settings.token_model
    if _embedder(settings, remote) in model_files.EMBEDDERS:
        return settings.embedder
    reads_tokens = settings.reranker in {*model_files.OVER_TOKENS} - {*remote.rerankers}
    return model_files.PACKAGED if reads_tokens else None


#: loads the local models; a process that keeps models between calls sets a loader of its own
LOADER: "ContextVar[Callable[[Settings, RemoteModels], AbstractContextManager[LocalModels]]]" = (
    ContextVar("loader", default=local_models)
)


@asynccontextmanager
async def load_models(settings: Settings) -> AsyncGenerator[ServiceModels]:
    """The models of the settings: those named in the file of backends, else loaded here.

    Raises:
        StartupError: A model or the file of backends is refused; the message names the remedy.
    """
    async with remote_models(settings) as remote:
        await asyncio.to_thread(_require_names, settings, remote)
        async with _in_thread(LOADER.get()(settings, remote)) as local:
            yield _service_models(settings, remote, local)


@asynccontextmanager
async def _in_thread(loading: AbstractContextManager[Loaded]) -> AsyncGenerator[Loaded]:
    """What a blocking context manager gives; it is entered and left outside the event loop."""
    loaded = await asyncio.to_thread(loading.__enter__)
    try:
        yield loaded
    finally:
        await asyncio.to_thread(loading.__exit__, None, None, None)


def _service_models(
    settings: Settings, remote: "RemoteModels", local: LocalModels
) -> ServiceModels:
    embedder = remote.embedders.get(settings.embedder, local.embedder)
    scorer = remote.rerankers.get(settings.reranker, local.scorer)
    if embedder is None or scorer is None:
        raise AssertionError(settings.embedder, settings.reranker)  # one of the two exists
    return ServiceModels(
        embedder=embedder,
        scorer=scorer,
        late=local.late,
        spans=_spans(local),
        reader=_reader(scorer, local.late),
        local=local,
        remote=remote,
    )


def _spans(local: LocalModels) -> "EncoderSpans | None":
    from pgrerank.inference.local.spans import EncoderSpans  # noqa: PLC0415 - as above

    return None if local.encoder is None else EncoderSpans(local.encoder)


def _reader(scorer: Scorer, late: "StoredLateInteraction | None") -> ListReader | None:
    from pgrerank.inference.local.blended import BlendedScorer  # noqa: PLC0415 - as above

    if isinstance(scorer, BlendedScorer):
        return scorer
    return late


@asynccontextmanager
async def load_embedder(settings: Settings) -> AsyncGenerator[Embedder]:
    """Only the embedder of the settings. Raises as `load_models`."""
    async with remote_models(settings) as remote:
        await asyncio.to_thread(_require_embedder, settings, remote)
        if settings.embedder in remote.embedders:
            yield remote.embedders[settings.embedder]
            return
        async with _in_thread(open_embedder(settings)) as local:
            yield local


def _require_names(settings: Settings, remote: "RemoteModels") -> None:
    from pgrerank.inference import model_files  # noqa: PLC0415 - as above

    _require_embedder(settings, remote)
    if settings.token_model is not None:
        model_files.require("token model", settings.token_model, ())
    model_files.require("reranker", settings.reranker, remote.rerankers)


def _require_embedder(settings: Settings, remote: "RemoteModels") -> None:
    from pgrerank.inference import model_files  # noqa: PLC0415 - as above

    model_files.require("embedder", settings.embedder, remote.embedders)


def remote_models(settings: Settings) -> "AbstractAsyncContextManager[RemoteModels]":
    """The models on other servers that the operator named.

    Raises:
        SettingsError: The file of backends is invalid, or a key is missing.
        ModelError: A server that must report its model does not answer.
    """
    from pgrerank.inference.remote.opened import open_models  # noqa: PLC0415 - as above

    return open_models(
        settings.backends, secret, monotonic=perf_counter, scores=settings.score_cache
    )


def judge_name(settings: Settings, name: str) -> str:
    """The name under which judgments by a judge of the file of backends are stored.

    Raises:
        SettingsError: The file is invalid.
        InvalidRequestError: It names no such judge; lists those that it names.
    """
    from pgrerank.inference.remote import backend, judge  # noqa: PLC0415 - as above

    path = settings.backends
    judges = {} if path is None else backend.read(path).judge
    return judge.judge_name(name, require_named("judge", name, judges))


def base_model(name: str) -> tuple[Path, str]:
    """Folder and fingerprint of a model to train from.

    Raises:
        ModelError: There is no model of this name.
    """
    from pgrerank.inference import model_files  # noqa: PLC0415 - as above

    base = model_files.files(name)
    return base.folder, base.fingerprint()


def reranker_card(settings: Settings) -> ModelCard:
    """Identity of the reranker of the settings. The model is loaded, which proves it usable.

    Raises:
        ModelError: It cannot be loaded.
    """
    with open_scorer(settings) as scorer:
        return scorer.model
