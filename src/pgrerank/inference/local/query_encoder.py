"""Queries, each read once, for all who want something of them."""

from collections import OrderedDict
from dataclasses import dataclass

from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Job, Priority
from pgrerank.inference.tokens import Tokens
from pgrerank.inference.vectors import Floats, unit

#: the latest queries, at most 100 KB each: enough that none is forgotten between a search's stages
KEPT = 256


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """What a bi-encoder made of a query."""

    #: unit length
    vector: Floats
    #: unit length, one row a token, special tokens included
    tokens: Floats
    #: part of it was not read
    truncated: bool


class QueryReader:
    """Reads queries on an engine, before anything else that waits there.

    A search wants the vector of its query for the dense leg, and its token vectors for late
    interaction: one run of the model gives both, so the latest queries are kept.

    Args:
        engine: A bi-encoder's.
        tokens: Its tokenizer.
        kept: Queries that are kept.
    """

    def __init__(self, engine: Engine[EncodedRow], tokens: Tokens, *, kept: int = KEPT) -> None:
        self._engine = engine
        self._tokens = tokens
        self._most = kept
        self._kept: OrderedDict[str, ReadQuery] = OrderedDict()

    async def read(self, text: str, *, deadline: float | None = None) -> ReadQuery | None:
        """Read a query, or the head of a long one; None if the deadline came first.

        Raises:
            OverloadedError: The queue is full.
            ScoringError: The model failed.
        """
        known = self._kept.get(text)
        read = await self._run(text, deadline) if known is None else known
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
            # Copies: a view would keep the vectors of the whole batch.
            return ReadQuery(row.vector.copy(), unit(row.tokens), reading.truncated)

        job = Job(reading.sequences[0], finished)
        (read,) = await self._engine.run([job], priority=Priority.QUERY, deadline=deadline)
        return read
