"""Cost of BM25 when storing documents, compared with the tsvector alone."""

from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from bench_corpus import Bench, Shelf
from pgvector.psycopg import register_vector_async
from psycopg import AsyncConnection

from pgrerank.domain.ingest import EmbeddedDocument
from pgrerank.storage import incoming

ROUNDS = 9
#: removes the word counts in the chunk and those in other tables
WITHOUT = (
    """
    create or replace function pgrerank.text_statistics_v1(lexemes tsvector)
    returns table (lexeme_count integer, term_frequencies public.sparsevec)
    language sql immutable
    begin atomic
        select 0 as lexeme_count, '{}/268435456'::public.sparsevec as term_frequencies;
    end
    """,
    "delete from pgrerank.collection_word",
)
#: sorts the pending list of the index, which a later write would otherwise have to do
MERGE = "select gin_clean_pending_list('pgrerank.ix_chunk_tsv')"


async def ratio(bench: Bench, shelf: Shelf) -> float:
    """Ratio of processor time to store a batch of new documents with and without BM25.

    Measures this process and its database backend; other load disturbs processor time less than
    wall-clock time. Both variants take turns, each in a transaction that is rolled back. Returns
    the median of the ratios.

    Args:
        bench: A loaded database.
        shelf: Collection to store into; its frequent words are counted.
    """
    tenant = bench.shelves.index(shelf)
    documents = [_renamed(each) for each in bench.corpus.documents(tenant, 0)]
    pairs = [
        [await _seconds(bench, shelf, documents, plain=plain) for plain in (False, True)]
        for _ in range(ROUNDS)
    ]
    return median(whole / alone for whole, alone in pairs[1:])


async def _seconds(
    bench: Bench, shelf: Shelf, documents: list[EmbeddedDocument], *, plain: bool
) -> float:
    async with await AsyncConnection.connect(bench.server.admin_url) as connection:
        await register_vector_async(connection)
        for statement in WITHOUT if plain else ():
            await connection.execute(statement.encode())
        await connection.execute(MERGE)
        begun = _spent(connection)
        await incoming.store(connection, shelf.tenant_id, shelf.collection, documents, None)
        await connection.execute(MERGE)
        seconds = _spent(connection) - begun
        await connection.rollback()
    return seconds


def _spent(connection: AsyncConnection) -> float:
    """Processor seconds so far, or wall-clock seconds if those of Postgres are not available."""
    told = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    if not told.exists():
        return perf_counter()
    return process_time() + int(told.read_text().split()[0]) / 1e9


def _renamed(embedded: EmbeddedDocument) -> EmbeddedDocument:
    name = f"new {embedded.document.external_id}"
    return replace(embedded, document=replace(embedded.document, external_id=name))
