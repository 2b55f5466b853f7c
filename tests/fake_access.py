"""In-memory keys, tenants and quotas."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.ids import KeyId, TenantId
from pgrerank.domain.page import Page
from pgrerank.domain.tenant import ApiKey, Scope, Tenant, secret_hash, secret_prefix
from tests.fake_page import page


@dataclass
class FakeKeys:
    now: Callable[[], datetime]
    kept: list[ApiKey] = field(default_factory=list)

    async def find(self, prefix: str) -> Sequence[ApiKey]:
        return [key for key in self.kept if key.prefix == prefix and not self._is_expired(key)]

    async def create(
        self,
        tenant_id: TenantId,
        name: str,
        scopes: frozenset[Scope],
        *,
        secret: str,
        expires_at: datetime | None,
    ) -> ApiKey:
        if any(self._is_used(key, tenant_id, name) for key in self.kept):
            raise ConflictError("A key of this name exists that still works.")
        key = ApiKey(
            id=KeyId(uuid7()),
            tenant_id=tenant_id,
            name=name,
            prefix=secret_prefix(secret),
            secret_hash=secret_hash(secret),
            scopes=scopes,
            created_at=self.now(),
            expires_at=expires_at,
        )
        self.kept.append(key)
        return key

    def _is_used(self, key: ApiKey, tenant_id: TenantId, name: str) -> bool:
        works = key.revoked_at is None and not self._is_expired(key)
        return works and (key.tenant_id, key.name) == (tenant_id, name)

    def _is_expired(self, key: ApiKey) -> bool:
        return key.expires_at is not None and key.expires_at <= self.now()

    async def page(self, tenant_id: TenantId, *, limit: int, cursor: str | None) -> Page[ApiKey]:
        own = [key for key in self.kept if key.tenant_id == tenant_id]
        return page(own, lambda key: key.id, limit=limit, cursor=cursor, is_newest_first=True)

    async def revoke(self, tenant_id: TenantId, key_id: UUID) -> None:
        place = next(
            (
                i
                for i, key in enumerate(self.kept)
                if (key.tenant_id, key.id) == (tenant_id, key_id)
            ),
            None,
        )
        if place is None:
            raise NotFoundError("key", key_id)
        key = self.kept[place]
        self.kept[place] = replace(key, revoked_at=key.revoked_at or self.now())


@dataclass
class FakeTenants:
    kept: dict[str, Tenant] = field(default_factory=dict)

    async def create(self, name: str) -> Tenant:
        if name in self.kept:
            raise ConflictError(f"Tenant `{name}` exists.")
        made = Tenant(id=TenantId(uuid7()), name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))
        return self.kept.setdefault(name, made)

    async def by_name(self, name: str) -> Tenant:
        if name not in self.kept:
            raise NotFoundError("tenant", name)
        return self.kept[name]

    async def all(self) -> AsyncIterator[Tenant]:
        for name in sorted(self.kept):
            yield self.kept[name]

    async def set_quota(self, name: str, pairs_per_second: int | None) -> Tenant:
        changed = replace(await self.by_name(name), pairs_per_second=pairs_per_second)
        self.kept[name] = changed
        return changed

    async def set_keep_texts(self, name: str, *, keep_texts: bool) -> Tenant:
        self.kept[name] = replace(await self.by_name(name), keep_texts=keep_texts)
        return self.kept[name]

    async def delete(self, name: str) -> None:
        await self.by_name(name)
        del self.kept[name]

    def keeps_texts(self, tenant_id: TenantId) -> bool:
        return any(each.keep_texts for each in self.kept.values() if each.id == tenant_id)

    def quota(self, tenant_id: TenantId) -> int | None:
        quotas = [each.pairs_per_second for each in self.kept.values() if each.id == tenant_id]
        return quotas[0] if quotas else None


@dataclass
class FakeQuotas:
    tenants: FakeTenants = field(default_factory=FakeTenants)

    async def pairs_per_second(self, tenant_id: TenantId) -> int | None:
        return self.tenants.quota(tenant_id)

    def give(self, tenant_id: TenantId, pairs_per_second: int) -> None:
        """Set the quota of a tenant, which is made if there is none of this id."""
        self.tenants.kept[str(tenant_id)] = Tenant(
            id=tenant_id,
            name=str(tenant_id),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            pairs_per_second=pairs_per_second,
        )
