"""In-memory judgments; see fakes.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import ChunkId, CollectionId, TenantId
from pgrerank.domain.judgment import (
    LANGUAGE_MODEL,
    PERSON,
    RELEVANT,
    Feedback,
    Judgment,
    Label,
)
from tests.fake_documents import FakeCollections

_LEFT_OUT = {*(each.source for each in Feedback), LANGUAGE_MODEL}


@dataclass
class FakeJudgments:
    """Has none of the methods that read documents or the log: those need Postgres."""

    #: oldest first
    kept: dict[tuple[TenantId, CollectionId], list[Judgment]] = field(default_factory=dict)
    collections: FakeCollections = field(default_factory=FakeCollections)

    async def add(
        self, tenant_id: TenantId, collection: Collection, judgments: Sequence[Judgment]
    ) -> int:
        self.collections.require(collection)
        own = self.kept.setdefault((tenant_id, collection.id), [])
        last = [*reversed(dict.fromkeys(reversed(judgments)))]
        new = [each for each in last if each not in own]
        for each in last:
            if each in own and each.judged_by is not None:
                own.remove(each)
            if each not in own:
                own.append(each)
        return len(new)

    async def remove(self, tenant_id: TenantId, collection: Collection, judgment: Judgment) -> bool:
        own = self._of(tenant_id, collection)
        if judgment not in own:
            return False
        own.remove(judgment)
        return True

    async def grades(
        self, tenant_id: TenantId, collection: Collection
    ) -> dict[str, dict[str, int]]:
        grades: dict[str, dict[str, int]] = {}
        for each in await self.labels(tenant_id, collection):
            of_query = grades.setdefault(each.query, {})
            of_query[each.external_id] = max(each.grade, of_query.get(each.external_id, 0))
        return grades

    async def labels(self, tenant_id: TenantId, collection: Collection) -> Sequence[Label]:
        given: dict[tuple[str, str, ChunkId | None], dict[object, int]] = {}
        for place, each in enumerate(self._of(tenant_id, collection)):
            if each.source not in _LEFT_OUT:
                judge = (each.source, each.judged_by) if each.judged_by else place
                about = (each.query, each.external_id, each.chunk_id)
                given.setdefault(about, {})[judge] = each.grade
        return [
            Label(query=query, external_id=external_id, chunk_id=chunk_id, grade=min(grades))
            for (query, external_id, chunk_id), by_judge in given.items()
            if _agree(grades := list(by_judge.values()))
        ]

    async def grades_of_model(
        self, tenant_id: TenantId, collection: Collection, judged_by: str
    ) -> dict[str, dict[str, int]]:
        newest = {
            (each.query, each.external_id, each.chunk_id): each.grade
            for each in self._of(tenant_id, collection)
            if (each.source, each.judged_by) == (LANGUAGE_MODEL, judged_by)
        }
        grades: dict[str, dict[str, int]] = {}
        for (query, external_id, _), grade in newest.items():
            of_query = grades.setdefault(query, {})
            of_query[external_id] = max(grade, of_query.get(external_id, 0))
        return grades

    async def of_judge(
        self, tenant_id: TenantId, collection: Collection, judged_by: str, *, source: str = PERSON
    ) -> set[tuple[str, str, ChunkId | None]]:
        return {
            (each.query, each.external_id, each.chunk_id)
            for each in self._of(tenant_id, collection)
            if (each.source, each.judged_by) == (source, judged_by)
        }

    def _of(self, tenant_id: TenantId, collection: Collection) -> list[Judgment]:
        if collection.id in self.collections.deleted:
            return []
        return self.kept.get((tenant_id, collection.id), [])


def _agree(grades: Sequence[int]) -> bool:
    return (min(grades) >= RELEVANT) == (max(grades) >= RELEVANT)
