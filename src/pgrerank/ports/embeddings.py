"""The port that reembedding needs."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector


class Embeddings(Protocol):
    """The sets of vectors of the chunks that are stored already, one by each embedder."""

    async def begin(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> None:
        """Take a model for the second set. Nothing happens if a set is of this model already.

        Raises:
            ConflictError: The second set is of another model.
        """
        ...

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        """Chunks without a vector of the model, by id, those after `after`."""
        ...

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        vectors: Mapping[ChunkId, Vector],
    ) -> int:
        """Store vectors in one transaction, of chunks that are still there; says how many.

        Raises:
            ConflictError: A vector has other dimensions than the model.
        """
        ...

    async def finish(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> int:
        """Call the second set ready if no chunk lacks a vector of the model; says how many do."""
        ...

    async def cut_over(self, tenant_id: TenantId, collection: Collection) -> None:
        """Search by the second set from now on, and keep the first as the former.

        Raises:
            ConflictError: There is none that is ready, or some chunks have no vector in it yet.
        """
        ...

    async def roll_back(self, tenant_id: TenantId, collection: Collection) -> int:
        """Search by the former set again; says how many chunks have no vector in it.

        Raises:
            ConflictError: There is no former set.
        """
        ...

    async def drop(self, tenant_id: TenantId, collection: Collection) -> int:
        """Remove every vector that is not of the set in use; says how many."""
        ...
