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
        """Store a search and commit.

        Returns:
            Its id. It differs from `ranking.id` if the log has no partition for that instant,
            because the clock of this machine is wrong; then the database's clock is used.
        """
        ...

    async def record_supplied(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        request: RerankRequest,
        ranked: RerankOutcome,
    ) -> RankingId:
        """Store a ranking of supplied documents and commit; returns its id as `record` does.

        Documents are stored by their hashes, and with their texts if the tenant keeps texts.
        """
        ...

    async def get(self, tenant_id: TenantId, ranking_id: RankingId) -> LoggedRanking:
        """A ranking with its candidates. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, ranking_filter: RankingFilter, *, limit: int, cursor: str | None
    ) -> Page[LoggedRanking]:
        """Rankings that match the filter, newest first, without candidates."""
        ...
