"""Reference sets: what the use cases need of their storage."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.ids import TenantId
from pgrerank.domain.reference import KeptSet, ReferencePair, ReferenceSet, Run, ScoredSet


class References(Protocol):
    """Sets of pairs that are scored on a schedule, and their runs."""

    async def put(self, tenant_id: TenantId, reference: ReferenceSet) -> None:
        """Store a set. One of the same name gets these pairs in place of its own."""
        ...

    async def by_name(self, tenant_id: TenantId, name: str) -> ReferenceSet:
        """Look one up. Raises NotFoundError."""
        ...

    async def all(self, tenant_id: TenantId) -> Sequence[KeptSet]:
        """All of a tenant, by name, each with its newest run."""
        ...

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        """Delete one with its runs. Raises NotFoundError."""
        ...

    async def sample(
        self, tenant_id: TenantId, collection: str | None, *, pairs: int
    ) -> Sequence[ReferencePair]:
        """Pairs that searches of the last weeks reranked, from all places of their lists.

        A query gives one pair, so that they are as many different questions as there are. The
        same log gives the same pairs.
        """
        ...

    async def newest(self, tenant_id: TenantId, reference: ReferenceSet) -> Run | None:
        """The newest run of a set; None: there is none."""
        ...

    async def add(self, tenant_id: TenantId, reference: ReferenceSet, scored: ScoredSet) -> None:
        """Store a run, whole or not at all."""
        ...
