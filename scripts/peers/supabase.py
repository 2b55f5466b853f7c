"""Supabase's way: a function `hybrid_search` in SQL, and infinity for embedding and reranking."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import socket
import subprocess
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from time import sleep
from typing import Any, LiteralString, cast

import httpx
import numpy as np
import psycopg
from contract import Configuration, Document, Search, documents
from pgvector.psycopg import register_vector
from psycopg_pool import ConnectionPool

SCHEMA = Path(__file__).with_suffix(".sql")
INSERT = "insert into document (name, content, embedding) values (%s, %s, %s)"
FIND = "select name, content from hybrid_search(%s, %s, %s)"
#: its defaults, but for the warm-up, which takes minutes on a processor
OPTIONS = ("--no-model-warmup",)
_BATCH = 32
_START_S = 300
_POLL_S = 0.2


@contextmanager
def open_search(configuration: Configuration) -> Generator[Search]:
    """Start infinity, and store the documents with their embeddings."""
    url = configuration["database"]
    with _infinity(configuration) as infinity:
        with psycopg.connect(url) as connection:
            create(connection)
            rows = iter(documents(configuration))
            while batch := [*islice(rows, _BATCH)]:
                store(connection, batch, _embed(infinity, [row.text for row in batch]))
        with ConnectionPool(url, configure=register_vector, open=True) as pool:
            yield partial(_search, configuration, infinity, pool)


def _search(
    configuration: Configuration, infinity: httpx.Client, pool: ConnectionPool[Any], query: str
) -> list[str]:
    (vector,) = _embed(infinity, [query])
    with pool.connection() as connection:
        rows = connection.execute(FIND, (query, vector, configuration["depth"])).fetchall()
    body = {
        "model": "reranker",
        "query": query,
        "documents": [content for _, content in rows],
        "top_n": configuration["limit"],
    }
    results = _answer(infinity.post("/rerank", json=body))["results"]
    return [rows[result["index"]][0] for result in results]


def create(connection: psycopg.Connection) -> None:
    """Create the table, its indexes and the function."""
    connection.execute("create extension if not exists vector")
    register_vector(connection)
    connection.execute(cast("LiteralString", SCHEMA.read_text()))


def store(
    connection: psycopg.Connection, batch: Iterable[Document], vectors: Iterable[np.ndarray]
) -> None:
    """Insert documents with their embeddings."""
    with connection.cursor() as cursor:
        cursor.executemany(
            INSERT, [(*row, vector) for row, vector in zip(batch, vectors, strict=True)]
        )


@contextmanager
def _infinity(configuration: Configuration) -> Generator[httpx.Client]:
    """A client of an infinity server with both models."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("infinity_emb"), "v2", "--port", str(port)]
    for name in ("embedder", "reranker"):
        command += ["--model-id", configuration[name], "--served-model-name", name]
    url = f"http://127.0.0.1:{port}"
    with (
        subprocess.Popen([*command, "--device", "cpu", *OPTIONS]) as server,  # noqa: S603 - its own
        httpx.Client(base_url=url, timeout=600) as client,
    ):
        try:
            _wait(server, client)
            yield client
        finally:
            server.terminate()


def _wait(server: subprocess.Popen[bytes], client: httpx.Client) -> None:
    for _ in range(int(_START_S / _POLL_S)):
        if server.poll() is not None:
            break
        try:
            client.get("/health")
        except httpx.ConnectError:
            sleep(_POLL_S)
        else:
            return
    raise SystemExit("infinity does not start")


def _embed(infinity: httpx.Client, texts: Sequence[str]) -> list[np.ndarray]:
    answer = _answer(infinity.post("/embeddings", json={"model": "embedder", "input": texts}))
    return [np.array(row["embedding"], dtype=np.float32) for row in answer["data"]]


def _answer(response: httpx.Response) -> Any:
    return response.raise_for_status().json()
