"""Models, by what the settings name."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import structs

from pgrerank.domain.model import ModelCard
from pgrerank.ports.embedder import Embedder
from pgrerank.ports.scorer import ListReader, Scorer
from pgrerank.settings import Settings, secret

if TYPE_CHECKING:
    from pgrerank.inference.local.bi_encoder import EngineEmbedder
    from pgrerank.inference.local.registry import LocalScorer
    from pgrerank.inference.local.stored import StoredLateInteraction
    from pgrerank.inference.remote.opened import Named


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModels:
    """The loaded models."""

    embedder: "EngineEmbedder"
    scorer: "LocalScorer"
    late: "StoredLateInteraction | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceModels:
    """The models of the settings, wherever they run, and those that have names beside them."""

    embedder: Embedder
    scorer: Scorer
    #: over stored token vectors; None where the embedder is not the one it knows
    late: "StoredLateInteraction | None"
    #: the reranker, where it also compares the passages of a list with each other
    reader: ListReader | None
    #: those of this machine
    local: LocalModels
    named: "Named"


@contextmanager
def models(settings: Settings) -> Generator[LocalModels]:
    """The embedder and the reranker. Loading blocks for seconds.

    Raises:
        ModelError: A name stands for no usable model.
    """
    from pgrerank.inference.local import registry  # noqa: PLC0415 - torch takes seconds that few commands need

    with open_embedder(settings) as embedder:
        scorer = registry.load_scorer(
            settings.reranker,
            embedder=embedder,
            precision=settings.precision,
            threads=settings.threads,
            queue_size=settings.queue_size,
            longest_wait_s=settings.max_wait_seconds,
            scores=settings.score_cache,
        )
        try:
            stored = registry.load_stored_late_interaction(embedder)
            yield LocalModels(embedder=embedder, scorer=scorer, late=stored)
        finally:
            scorer.close()


@contextmanager
def open_embedder(settings: Settings) -> "Generator[EngineEmbedder]":
    """The embedder alone. Loading blocks for seconds.

    Raises:
        ModelError: Its name stands for no usable model.
    """
    from pgrerank.inference.local import registry  # noqa: PLC0415 - as above

    embedder = registry.load_embedder(
        settings.embedder,
        precision=settings.precision,
        threads=settings.threads,
        queue_size=settings.queue_size,
        longest_wait_s=settings.max_wait_seconds,
    )
    try:
        yield embedder
    finally:
        embedder.close()


@asynccontextmanager
async def load_models(settings: Settings) -> AsyncGenerator[ServiceModels]:
    """The models of the settings: by the name of a backend, or else loaded here.

    Raises:
        StartupError: A model or the file of backends is refused; says what mends it.
    """
    async with remote_models(settings) as named:
        embedder = named.embedders.get(settings.embedder)
        scorer = named.rerankers.get(settings.reranker)
        await asyncio.to_thread(_require_names, settings, named)
        # What runs elsewhere needs no model of its own here; the packaged one is there in any case.
        ours = Settings()
        loading = models(
            structs.replace(
                settings,
                embedder=settings.embedder if embedder is None else ours.embedder,
                reranker=settings.reranker if scorer is None else ours.reranker,
            )
        )
        local = await asyncio.to_thread(loading.__enter__)
        try:
            late = local.late if embedder is None else None
            yield ServiceModels(
                embedder=embedder or local.embedder,
                scorer=scorer or local.scorer,
                late=late,
                reader=_reader(scorer or local.scorer, late),
                local=local,
                named=named,
            )
        finally:
            await asyncio.to_thread(loading.__exit__, None, None, None)


def _reader(scorer: Scorer, late: "StoredLateInteraction | None") -> ListReader | None:
    from pgrerank.inference.local.blended import BlendedScorer  # noqa: PLC0415 - as above

    if isinstance(scorer, BlendedScorer):
        return scorer
    return late if late is not None and late.model.can_replace(scorer.model) else None


@asynccontextmanager
async def load_embedder(settings: Settings) -> AsyncGenerator[Embedder]:
    """The embedder of the settings alone. Raises as `chosen`."""
    async with remote_models(settings) as named:
        await asyncio.to_thread(_require_embedder, settings, named)
        if settings.embedder in named.embedders:
            yield named.embedders[settings.embedder]
            return
        loading = open_embedder(settings)
        local = await asyncio.to_thread(loading.__enter__)
        try:
            yield local
        finally:
            await asyncio.to_thread(loading.__exit__, None, None, None)


def _require_names(settings: Settings, named: "Named") -> None:
    from pgrerank.inference import model_files  # noqa: PLC0415 - as above

    _require_embedder(settings, named)
    model_files.require("reranker", settings.reranker, named.rerankers)


def _require_embedder(settings: Settings, named: "Named") -> None:
    from pgrerank.inference import model_files  # noqa: PLC0415 - as above

    model_files.require("embedder", settings.embedder, named.embedders)


def remote_models(settings: Settings) -> "AbstractAsyncContextManager[Named]":
    """The models behind other servers that an operator named.

    Raises:
        SettingsError: The file of backends is wrong, or a key is missing.
        ModelError: A server that must say what it runs does not answer.
    """
    from pgrerank.inference.remote.opened import open_models  # noqa: PLC0415 - as above

    return open_models(settings.backends, secret, elapsed=perf_counter, scores=settings.score_cache)


def base_model(name: str) -> tuple[Path, str]:
    """Folder and fingerprint of a model to train from.

    Raises:
        ModelError: There is none of this name.
    """
    from pgrerank.inference import model_files  # noqa: PLC0415 - as above

    found = model_files.files(name)
    return found.folder, found.fingerprint()


def reranker_card(settings: Settings) -> ModelCard:
    """Identity of the reranker of the settings, which is loaded for it: so it does load.

    Raises:
        ModelError: It does not.
    """
    with models(settings) as loaded:
        return loaded.scorer.model
