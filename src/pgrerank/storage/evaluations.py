"""Stored evaluations in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.evaluation import EvaluatedQuery, Evaluation, EvaluationId
from pgrerank.domain.ids import ModelId, TenantId
from pgrerank.domain.judgment import query_hash
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.storage import cursor as cursors
from pgrerank.storage import models, queries, tenancy
from pgrerank.storage.pool import Connection, Pool

Models = tuple[ModelCard | None, ModelCard | None]


class PostgresEvaluations:
    """The port Evaluations, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("evaluations")

    async def save(
        self, tenant_id: TenantId, collection: Collection, evaluation: Evaluation, models: Models
    ) -> None:
        """Store a run with its queries in one transaction. See ports.evaluations.Evaluations."""
        of_run = {"tenant_id": tenant_id, "eval_run_id": evaluation.id}
        rows = [{**of_run, **_query(answer)} for answer in evaluation.answers]
        measured = [{**of_run, **_metric_parameters(answer)} for answer in evaluation.answers]
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            identifiers = [await _registered(connection, card) for card in models]
            run = {**_run(evaluation, *identifiers), "collection_id": collection.id}
            cursor = connection.cursor()
            await cursor.execute(self._statements["save_run"], {"tenant_id": tenant_id, **run})
            await cursor.executemany(self._statements["save_query"], rows)
            await cursor.executemany(self._statements["save_metrics"], measured)

    async def get(self, tenant_id: TenantId, evaluation_id: EvaluationId) -> Evaluation:
        """An evaluation with its queries. Raises NotFoundError."""
        return await self._whole(tenant_id, evaluation_id, id=evaluation_id)

    async def by_label(self, tenant_id: TenantId, label: str) -> Evaluation:
        """The newest evaluation with a label, with its queries. Raises NotFoundError."""
        return await self._whole(tenant_id, label, label=label)

    async def page(
        self, tenant_id: TenantId, *, collection: str | None, limit: int, cursor: str | None
    ) -> Page[Evaluation]:
        """Evaluations without queries, newest first.

        Raises:
            InvalidRequestError: This listing did not return the cursor.
        """
        parameters = _query_parameters(
            tenant_id, limit + 1, collection=collection, before_id=cursors.identifier(cursor)
        )
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            evaluations = await self._runs(connection, parameters)
        return cursors.page(evaluations, limit, lambda run: str(run.id))

    async def _whole(self, tenant_id: TenantId, name: object, **key: object) -> Evaluation:
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            evaluations = await self._runs(connection, _query_parameters(tenant_id, 1, **key))
            if not evaluations:
                raise NotFoundError("evaluation", name)
            rows = connection.cursor(row_factory=kwargs_row(_answer))
            await rows.execute(
                self._statements["queries"], {"tenant_id": tenant_id, "id": evaluations[0].id}
            )
            return replace(evaluations[0], answers=tuple(await rows.fetchall()))

    async def _runs(
        self, connection: Connection, parameters: Mapping[str, object]
    ) -> list[Evaluation]:
        rows = connection.cursor(row_factory=kwargs_row(Evaluation))
        await rows.execute(self._statements["page"], parameters)
        return await rows.fetchall()


async def _registered(connection: Connection, card: ModelCard | None) -> ModelId | None:
    return None if card is None else await models.register(connection, card)


def _query_parameters(tenant_id: TenantId, row_count: int, **key: object) -> dict[str, object]:
    anything = dict.fromkeys(("id", "label", "collection", "before_id"))
    return {"tenant_id": tenant_id, "row_count": row_count, **anything, **key}


def _run(
    evaluation: Evaluation, embedder: ModelId | None, reranker: ModelId | None
) -> dict[str, object]:
    return {
        "id": evaluation.id,
        "created_at": evaluation.created_at,
        "label": evaluation.label,
        "judgments": evaluation.judgments,
        "strategy": evaluation.strategy,
        "knobs": Jsonb(evaluation.knobs),
        "embedder_id": embedder,
        "reranker_id": reranker,
        "queries": evaluation.queries,
        "p50_ms": evaluation.p50_ms,
        "p95_ms": evaluation.p95_ms,
    }


def _query(answer: EvaluatedQuery) -> dict[str, object]:
    return {
        "query_hash": query_hash(answer.query),
        "query": answer.query,
        "status": answer.status,
        "total_ms": answer.total_ms,
        "external_ids": list(answer.external_ids),
        "grades": list(answer.grades),
        "first_stage_grades": list(answer.first_stage_grades),
        "judged_grades": list(answer.judged_grades),
    }


def _metric_parameters(answer: EvaluatedQuery) -> dict[str, object]:
    return {
        "query_hash": query_hash(answer.query),
        "measures": list(answer.metrics),
        "values": list(answer.metrics.values()),
    }


def _answer(
    *,
    external_ids: Sequence[str],
    grades: Sequence[int | None],
    first_stage_grades: Sequence[int | None],
    judged_grades: Sequence[int],
    **columns: Any,
) -> EvaluatedQuery:
    return EvaluatedQuery(
        external_ids=tuple(external_ids),
        grades=tuple(grades),
        first_stage_grades=tuple(first_stage_grades),
        judged_grades=tuple(judged_grades),
        **columns,
    )
