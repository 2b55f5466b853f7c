"""Opens the models of the operator's backends file."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import Tokenizer

from pgrerank.inference import model_files
from pgrerank.inference.cache import ScoreCache
from pgrerank.inference.chunking import Chunker
from pgrerank.inference.remote import backend as backends
from pgrerank.inference.remote import identity
from pgrerank.inference.remote.backend import (
    BackendSettings,
    EmbedderBackend,
    RerankerBackend,
    Secret,
)
from pgrerank.inference.remote.dialects import known
from pgrerank.inference.remote.embedder import RemoteEmbedder
from pgrerank.inference.remote.judge import ChatJudge
from pgrerank.inference.remote.listwise import ListwiseScorer
from pgrerank.inference.remote.scorer import RemoteScorer
from pgrerank.inference.remote.transport import Server, Sleep
from pgrerank.inference.tokens import Tokens
from pgrerank.ports.embedder import Embedder
from pgrerank.ports.scorer import Scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteModels:
    """Models on other servers, by the operator's names."""

    rerankers: Mapping[str, Scorer] = field(default_factory=dict[str, Scorer])
    embedders: Mapping[str, Embedder] = field(default_factory=dict[str, Embedder])
    judges: Mapping[str, ChatJudge] = field(default_factory=dict[str, ChatJudge])


@asynccontextmanager
async def open_models(
    path: Path | None,
    secret: Secret,
    *,
    monotonic: Callable[[], float],
    scores: int,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[RemoteModels]:
    """Open all models of the file until the end of the block.

    Args:
        path: The file; None if there is none.
        secret: Returns the value of an environment variable.
        monotonic: Clock of the deadlines, in seconds.
        scores: Maximum number of cached pair scores of each reranker.
        sleep: Waits for a number of seconds.

    Raises:
        SettingsError: The file is missing or invalid, or a key is missing.
        ModelError: A server that must describe its model does not answer.
    """
    configured = backends.Backends() if path is None else backends.read(path)
    async with AsyncExitStack() as stack:

        def server(name: str, backend: BackendSettings) -> Server:
            opened = Server(
                name, backend, key=backend.key(secret), monotonic=monotonic, sleep=sleep
            )
            stack.push_async_callback(opened.close)
            return opened

        yield RemoteModels(
            rerankers={
                name: await _reranker(server(name, backend), backend, ScoreCache(scores))
                for name, backend in configured.reranker.items()
            },
            embedders={
                name: await _embedder(server(name, backend), backend)
                for name, backend in configured.embedder.items()
            },
            judges={
                name: ChatJudge(server(name, backend), backend)
                for name, backend in configured.judge.items()
            },
        )


async def _reranker(server: Server, backend: RerankerBackend, cache: ScoreCache) -> Scorer:
    if backend.dialect == known.LISTWISE:
        return ListwiseScorer(identity.listwise(server, backend), server, backend)
    dialect = known.RERANK[backend.dialect]
    info = await identity.server_info(server, backend)
    card = identity.reranker(server, backend, backend.score_kind or dialect.kind, info)
    batch = backend.batch or (info and info.max_client_batch_size) or dialect.batch
    return RemoteScorer(card, server, dialect, backend, cache, batch=batch)


async def _embedder(server: Server, backend: EmbedderBackend) -> Embedder:
    info = await identity.server_info(server, backend)
    card = identity.embedder(server, backend, info)
    tokens = await asyncio.to_thread(_measure, card.max_length)
    chunker = Chunker(tokens, prompt=backend.passage_prompt)
    dialect = known.EMBED[backend.dialect]
    batch = backend.batch or (info and info.max_client_batch_size) or dialect.batch
    return RemoteEmbedder(card, server, dialect, backend, chunker, batch=batch)


def _measure(max_length: int) -> Tokens:
    """The packaged tokenizer, to measure chunks for a model whose tokenizer is on a server.

    Its vocabulary is small, so it splits nearly any text into more tokens than others do.
    """
    return Tokens(
        Tokenizer.from_file(str(model_files.packaged_folder() / "tokenizer.json")), max_length
    )
