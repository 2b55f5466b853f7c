"""The port of evaluations."""

from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.evaluation import Evaluation, EvaluationId
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page


class Evaluations(Protocol):
    """Stored evaluation runs over judged queries."""

    async def save(
        self,
        tenant_id: TenantId,
        collection: Collection,
        evaluation: Evaluation,
        models: tuple[ModelCard | None, ModelCard | None],
    ) -> None:
        """Store a run with its queries in one transaction; `models`: embedder and reranker.

        Raises ConflictError if the collection was deleted in the meantime.
        """
        ...

    async def get(self, tenant_id: TenantId, evaluation_id: EvaluationId) -> Evaluation:
        """A run with its queries. Raises NotFoundError."""
        ...

    async def by_label(self, tenant_id: TenantId, label: str) -> Evaluation:
        """The newest run with a label, with its queries. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, *, collection: str | None, limit: int, cursor: str | None
    ) -> Page[Evaluation]:
        """Runs, newest first, without queries; None: of all collections."""
        ...
