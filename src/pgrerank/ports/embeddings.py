"""The port of sets of vectors, for embedding a collection again."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector


class Embeddings(Protocol):
    """The sets of vectors of stored chunks, one per embedder."""

    async def begin(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> None:
        """Begin a second set by a model. Does nothing if there is a set by this model already.

        Raises:
            NotFoundError: The collection was deleted.
            ConflictError: The second set is by another model.
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
        """At most `limit` chunks without a vector of the model, by id, starting after `after`."""
        ...

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        vectors: Mapping[ChunkId, Vector],
    ) -> int:
        """Store vectors of chunks that still exist, in one transaction; returns how many.

        Raises:
            ConflictError: The dimensions of a vector differ from the model's.
        """
        ...

    async def sample(
        self, tenant_id: TenantId, collection: Collection, count: int
    ) -> Mapping[ChunkId, Vector]:
        """Vectors of the set in use, of at most `count` chunks: the same ones as long as they exist."""
        ...

    async def finish(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> int:
        """Mark the second set ready if no chunk lacks a vector; returns how many chunks do.

        Raises:
            NotFoundError: The collection was deleted.
        """
        ...

    async def cut_over(self, tenant_id: TenantId, collection: Collection) -> None:
        """Use the second set for searches from now on, and keep the first as the former set.

        Raises:
            NotFoundError: The collection was deleted.
            ConflictError: No second set is ready, or some chunks have no vector in it yet.
        """
        ...

    async def roll_back(self, tenant_id: TenantId, collection: Collection) -> int:
        """Use the former set for searches again; returns how many chunks have no vector in it.

        Raises:
            NotFoundError: The collection was deleted.
            ConflictError: There is no former set.
        """
        ...

    async def drop(self, tenant_id: TenantId, collection: Collection) -> int:
        """Delete all vectors except those of the set in use; returns how many.

        Raises:
            NotFoundError: The collection was deleted.
        """
        ...
