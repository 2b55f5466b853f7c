"""In-memory implementation of the port of reembedding; see fakes.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector


@dataclass
class FakeEmbeddings:
    """The second set of one collection; chunks in `late` arrive after the first pass."""

    chunks: list[BareChunk] = field(default_factory=list)
    late: list[BareChunk] = field(default_factory=list)
    vectors: dict[ChunkId, Vector] = field(default_factory=dict)
    begun: list[ModelCard] = field(default_factory=list)
    ready: bool = False
    #: the set that was in use before the cut-over
    former: dict[ChunkId, Vector] | None = None
    #: the set in use
    used: dict[ChunkId, Vector] = field(default_factory=dict)

    async def begin(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> None:
        self.begun.append(model)

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        return [
            chunk
            for chunk in sorted(self.chunks, key=lambda chunk: chunk.chunk_id)
            if chunk.chunk_id not in self.vectors and (after is None or chunk.chunk_id > after)
        ][:limit]

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        vectors: Mapping[ChunkId, Vector],
    ) -> int:
        self.vectors |= vectors
        return len(vectors)

    async def finish(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> int:
        self.chunks, self.late = self.chunks + self.late, []
        missing = self._missing(self.vectors)
        self.ready = not missing
        return missing

    async def cut_over(self, tenant_id: TenantId, collection: Collection) -> None:
        if not self.ready or self._missing(self.vectors):
            raise ConflictError("No second set is ready.")
        self.former, self.used, self.vectors, self.ready = self.used, self.vectors, {}, False

    async def roll_back(self, tenant_id: TenantId, collection: Collection) -> int:
        if self.former is None:
            raise ConflictError("There is no former set.")
        self.used, self.former = self.former, None
        return self._missing(self.used)

    async def drop(self, tenant_id: TenantId, collection: Collection) -> int:
        removed = len(self.vectors) + len(self.former or {})
        self.vectors, self.former, self.ready = {}, None, False
        return removed

    def _missing(self, vectors: Mapping[ChunkId, Vector]) -> int:
        return sum(chunk.chunk_id not in vectors for chunk in self.chunks)
