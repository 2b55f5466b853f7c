"""In-memory evaluations; see fakes.py."""

from dataclasses import dataclass, field, replace

from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.evaluation import Evaluation, EvaluationId
from pgrerank.domain.ids import CollectionId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from tests.fake_documents import FakeCollections
from tests.fake_page import page


@dataclass
class FakeEvaluations:
    collections: FakeCollections
    #: oldest first
    kept: dict[TenantId, list[Evaluation]] = field(default_factory=dict)
    #: collections of the runs
    places: dict[EvaluationId, CollectionId] = field(default_factory=dict)

    async def save(
        self,
        tenant_id: TenantId,
        collection: Collection,
        made: Evaluation,
        models: tuple[ModelCard | None, ModelCard | None],
    ) -> None:
        if self.collections.current(tenant_id, collection) is None:
            raise ConflictError("The collection was deleted meanwhile.")
        self.kept.setdefault(tenant_id, []).append(made)
        self.places[made.id] = collection.id

    async def get(self, tenant_id: TenantId, evaluation_id: EvaluationId) -> Evaluation:
        own = self._of(tenant_id)
        return _last(evaluation_id, [each for each in own if each.id == evaluation_id])

    async def by_label(self, tenant_id: TenantId, label: str) -> Evaluation:
        own = self._of(tenant_id)
        return _last(label, [each for each in own if each.label == label])

    async def page(
        self, tenant_id: TenantId, *, collection: str | None, limit: int, cursor: str | None
    ) -> Page[Evaluation]:
        wanted = [
            replace(each, answers=())
            for each in self._of(tenant_id)
            if collection in (None, each.collection)
        ]
        return page(wanted, lambda e: e.id, limit=limit, cursor=cursor, is_newest_first=True)

    def _of(self, tenant_id: TenantId) -> list[Evaluation]:
        """The runs of a tenant, except those of deleted collections."""
        own = self.kept.get(tenant_id, [])
        return [each for each in own if self.places.get(each.id) not in self.collections.deleted]


def _last(name: object, runs: list[Evaluation]) -> Evaluation:
    if not runs:
        raise NotFoundError("evaluation", name)
    return runs[-1]
