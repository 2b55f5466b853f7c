"""What scripts/bench-peers compares: pipelines that users build, and pgrerank, each as a service."""

import asyncio
import json
import os
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlparse

import psutil
import psycopg
from bench_clients import Request, SearchFailedError, Target
from bench_environments import install
from bench_service import COLLECTION, Caller, running
from psycopg import sql

from pgrerank.domain.document import Document, passage
from pgrerank.inference.model_files import files, packaged_folder
from pgrerank.inference.shipped import BUNDLED
from pgrerank.storage.embedded import EmbeddedServer

DEPTH = 50
LIMIT = 10
_LONGEST = 512
_BATCH = 100
_PROGRAMS = Path(__file__).parent / "peers"
_SERVICE = ("fastapi", "uvicorn")
_SENTENCE_TRANSFORMERS = "sentence-transformers"
_STOP_S = 10
_QUIET = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "INFINITY_ANONYMOUS_USAGE_STATS": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What all alternatives share."""

    #: of the server
    data_dir: Path
    server: EmbeddedServer
    documents: Sequence[Document]
    #: a cross-encoder that comes with pgrerank, or its folder
    reranker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline of other libraries, in a virtual environment of its own."""

    name: str
    about: str
    #: its module in scripts/peers
    module: str
    requirements: tuple[str, ...]

    def serve(self, place: Workplace) -> AbstractAsyncContextManager[Target]:
        """Install it, store the documents, and serve.

        Raises:
            RuntimeError: It cannot be installed, or does not start.
        """
        return _pipeline(self, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A `pgrerank serve`."""

    name: str
    about: str
    #: whether it has the cross-encoder of the others, or the default reranker
    cross_encoder: bool
    store_tokens: bool
    #: how many of the candidates the cross-encoder reads; None: all
    cascade: int | None = None

    def serve(self, place: Workplace) -> AbstractAsyncContextManager[Target]:
        """Store the documents in a new tenant, and serve."""
        return _ours(self, place)


TUTORIAL = "tutorial"
ALTERNATIVES: tuple[Pipeline | Ours, ...] = (
    Pipeline(
        name=TUTORIAL,
        about="pgvector's nearest neighbours, and CrossEncoder.predict of sentence-transformers",
        module="tutorial",
        requirements=(_SENTENCE_TRANSFORMERS, "psycopg[binary,pool]", "pgvector"),
    ),
    Pipeline(
        name="langchain",
        about="PGVector, ContextualCompressionRetriever and CrossEncoderReranker",
        module="with_langchain",
        requirements=(
            *("langchain-postgres", "langchain-classic", "langchain-community"),
            *("langchain-huggingface", _SENTENCE_TRANSFORMERS, "psycopg[binary]"),
        ),
    ),
    Pipeline(
        name="supabase",
        about="a function hybrid_search in SQL, and a server of infinity-emb for both models",
        module="supabase",
        requirements=(
            *("infinity-emb[torch,server]", "transformers<4.49", "optimum<2"),
            *("psycopg[binary,pool]", "pgvector", "httpx"),
        ),
    ),
    Pipeline(
        name="llamaindex",
        about="PGVectorStore and SentenceTransformerRerank",
        module="with_llamaindex",
        requirements=(
            *("llama-index-core", "llama-index-vector-stores-postgres", _SENTENCE_TRANSFORMERS),
            *("llama-index-embeddings-huggingface", "llama-index-postprocessor-sbert-rerank"),
        ),
    ),
    Ours(
        name="pgrerank-cross-encoder",
        about="pgrerank with the same cross-encoder",
        cross_encoder=True,
        store_tokens=False,
    ),
    Ours(
        name="pgrerank-cascade",
        about="the same, for the 20 candidates that stored token vectors score best",
        cross_encoder=True,
        store_tokens=True,
        cascade=20,
    ),
    Ours(
        name="pgrerank",
        about="pgrerank's default reranker, late interaction, over stored token vectors",
        cross_encoder=False,
        store_tokens=True,
    ),
)


@asynccontextmanager
async def _pipeline(pipeline: Pipeline, place: Workplace) -> AsyncGenerator[Target]:
    with ExitStack() as stack:
        yield await asyncio.to_thread(stack.enter_context, _serve(pipeline, place))


@contextmanager
def _serve(pipeline: Pipeline, place: Workplace) -> Generator[Target]:
    with tempfile.TemporaryDirectory(prefix="pgrerank-peer-") as name:
        folder = Path(name)
        python = install(folder / "venv", (*_SERVICE, *pipeline.requirements))
        configuration, log = folder / "configuration.json", folder / "log.txt"
        configuration.write_text(json.dumps(_configuration(pipeline, place, folder)))
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - its own program
                [python, _PROGRAMS / "service.py", pipeline.module, configuration],
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **_QUIET},  # noqa: TID251 - the child's
            )
        with process:
            try:
                yield _target(process, log)
            finally:
                _stop(process)


def _configuration(pipeline: Pipeline, place: Workplace, folder: Path) -> Mapping[str, object]:
    rows = [
        {"id": each.external_id, "text": passage(each.title, each.text)} for each in place.documents
    ]
    stored = folder / "documents.jsonl"
    stored.write_text("\n".join(map(json.dumps, rows)))
    reranker = files(place.reranker).folder.resolve()
    return {
        "database": _database(place.server, f"peer_{pipeline.module}"),
        "documents": str(stored),
        "embedder": str(packaged_folder()),
        "reranker": str(reranker),
        "length": longest_pair(reranker),
        "depth": DEPTH,
        "limit": LIMIT,
    }


def longest_pair(folder: Path) -> int:
    """Most tokens of a pair, which pgrerank and sentence-transformers take from the tokenizer."""
    tokenizer: Mapping[str, Any] = json.loads((folder / "tokenizer_config.json").read_text())
    return min(int(tokenizer.get("model_max_length", _LONGEST)), _LONGEST)


def _database(server: EmbeddedServer, name: str) -> str:
    """Create an empty database. Returns its URL."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return server.url("postgres", name)


def _target(process: subprocess.Popen[bytes], log: Path) -> Target:
    port = process.stdout.readline() if process.stdout else b""
    if not port:
        raise RuntimeError(f"it does not start: {log.read_text()[-300:].strip()}")
    return Target(
        port=int(port),
        pid=process.pid,
        request=lambda query: Request("GET", f"/search?{urlencode({'query': query})}"),
        documents=lambda answer: answer,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and those below it."""
    if process.poll() is not None:
        return
    below = psutil.Process(process.pid).children(recursive=True)
    every = [psutil.Process(process.pid), *below]
    for each in every:
        each.terminate()
    _, alive = psutil.wait_procs(every, timeout=_STOP_S)
    for each in alive:
        each.kill()


@asynccontextmanager
async def _ours(ours: Ours, place: Workplace) -> AsyncGenerator[Target]:
    settings = {"PGRERANK_MAX_WAIT_SECONDS": "600"}  # rather wait than refuse
    if ours.cross_encoder:
        settings["PGRERANK_RERANKER"] = _cross_encoder(place.reranker)
    async with running(place.data_dir, settings) as service:
        caller = await service.caller(ours.name)
        for first in range(0, len(place.documents), _BATCH):
            await caller.ingest(
                [
                    {"id": each.external_id, "title": each.title, "text": each.text}
                    for each in place.documents[first : first + _BATCH]
                ],
                store_tokens=ours.store_tokens,
            )
        yield Target(
            port=urlparse(service.url).port or 80,
            pid=service.pid,
            request=lambda query: _search(caller, query, ours.cascade),
            documents=distinct_documents,
        )


def _cross_encoder(name: str) -> str:
    """The name by which pgrerank has the cross-encoder alone; `bundled` is more than that."""
    return str(files(name).folder.resolve()) if name == BUNDLED else name


def _search(caller: Caller, query: str, cascade: int | None) -> Request:
    # A document may have several chunks: of the 50 that are reranked come at least 10 documents.
    knobs = {"depth": DEPTH, "limit": DEPTH, "cascade": cascade, "rerank": "always"}
    return Request(
        "POST",
        f"/v1/collections/{COLLECTION}/search",
        json.dumps({"query": query, **knobs}).encode(),
        {
            "Authorization": caller.client.headers["Authorization"],
            "Content-Type": "application/json",
        },
    )


def distinct_documents(answer: Mapping[str, Any]) -> list[str]:
    """The ten best documents in an answer of pgrerank, whose results are chunks.

    Raises:
        SearchFailedError: Not all 50 candidates were reranked.
    """
    if answer["rerank"]["status"] != "full":
        raise SearchFailedError(f"rerank {answer['rerank']}")
    names = dict.fromkeys(result["document"]["id"] for result in answer["results"])
    return [*names][:LIMIT]
