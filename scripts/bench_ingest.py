"""What BM25 adds to storing whole documents, beside the tsvector alone."""

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
#: no counts in the chunk, and none beside it
WITHOUT = (
    """
    create or replace function pgrerank.text_statistics_v1(lexemes tsvector)
    returns table (lexeme_count integer, term_frequencies public.sparsevec)
    language sql immutable
    begin atomic
        select 0 as lexeme_count, '{}/268435456'::public.sparsevec as term_frequencies;
    end
    """,
    "alter table pgrerank.chunk disable trigger user",
)
#: what a search would otherwise meet unsorted, and some later writer pay for
MERGE = "select gin_clean_pending_list('pgrerank.ix_chunk_tsv')"


async def ratio(bench: Bench, shelf: Shelf) -> float:
    """Processor seconds to store a batch of new documents, over those without what BM25 needs.

    Those of this process and of its backend, which neighbours disturb less than the clock. Both by turns, each in a transaction that is undone; the median of the ratios.

    Args:
        bench: A loaded database.
        shelf: Where to; its frequent words are counted.
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
    """Processor seconds so far; where the system does not tell those of Postgres, the clock's."""
    told = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    if not told.exists():
        return perf_counter()
    return process_time() + int(told.read_text().split()[0]) / 1e9


def _renamed(embedded: EmbeddedDocument) -> EmbeddedDocument:
    name = f"new {embedded.document.external_id}"
    return replace(embedded, document=replace(embedded.document, external_id=name))
