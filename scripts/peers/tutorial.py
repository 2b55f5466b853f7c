"""The tutorial: nearest neighbours of pgvector, reranked by CrossEncoder.predict."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from contract import Configuration, Search, documents
from pgvector.psycopg import register_vector
from psycopg_pool import ConnectionPool
from sentence_transformers import CrossEncoder, SentenceTransformer

CREATE = "create table document (id text primary key, content text, embedding vector(384))"
INSERT = "insert into document (id, content, embedding) values (%s, %s, %s)"
NEAREST = "select id, content from document order by embedding <=> %s limit %s"


@contextmanager
def open_search(configuration: Configuration) -> Generator[Search]:
    """Store the documents with their embeddings."""
    embedder = SentenceTransformer(configuration["embedder"])
    reranker = CrossEncoder(configuration["reranker"], max_length=configuration["length"])
    _store(configuration, embedder)

    def search(query: str) -> list[str]:
        vector = embedder.encode(query)
        with pool.connection() as connection:
            rows = connection.execute(NEAREST, (vector, configuration["depth"])).fetchall()
        scores = reranker.predict([(query, content) for _, content in rows])
        ranked = sorted(zip(scores, rows, strict=True), key=lambda pair: pair[0], reverse=True)
        return [name for _, (name, _) in ranked[: configuration["limit"]]]

    with ConnectionPool(configuration["database"], configure=register_vector, open=True) as pool:
        yield search


def _store(configuration: Configuration, embedder: SentenceTransformer) -> None:
    rows = documents(configuration)
    vectors = embedder.encode([row.text for row in rows])
    with psycopg.connect(configuration["database"]) as connection:
        connection.execute("create extension if not exists vector")
        register_vector(connection)
        connection.execute(CREATE)
        with connection.cursor() as cursor:
            cursor.executemany(
                INSERT, [(*row, vector) for row, vector in zip(rows, vectors, strict=True)]
            )
