"""The port of the first stage."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pgrerank.domain.candidate import TEXTS_ONLY, CandidateNeeds, Retrieved
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.vector import Vector


class Candidates(Protocol):
    """The first stage."""

    async def retrieve(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        vector: Vector | None,
        needs: CandidateNeeds = TEXTS_ONLY,
    ) -> Retrieved:
        """Retrieve and fuse all legs in one round trip; `vector` is None without a dense leg."""
        ...

    async def neighbours(
        self, tenant_id: TenantId, chunk_ids: Sequence[ChunkId], count: int
    ) -> Mapping[ChunkId, Sequence[str]]:
        """Contents of each chunk, of `count` chunks before and of as many behind it in its document.

        In their order in the document. A chunk that is not stored any more is left out.
        """
        ...
