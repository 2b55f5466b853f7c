"""The port of token vectors."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard


class TokenVectors(Protocol):
    """Token vectors of the chunks that are stored already."""

    async def switch(self, tenant_id: TenantId, collection: Collection, *, on: bool) -> None:
        """Say whether chunks that come from now on get token vectors. Raises NotFoundError."""
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
        """Chunks without token vectors of the model, by id, those after `after`."""
        ...

    async def add(
        self, tenant_id: TenantId, model: ModelCard, vectors: Mapping[ChunkId, bytes]
    ) -> int:
        """Store token vectors in one transaction, of chunks that are still there; says how many."""
        ...

    async def forget(
        self, tenant_id: TenantId, collection: Collection, *, keep: ModelCard | None = None
    ) -> int:
        """Remove a collection's token vectors, all but those of `keep`; says of how many chunks."""
        ...
