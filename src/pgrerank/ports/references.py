"""The port of reference sets."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.ids import TenantId
from pgrerank.domain.reference import (
    ReferencePair,
    ReferenceSet,
    ReferenceSetSummary,
    Run,
    ScoredSet,
)


class References(Protocol):
    """Sets of pairs that are scored on a schedule, and their runs."""

    async def put(self, tenant_id: TenantId, reference: ReferenceSet) -> None:
        """Store a set. The pairs of a set of the same name are replaced."""
        ...

    async def by_name(self, tenant_id: TenantId, name: str) -> ReferenceSet:
        """The set of this name. Raises NotFoundError."""
        ...

    async def all(self, tenant_id: TenantId) -> Sequence[ReferenceSetSummary]:
        """All sets of a tenant, by name, each with its newest run."""
        ...

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        """Delete a set with its runs. Raises NotFoundError."""
        ...

    async def sample(
        self, tenant_id: TenantId, collection: str | None, *, pairs: int
    ) -> Sequence[ReferencePair]:
        """A sample of pairs that searches of the last weeks reranked, from all ranks.

        Each query gives one pair, for as many different queries as possible. The sample is
        deterministic.
        """
        ...

    async def newest(self, tenant_id: TenantId, reference: ReferenceSet) -> Run | None:
        """The newest run of a set, or None."""
        ...

    async def add(
        self,
        tenant_id: TenantId,
        reference: ReferenceSet,
        scored: ScoredSet,
        *,
        after: Run | None = None,
    ) -> bool:
        """Store a run if the newest run of the set is `after`; returns whether it is.

        Args:
            tenant_id: The owner of the set.
            reference: The set.
            scored: The run, compared with `after`.
            after: The newest run when this one was compared; None: the set had none.

        Raises:
            ConflictError: The set was deleted meanwhile.
        """
        ...
