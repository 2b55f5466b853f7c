"""The port of token vectors."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard


class TokenVectors(Protocol):
    """Token vectors of stored chunks."""

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        """At most `limit` chunks without token vectors of the model, by id, after `after`."""
        ...

    async def add(
        self, tenant_id: TenantId, model: ModelCard, vectors: Mapping[ChunkId, bytes]
    ) -> int:
        """Store token vectors of chunks that still exist, in one transaction; returns how many."""
        ...

    async def forget(
        self, tenant_id: TenantId, collection: Collection, *, keep: ModelCard | None = None
    ) -> int:
        """Delete the token vectors of a collection, except those of `keep`; returns how many."""
        ...
