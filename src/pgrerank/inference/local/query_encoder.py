"""Encodes each query once, for all stages of a search."""

from collections import OrderedDict
from dataclasses import dataclass

from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Job, Priority
from pgrerank.inference.tokens import Tokens
from pgrerank.inference.vectors import Floats, unit

#: cached queries, at most 100 KB each; enough to keep a query throughout all stages of a search
CACHED_QUERIES = 256


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """Output of a bi-encoder for a query."""

    #: unit length
    vector: Floats
    #: unit length, one row per token, including special tokens
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
        size: Maximum number of cached queries.
    """

    def __init__(
        self, engine: Engine[EncodedRow], tokens: Tokens, *, size: int = CACHED_QUERIES
    ) -> None:
        self._engine = engine
        self._tokens = tokens
        self._most = size
        self._kept: OrderedDict[str, ReadQuery] = OrderedDict()

    async def read(self, text: str, *, deadline: float | None = None) -> ReadQuery | None:
        """Encode a query, truncated if it is too long; None if the deadline passed first.

        Raises:
            OverloadedError: The queue is full.
            ScoringError: The model failed.
        """
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
        (reading,) = self._tokens.heads([text])

        def finished(row: EncodedRow) -> ReadQuery:
            # Copies, since a view would keep the vectors of the whole batch in memory.
            return ReadQuery(row.vector.copy(), unit(row.tokens), reading.truncated)

        job = Job(reading.sequences[0], finished)
        (read,) = await self._engine.run([job], priority=Priority.QUERY, deadline=deadline)
        return read
