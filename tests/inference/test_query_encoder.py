import asyncio
from uuid import uuid4

import numpy as np
import pytest

from pgrerank.domain.candidate import Passage
from pgrerank.inference.local.query_encoder import QueryReader
from pgrerank.inference.local.registry import load_late_interaction


@pytest.fixture
def query():
    """A query that was never read before."""
    return f"how are dates parsed {uuid4()}"


@pytest.fixture
def ran(embedder):
    """Number of sequences that the engine ran since the last call."""
    seen = embedder.engine.sequences

    def since() -> int:
        nonlocal seen
        before, seen = seen, embedder.engine.sequences
        return seen - before

    return since


async def test_a_search_reads_its_query_once(embedder, query, ran):
    await embedder.query(query)
    await load_late_interaction(embedder).score(query, [Passage(text="a", content_hash=b"a")])

    assert ran() == 2


async def test_a_query_that_is_kept_reads_the_same(embedder, query, ran):
    reader = QueryReader(embedder.engine, embedder.tokens)

    first, again = await reader.read(query), await reader.read(query)

    assert ran() == 1
    np.testing.assert_array_equal(first.vector, again.vector)
    np.testing.assert_array_equal(first.tokens, again.tokens)


async def test_the_query_that_was_not_asked_for_the_longest_is_forgotten(embedder, ran):
    reader = QueryReader(embedder.engine, embedder.tokens, size=2)

    for query in ["a", "b", "a", "c", "a"]:
        await reader.read(query)
    assert ran() == 3

    await reader.read("b")
    assert ran() == 1


async def test_of_a_long_query_the_head_is_read(embedder):
    reader = QueryReader(embedder.engine, embedder.tokens)

    read = await reader.read("words " * 1_000)

    assert read.truncated
    assert len(read.tokens) == embedder.tokens.max_length


async def test_a_deadline_that_is_past_reads_nothing(embedder, query, ran):
    reader = QueryReader(embedder.engine, embedder.tokens)

    assert await reader.read(query, deadline=embedder.engine.monotonic() - 1) is None
    assert ran() == 0


async def test_of_calls_at_a_time_one_runs_the_model(embedder, query, ran):
    reader = QueryReader(embedder.engine, embedder.tokens)

    first, *others = await asyncio.gather(*(reader.read(query) for _ in range(5)))

    assert ran() == 1
    assert all(other is first for other in others)


async def test_after_a_call_in_vain_the_next_one_runs_the_model(embedder, query, ran):
    reader = QueryReader(embedder.engine, embedder.tokens)
    past = embedder.engine.monotonic() - 1

    late, in_time = await asyncio.gather(reader.read(query, deadline=past), reader.read(query))

    assert late is None
    assert in_time is not None
    assert ran() == 1
