"""The port of the first stage."""

from typing import Protocol

from pgrerank.domain.candidate import TEXTS_ONLY, CandidateNeeds, Retrieved
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
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
