"""The port of the rerank log."""

from typing import Protocol

from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.log import LoggedRanking, RankingFilter
from pgrerank.domain.page import Page
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest


class Rankings(Protocol):
    """The rerank log."""

    async def record(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        ranking: SearchOutcome,
    ) -> RankingId:
        """Write a ranking and commit it.

        Returns:
            Its id: another than it had if the log has no place for its instant, since the clock
            here is wrong; then that of the log decides.
        """
        ...

    async def record_brought(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        request: RerankRequest,
        ranked: RerankOutcome,
    ) -> RankingId:
        """Write a ranking of documents that the caller brought, and commit it; its id as `record` says.

        Documents by their hashes; their texts too where the tenant keeps them.
        """
        ...

    async def get(self, tenant_id: TenantId, ranking_id: RankingId) -> LoggedRanking:
        """Read one back, with its candidates. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, wanted: RankingFilter, *, limit: int, cursor: str | None
    ) -> Page[LoggedRanking]:
        """The newest first, without candidates."""
        ...
