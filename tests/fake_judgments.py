"""In-memory judgments and measured quality."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pgrerank.domain.calibration import CandidatePool
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.evaluation import Evaluation, EvaluationId
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import JudgedPassage, Judgment, Label, ScoredChunk, SeenPassage
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from tests.fake_page import page


@dataclass
class FakeJudgments:
    """Stores in memory; reading returns `passages`, `searches` and `graded`."""

    kept: list[Judgment] = field(default_factory=list)
    passages: list[JudgedPassage] = field(default_factory=list)
    searches: list[SeenPassage] = field(default_factory=list)
    graded: dict[str, dict[str, int]] = field(default_factory=dict)
    logged: list[ScoredChunk] = field(default_factory=list)

    async def add(
        self, tenant_id: TenantId, collection: Collection, judgments: Sequence[Judgment]
    ) -> int:
        new = [each for each in dict.fromkeys(judgments) if each not in self.kept]
        self.kept += new
        return len(new)

    async def remove(self, tenant_id: TenantId, collection: Collection, judgment: Judgment) -> bool:
        is_kept = judgment in self.kept
        self.kept = [each for each in self.kept if each != judgment]
        return is_kept

    async def grades(
        self, tenant_id: TenantId, collection: Collection
    ) -> dict[str, dict[str, int]]:
        return self.graded

    async def labels(self, tenant_id: TenantId, collection: Collection) -> Sequence[Label]:
        return [
            Label(query=query, external_id=external_id, chunk_id=None, grade=grade)
            for query, grades in self.graded.items()
            for external_id, grade in grades.items()
        ]

    async def logged_scores(
        self, tenant_id: TenantId, collection: Collection, model: ModelCard, pool: CandidatePool
    ) -> Sequence[ScoredChunk]:
        return self.logged

    async def of_judge(
        self, tenant_id: TenantId, collection: Collection, judged_by: str
    ) -> set[tuple[str, str, ChunkId | None]]:
        own = [each for each in self.kept if each.judged_by == judged_by]
        return {(each.query, each.external_id, each.chunk_id) for each in own}

    async def judged_passages(
        self, tenant_id: TenantId, collection: Collection
    ) -> Sequence[JudgedPassage]:
        return self.passages

    async def seen_passages(
        self, tenant_id: TenantId, collection: Collection, *, depth: int
    ) -> Sequence[SeenPassage]:
        return [each for each in self.searches if each.rank <= depth]


@dataclass
class FakeEvaluations:
    kept: list[Evaluation] = field(default_factory=list)

    async def save(
        self,
        tenant_id: TenantId,
        collection: Collection,
        made: Evaluation,
        models: tuple[ModelCard | None, ModelCard | None],
    ) -> None:
        self.kept.append(made)

    async def get(self, tenant_id: TenantId, evaluation_id: EvaluationId) -> Evaluation:
        return self._first(evaluation_id, [e for e in self.kept if e.id == evaluation_id])

    async def by_label(self, tenant_id: TenantId, label: str) -> Evaluation:
        return self._first(label, [e for e in reversed(self.kept) if e.label == label])

    async def page(
        self, tenant_id: TenantId, *, collection: str | None, limit: int, cursor: str | None
    ) -> Page[Evaluation]:
        wanted = [
            replace(each, answers=()) for each in self.kept if collection in (None, each.collection)
        ]
        return page(wanted, lambda e: e.id, limit=limit, cursor=cursor, is_newest_first=True)

    def _first(self, name: object, found: list[Evaluation]) -> Evaluation:
        if not found:
            raise NotFoundError("evaluation", name)
        return found[0]
