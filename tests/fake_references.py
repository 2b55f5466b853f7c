"""Reference sets in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.reference import (
    ReferenceSet,
    ReferenceSetSummary,
    Run,
    ScoredSet,
)


@dataclass
class FakeReferences:
    """Has no `sample`: it reads the log, which needs Postgres."""

    sets: dict[tuple[TenantId, str], ReferenceSet] = field(default_factory=dict)
    #: by tenant and name of the set, oldest first
    runs: dict[tuple[TenantId, str], list[ScoredSet]] = field(default_factory=dict)

    async def put(self, tenant_id: TenantId, reference: ReferenceSet) -> None:
        self.sets[tenant_id, reference.name] = reference

    async def by_name(self, tenant_id: TenantId, name: str) -> ReferenceSet:
        if (tenant_id, name) not in self.sets:
            raise NotFoundError("reference set", name)
        return self.sets[tenant_id, name]

    async def all(self, tenant_id: TenantId) -> Sequence[ReferenceSetSummary]:
        return [
            _listed(each, self._newest(owner, name))
            for (owner, name), each in sorted(self.sets.items(), key=lambda item: item[0][1])
            if owner == tenant_id
        ]

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        await self.by_name(tenant_id, name)
        del self.sets[tenant_id, name]
        self.runs.pop((tenant_id, name), None)

    async def newest(self, tenant_id: TenantId, reference: ReferenceSet) -> Run | None:
        newest = self._newest(tenant_id, reference.name)
        return newest and newest.run

    async def add(
        self,
        tenant_id: TenantId,
        reference: ReferenceSet,
        scored: ScoredSet,
        *,
        after: Run | None = None,
    ) -> bool:
        if (tenant_id, reference.name) not in self.sets:
            raise ConflictError("The reference set was deleted meanwhile.")
        if await self.newest(tenant_id, reference) != after:
            return False
        self.runs.setdefault((tenant_id, reference.name), []).append(scored)
        return True

    def _newest(self, tenant_id: TenantId, name: str) -> ScoredSet | None:
        return next(reversed(self.runs.get((tenant_id, name), [])), None)


def _listed(reference: ReferenceSet, newest: ScoredSet | None) -> ReferenceSetSummary:
    return ReferenceSetSummary(
        name=reference.name,
        pairs=len(reference.pairs),
        created_at=reference.created_at,
        scored_at=newest and newest.run.created_at,
        reranker=newest and newest.run.model.name,
        verdict=newest and newest.comparison.verdict,
        message=newest and newest.comparison.message,
    )
