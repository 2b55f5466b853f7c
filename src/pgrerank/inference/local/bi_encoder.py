"""The Embedder port over an engine."""
# pyright: reportUnknownMemberType=false

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pgrerank.domain.document import Chunk
from pgrerank.domain.errors import ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import EmbeddedPassage
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector
from pgrerank.inference.chunking import Chunker
from pgrerank.inference.local.encoder import EncodedRow
from pgrerank.inference.local.query_encoder import QueryReader
from pgrerank.inference.scheduler.engine import Engine
from pgrerank.inference.scheduler.request import Job, Priority
from pgrerank.inference.tokens import Reading, Tokens

TEMPLATE = "embedder/1"  # part of the fingerprint: change it when the input or vector changes
_WINDOW = 256  # passages queued at once, so that a large ingest leaves room for others


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """Prefixes that a model reads before a query and before a passage."""

    query: str = ""
    passage: str = ""


class EngineEmbedder:
    """Embeds on an engine. Queries have priority over everything else in its queue."""

    def __init__(
        self,
        model: ModelCard,
        engine: Engine[EncodedRow],
        tokens: Tokens,
        prompts: Prompts,
        chunker: Chunker,
    ) -> None:
        self.engine = engine
        self.tokens = tokens
        self.queries = QueryReader(engine, tokens, prompt=prompts.query)
        self._model = model
        self._part = f"The model {model.name}"
        self._prompt = prompts.passage
        self._chunker = chunker

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        return self._model

    def chunks(self, title: str, text: str) -> Sequence[Chunk]:
        """Split a document into chunks whose passages fit the model. Blocking; runs no model."""
        return self._chunker.chunks(title, text)

    async def query(self, text: str) -> Vector:
        """Embed a query, truncated if it is too long. See ports.embedder.Embedder."""
        read = await self.queries.read(text)
        if read is None or not np.isfinite(read.vector).all():
            raise ScoringError(self._part)
        return read.vector

    def unknown_share(self, query: str) -> float:
        """Share of the query, as far as it is read, that the tokenizer does not know, 0..1."""
        return self.tokens.unknown_share(query)

    async def passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> list[Vector]:
        """Embed passages, in order, each truncated if it is too long."""
        read = await self.each_passage(texts, _embedding, tenant_id=tenant_id)
        return [each.vector for each in read]

    async def each_passage(
        self,
        texts: Sequence[str],
        job: Callable[[Reading], Job[EncodedRow, EmbeddedPassage]],
        *,
        tenant_id: TenantId | None = None,
    ) -> list[EmbeddedPassage]:
        """Run a job for each passage, truncated if it is too long, in order."""
        read: list[EmbeddedPassage] = []
        for start in range(0, len(texts), _WINDOW):
            window = [self._prompt + text for text in texts[start : start + _WINDOW]]
            read += await self._run(window, job, tenant_id)
        return read

    def close(self) -> None:
        """Fail queued jobs and stop the engine."""
        self.engine.close()

    async def _run(
        self,
        texts: Sequence[str],
        job: Callable[[Reading], Job[EncodedRow, EmbeddedPassage]],
        tenant_id: TenantId | None,
    ) -> list[EmbeddedPassage]:
        readings = await asyncio.to_thread(self.tokens.heads, texts)
        jobs = [job(reading) for reading in readings]
        outputs = await self.engine.run(jobs, priority=Priority.PASSAGE, tenant=tenant_id)
        read = [each for each in outputs if each is not None and np.isfinite(each.vector).all()]
        if len(read) < len(outputs):
            raise ScoringError(self._part)
        return read


def vector(row: EncodedRow) -> Vector:
    """Copy of a row's vector. A view would keep the vectors of the whole batch in memory."""
    return row.vector.copy()


def _embedding(reading: Reading) -> Job[EncodedRow, EmbeddedPassage]:
    return Job(reading.sequences[0], lambda row: EmbeddedPassage(vector=vector(row), tokens=None))
