"""The Embedder port over an engine."""
# pyright: reportUnknownMemberType=false

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pgrerank.domain.document import Chunk
from pgrerank.domain.errors import ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.inference.chunking import Chunker
from pgrerank.inference.encoder import EncodedRow
from pgrerank.inference.engine import Engine
from pgrerank.inference.ticket import Job, Lane
from pgrerank.inference.tokens import Tokens
from pgrerank.ports import Vector

TEMPLATE = "embedder/1"  # part of the fingerprint: change it when the input or vector changes
_WINDOW = 256  # passages in line at once, so that a large ingest leaves room for others


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """What a model wants to read before a text."""

    query: str = ""
    passage: str = ""


class EngineEmbedder:
    """Embeds on an engine. Queries go before anything else that waits there."""

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
        self._model = model
        self._prompts = prompts
        self._chunker = chunker

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        return self._model

    def chunks(self, title: str, text: str) -> Sequence[Chunk]:
        """Cut a document into chunks whose passage fits the model. Blocking; no model runs."""
        return self._chunker.chunks(title, text)

    async def query(self, text: str) -> Vector:
        """Embed a query; of a long one, what the model can read. See ports.Embedder."""
        (vector,) = await self._vectors([self._prompts.query + text], Lane.QUERY)
        return vector

    async def passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> list[Vector]:
        """Embed passages, in order; of a long one, what the model can read."""
        vectors: list[Vector] = []
        for start in range(0, len(texts), _WINDOW):
            window = [self._prompts.passage + text for text in texts[start : start + _WINDOW]]
            vectors += await self._vectors(window, Lane.PASSAGE, tenant_id)
        return vectors

    def close(self) -> None:
        """Fail what waits and stop."""
        self.engine.close()

    async def _vectors(
        self, texts: Sequence[str], lane: Lane, tenant_id: TenantId | None = None
    ) -> list[Vector]:
        readings = await asyncio.to_thread(self.tokens.heads, texts)
        jobs = [Job(reading.sequences[0], _vector) for reading in readings]
        vectors = await self.engine.run(jobs, lane=lane, tenant=tenant_id)
        if any(vector is None or not np.isfinite(vector).all() for vector in vectors):
            raise ScoringError(f"The model {self._model.name}")
        return [vector for vector in vectors if vector is not None]


def _vector(row: EncodedRow) -> Vector:
    return row.vector.numpy().copy()
