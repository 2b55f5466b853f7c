"""Reference sets in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from pgrerank.domain.document import passage
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard, ModelKind, ScoreKind
from pgrerank.domain.reference import (
    ReferencePair,
    ReferenceSet,
    ReferenceSetSummary,
    ReferenceVerdict,
    Run,
    ScoredSet,
)
from pgrerank.storage import admin, models, queries, tenancy
from pgrerank.storage.pool import Pool

_REMEDY = "List them with: pgrerank reference list"


class PostgresReferences:
    """The port References, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("references")

    async def put(self, tenant_id: TenantId, reference: ReferenceSet) -> None:
        """Store a set, replacing one of the same name. See ports.references.References."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(
                self._statements["put"],
                {
                    "tenant_id": tenant_id,
                    "id": reference.id,
                    "name": reference.name,
                    "digest": reference.digest,
                    "queries": [pair.query for pair in reference.pairs],
                    "passages": [pair.passage for pair in reference.pairs],
                    "created_at": reference.created_at,
                },
            )

    async def by_name(self, tenant_id: TenantId, name: str) -> ReferenceSet:
        """The set of a name. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_set))
            await cursor.execute(
                self._statements["by_name"], {"tenant_id": tenant_id, "name": name}
            )
            found = await cursor.fetchone()
        if found is None:
            raise NotFoundError("reference set", name, _REMEDY)
        return found

    async def all(self, tenant_id: TenantId) -> Sequence[ReferenceSetSummary]:
        """All sets of a tenant, ordered by name. See ports.references.References."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_summary))
            await cursor.execute(self._statements["all"], {"tenant_id": tenant_id})
            return await cursor.fetchall()

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        """Delete a set with its runs. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            deleted = await connection.execute(
                self._statements["delete"], {"tenant_id": tenant_id, "name": name}
            )
            if await deleted.fetchone() is None:
                raise NotFoundError("reference set", name, _REMEDY)

    async def sample(
        self, tenant_id: TenantId, collection: str | None, *, pairs: int
    ) -> Sequence[ReferencePair]:
        """Pairs that searches reranked. See ports.references.References."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = await connection.execute(
                self._statements["sample"],
                {"tenant_id": tenant_id, "collection": collection, "pairs": pairs},
            )
            return [
                ReferencePair(query=query, passage=passage(title, content))
                for query, title, content in await rows.fetchall()
            ]

    async def newest(self, tenant_id: TenantId, reference: ReferenceSet) -> Run | None:
        """The newest run of a set. See ports.references.References."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_run))
            await cursor.execute(
                self._statements["newest"],
                {"tenant_id": tenant_id, "reference_set_id": reference.id},
            )
            return await cursor.fetchone()

    async def add(
        self,
        tenant_id: TenantId,
        reference: ReferenceSet,
        scored: ScoredSet,
        *,
        after: Run | None = None,
    ) -> bool:
        """Store a run unless another was stored since. See ports.references.References."""
        run, comparison = scored.run, asdict(scored.comparison)
        place = {"tenant_id": tenant_id, "reference_set_id": reference.id}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(self._statements["hold"], place)
            added = await connection.execute(
                self._statements["add"],
                {
                    **comparison,
                    **place,
                    "compared_with_id": scored.comparison.compared_with,
                    "after_id": after and after.id,
                    "id": run.id,
                    "digest": run.digest,
                    "model_id": await models.register(connection, run.model),
                    "environment": Jsonb(dict(run.environment)),
                    "created_at": run.created_at,
                    "scores": list(run.scores),
                    "truncated": list(run.truncated),
                },
            )
        return added.rowcount == 1


async def there_are_some(url: str) -> bool:
    """Whether any tenant has a reference set.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
    """
    async with admin.owner(url) as connection:
        row = await (await connection.execute(queries.load("references")["any"])).fetchone()
        return row is not None and bool(row[0])


def _set(*, queries: list[str], passages: list[str], **columns: Any) -> ReferenceSet:
    pairs = [ReferencePair(query=q, passage=p) for q, p in zip(queries, passages, strict=True)]
    return ReferenceSet(pairs=pairs, **columns)


def _summary(*, verdict: str | None, **columns: Any) -> ReferenceSetSummary:
    return ReferenceSetSummary(
        verdict=None if verdict is None else ReferenceVerdict(verdict), **columns
    )


def _run(
    *,
    kind: str,
    name: str,
    revision: str | None,
    fingerprint: str,
    precision: str,
    max_length: int,
    score_kind: str | None,
    **columns: Any,
) -> Run:
    model = ModelCard(
        kind=ModelKind(kind),
        name=name,
        revision=revision,
        fingerprint=fingerprint,
        precision=precision,
        max_length=max_length,
        score_kind=None if score_kind is None else ScoreKind(score_kind),
    )
    return Run(model=model, **columns)
