"""Speed of BM25 on the largest tenants of a benchmark database, compared with `ts_rank_cd`.

If there are tenants of 50,000 and of 500,000 chunks, both are measured, and `growth` tells how many
times as long the larger one takes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import bench_ingest
import numpy as np
import psycopg
from bench_corpus import LANDMARKS, Bench, Shelf
from bench_report import percentile

from pgrerank.storage import term_statistics

CANDIDATES = 100
WARM_UP = 2
#: runs of each query by each method; the fastest counts, since machines are shared and the first
#: run may read from disk
ROUNDS = 3
#: landmarks of at least this size are compared with each other
LARGE = 50_000
#: for each word of a query, range of the share of chunks that contain it
QUERIES = {
    "3 rare words": [(0.0001, 0.003)] * 3,
    "5 mixed words": [(0.0001, 0.001), (0.001, 0.01), (0.01, 0.1), (0.1, 0.2), (0.2, 0.4)],
    "4 words in 10-40 %": [(0.1, 0.4)] * 4,
}

LEG = "select l.chunk_ids from pgrerank.keyword_leg_v1(%(collection)s, %(query)s, %(candidates)s) as l"
RANKED = """
    select k.id
    from pgrerank.chunk as k
    where
        k.tenant_id = %(tenant)s and k.collection_id = %(collection)s
        and k.tsv @@ %(terms)s::tsquery
    order by ts_rank_cd(k.tsv, %(terms)s::tsquery) desc, k.id
    limit %(candidates)s
"""
SHARES = """
    select l.lexeme, count(*)::float8 / %(chunks)s
    from pgrerank.chunk as k, unnest(k.tsv) as l
    where k.tenant_id = %(tenant)s and k.collection_id = %(collection)s
    group by l.lexeme
    having count(*) > 1 and tsvector_to_array(to_tsvector('english', l.lexeme)) = array[l.lexeme]
    order by l.lexeme
"""
BYTES = """
    select
        avg(
            pg_column_size(k.term_frequencies) + coalesce(pg_column_size(k.title_frequencies), 0)
            + pg_column_size(k.lexeme_count)
        )::float8
        + pg_total_relation_size('pgrerank.collection_word')::float8
        / (select count(*) from pgrerank.chunk)
    from pgrerank.chunk as k
    where k.tenant_id = %(tenant)s and k.collection_id = %(collection)s
"""


@dataclass
class Pair:
    """BM25 and `ts_rank_cd` on one collection, run in turns."""

    connection: psycopg.Connection
    place: dict[str, Any]
    bm25_ms: list[float] = field(default_factory=list)
    ranked_ms: list[float] = field(default_factory=list)

    def run(self, query: Sequence[str]) -> None:
        """Run a query by both methods, in turns."""
        wanted = {
            **self.place,
            "query": " ".join(query),
            "terms": " | ".join(f"'{word}'" for word in query),
            "candidates": CANDIDATES,
        }
        rounds = [(self._ms(LEG, wanted), self._ms(RANKED, wanted)) for _ in range(ROUNDS)]
        bm25, ranked = zip(*rounds, strict=True)
        self.bm25_ms.append(min(bm25))
        self.ranked_ms.append(min(ranked))

    def _ms(self, statement: str, wanted: dict[str, Any]) -> float:
        begun = perf_counter()
        # Planned for these words: a prepared ts_rank_cd gets a generic plan, which took 128 ms
        # instead of 3 for rare words.
        self.connection.execute(statement, wanted, prepare=False).fetchall()
        return (perf_counter() - begun) * 1000

    def report(self) -> dict[str, Any]:
        """Times of both methods, without the warm-up."""
        bm25, ranked = self.bm25_ms[WARM_UP:], self.ranked_ms[WARM_UP:]
        return {
            "p50_ms": percentile(bm25, 0.5),
            "p95_ms": percentile(bm25, 0.95),
            "ts_rank_cd_p50_ms": percentile(ranked, 0.5),
            "ratio_to_ts_rank_cd": percentile(bm25, 0.5) / percentile(ranked, 0.5),
        }


async def keyword(bench: Bench, queries: int) -> list[dict[str, Any]]:
    """Measure the keyword leg on the largest tenants, after a maintenance run.

    Args:
        bench: A loaded database.
        queries: Number of queries of each kind.

    Returns:
        A row for each tenant and kind of query; bytes and ingest are the same in all rows of a
        tenant.
    """
    await term_statistics.count_words(bench.server.admin_url)
    rows: list[dict[str, Any]] = []
    for shelf in _large(bench):
        found = await asyncio.to_thread(_measured, bench, shelf, queries)
        ingest = await bench_ingest.ratio(bench, shelf)
        rows += [{**row, "ingest_ratio": ingest} for row in found]
    return _with_growth(rows)


def _large(bench: Bench) -> list[Shelf]:
    """Landmarks of at least 50,000 chunks, smallest first, or else the largest tenant."""
    of_landmarks = bench.shelves[: len(LANDMARKS)]
    found = [
        shelf
        for shelf in of_landmarks
        if shelf.collection.chunk_count in LANDMARKS and shelf.collection.chunk_count >= LARGE
    ]
    return found or [max(bench.shelves, key=lambda each: each.collection.chunk_count)]


def _with_growth(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each row how many times as long it took as on the smallest tenant."""
    if len({row["tenant_chunks"] for row in rows}) == 1:
        return rows
    least = {row["query"]: row["p50_ms"] for row in reversed(rows)}
    return [{**row, "growth": row["p50_ms"] / least[row["query"]]} for row in rows]


def _measured(bench: Bench, shelf: Shelf, queries: int) -> list[dict[str, Any]]:
    place = {
        "tenant": shelf.tenant_id,
        "collection": shelf.collection.id,
        "chunks": shelf.collection.chunk_count,
    }
    with psycopg.connect(bench.server.admin_url, autocommit=True) as connection:
        connection.execute("analyze pgrerank.chunk")
        connection.execute(
            "select set_config('pgrerank.tenant_id', %s, false)", [str(shelf.tenant_id)]
        )
        shares = dict(connection.execute(SHARES, place).fetchall())
        times = {
            name: _timed(connection, place, shares, bands, queries)
            for name, bands in QUERIES.items()
        }
        (size,) = connection.execute(BYTES, place).fetchone() or (0.0,)
    same = {"tenant_chunks": place["chunks"], "bytes_per_chunk": size}
    return [{"query": name, **report, **same} for name, report in times.items()]


def _timed(
    connection: psycopg.Connection,
    place: dict[str, Any],
    shares: dict[str, float],
    bands: Sequence[tuple[float, float]],
    queries: int,
) -> dict[str, Any]:
    random = np.random.default_rng([len(bands), 7])
    pair = Pair(connection, place)
    choices = [
        [word for word, share in shares.items() if low <= share < high] for low, high in bands
    ]
    for _ in range(WARM_UP + queries):
        query: dict[str, None] = {}
        for choice in choices:
            left = [word for word in choice if word not in query]
            query[left[random.integers(len(left))]] = None
        pair.run(list(query))
    return pair.report()
