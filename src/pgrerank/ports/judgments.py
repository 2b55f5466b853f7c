"""The port of judgments."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pgrerank.domain.calibration import CandidatePool
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import JudgedPassage, Judgment, Label, ScoredChunk, SeenPassage
from pgrerank.domain.model import ModelCard


class Judgments(Protocol):
    """What people and programs said of documents for queries."""

    async def add(
        self, tenant_id: TenantId, collection: Collection, judgments: Sequence[Judgment]
    ) -> int:
        """Store judgments; how many were new. The same one twice is kept once.

        Judgments that contradict each other are all kept. The documents need not be stored.
        """
        ...

    async def remove(self, tenant_id: TenantId, collection: Collection, judgment: Judgment) -> bool:
        """Take a judgment back, as if it had not been made; whether it was stored."""
        ...

    async def unknown(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> Sequence[str]:
        """Those of the documents that the collection does not hold."""
        ...

    async def grades(
        self, tenant_id: TenantId, collection: Collection
    ) -> Mapping[str, Mapping[str, int]]:
        """Grades of documents, stored or not, by query.

        Of a judge with a name the newest grade counts. Where judges differ on whether something
        is relevant, it is left out; else their lowest grade counts. Feedback of users is left out.
        A document has the best grade of its chunks and of itself.
        """
        ...

    async def labels(self, tenant_id: TenantId, collection: Collection) -> Sequence[Label]:
        """Grades of documents and of chunks by query, by the same rule."""
        ...

    async def logged_scores(
        self, tenant_id: TenantId, collection: Collection, model: ModelCard, pool: CandidatePool
    ) -> Sequence[ScoredChunk]:
        """Raw scores that the log has of judged queries: of the newest search of each.

        Only of searches from such a pool that this reranker scored to their full depth.
        """
        ...

    async def of_judge(
        self, tenant_id: TenantId, collection: Collection, judged_by: str
    ) -> set[tuple[str, str, ChunkId | None]]:
        """Query, document and chunk of all that a person of this name graded."""
        ...

    async def logged_queries(
        self, tenant_id: TenantId, collection: Collection, *, limit: int
    ) -> Sequence[str]:
        """Queries of logged searches, the latest first."""
        ...

    async def document_of(self, tenant_id: TenantId, chunk_id: ChunkId) -> str:
        """Id of the document a chunk belongs to. Raises NotFoundError."""
        ...

    async def judged_passages(
        self, tenant_id: TenantId, collection: Collection
    ) -> Sequence[JudgedPassage]:
        """Every judged document that is stored, once a query, with a passage of it.

        The passage is of the judged chunk, else of the one that searches placed best, else of
        the first.
        """
        ...

    async def seen_passages(
        self, tenant_id: TenantId, collection: Collection, *, depth: int
    ) -> Sequence[SeenPassage]:
        """What logged searches for judged queries placed within `depth`, the best place first."""
        ...
