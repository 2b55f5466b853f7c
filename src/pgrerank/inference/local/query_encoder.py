"""Encodes each query once, for all stages of a search."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakValueDictionary

import numpy as np

from pgrerank.domain.vector import unit
from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Job, Priority
from pgrerank.inference.tokens import Tokens
from pgrerank.inference.vectors import Floats

#: cached queries, at most 100 KB each; enough to keep a query throughout all stages of a search
CACHED_QUERIES = 256


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """Output of a bi-encoder for a query."""

    #: unit length
    vector: Floats
    #: unit length, one row per token, including special tokens, without those of the prompt
    tokens: Floats
    #: whether the query was truncated
    truncated: bool


class QueryReader:
    """Encodes queries on an engine, with priority over everything else in its queue.

    A search needs the vector of its query for the dense leg, and its token vectors for late
    interaction. One run of the model gives both, so the latest queries are cached.

    Args:
        engine: Engine of a bi-encoder.
        tokens: Its tokenizer.
        prompt: What it reads before a query.
        size: Maximum number of cached queries.
    """

    def __init__(
        self,
        engine: Engine[EncodedRow],
        tokens: Tokens,
        *,
        prompt: str = "",
        size: int = CACHED_QUERIES,
    ) -> None:
        self._engine = engine
        self._tokens = tokens
        self._prompt = prompt
        (self._prompt_tokens,) = tokens.counts([prompt])
        self._most = size
        self._kept: OrderedDict[str, ReadQuery] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(self, text: str, *, deadline: float | None = None) -> ReadQuery | None:
        """Encode a query, truncated if it is too long; None if the deadline passed first.

        Of several calls for one query at a time, the first runs the model.

        Raises:
            OverloadedError: The queue is full.
            ScoringError: The model failed.
        """
        lock = self._locks.get(text)
        if lock is None:
            lock = self._locks[text] = asyncio.Lock()
        async with lock:
            cached = self._kept.get(text)
            read = await self._run(text, deadline) if cached is None else cached
            if read is not None:
                self._keep(text, read)
            return read

    def _keep(self, text: str, read: ReadQuery) -> None:
        self._kept[text] = read
        self._kept.move_to_end(text)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    async def _run(self, text: str, deadline: float | None) -> ReadQuery | None:
        (reading,) = self._tokens.heads([self._prompt + text])
        sequence = reading.sequences[0]
        start = sequence.text.start
        prompt = slice(start, start + self._prompt_tokens)

        def finished(row: EncodedRow) -> ReadQuery:
            # Copies, since a view would keep the vectors of the whole batch in memory.
            tokens = np.delete(row.tokens, prompt, axis=0)
            return ReadQuery(row.vector.copy(), unit(tokens), reading.truncated)

        job = Job(sequence, finished)
        (read,) = await self._engine.run([job], priority=Priority.QUERY, deadline=deadline)
        return read
