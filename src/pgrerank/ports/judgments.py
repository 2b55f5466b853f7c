"""The port of judgments."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from pgrerank.domain.calibration import CandidatePool
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import (
    PERSON,
    JudgedPassage,
    Judgment,
    JudgmentSelection,
    Label,
    ScoredChunk,
    SeenPassage,
    StoredJudgment,
)
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page


class Judgments(Protocol):
    """Judgments of documents for queries, by people and programs."""

    async def add(
        self, tenant_id: TenantId, collection: Collection, judgments: Sequence[Judgment]
    ) -> int:
        """Store judgments; returns how many were new. Equal ones are stored once.

        Contradicting judgments are all kept. The documents need not be stored.

        Raises:
            ConflictError: The collection was deleted meanwhile.
        """
        ...

    async def remove(self, tenant_id: TenantId, collection: Collection, judgment: Judgment) -> bool:
        """Delete a judgment; returns whether it was stored."""
        ...

    async def page(
        self,
        tenant_id: TenantId,
        collection: Collection,
        selection: JudgmentSelection,
        *,
        limit: int,
        cursor: str | None,
    ) -> Page[StoredJudgment]:
        """Judgments as they are stored, newest first, feedback included.

        Raises:
            InvalidRequestError: The cursor was not returned by this method.
        """
        ...

    async def delete(self, tenant_id: TenantId, judgment_id: UUID) -> None:
        """Delete a judgment. Raises NotFoundError."""
        ...

    async def unknown(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> Sequence[str]:
        """The given documents that are not in the collection."""
        ...

    async def grades(
        self, tenant_id: TenantId, collection: Collection
    ) -> Mapping[str, Mapping[str, int]]:
        """Grades of documents, stored or not, by query and external id.

        Of each named judge the newest grade counts. If judges disagree on relevance, the document
        or chunk is left out; else their lowest grade counts. User feedback and grades of language
        models are left out. The grade of a document is the best of its own and its chunks'.
        """
        ...

    async def labels(self, tenant_id: TenantId, collection: Collection) -> Sequence[Label]:
        """Grades of documents and of chunks, by the same rules for judges, feedback and models."""
        ...

    async def logged_scores(
        self, tenant_id: TenantId, collection: Collection, model: ModelCard, pool: CandidatePool
    ) -> Sequence[ScoredChunk]:
        """Logged scores of all candidates of judged queries, from each query's newest search.

        Only searches with this pool that this reranker scored to the full depth count.
        """
        ...

    async def grades_of_model(
        self, tenant_id: TenantId, collection: Collection, judged_by: str
    ) -> Mapping[str, Mapping[str, int]]:
        """Grades of documents by one language model, by query and external id.

        The newest grade counts; that of a document is the best of its own and its chunks'.
        """
        ...

    async def of_judge(
        self, tenant_id: TenantId, collection: Collection, judged_by: str, *, source: str = PERSON
    ) -> set[tuple[str, str, ChunkId | None]]:
        """Query, document and chunk of all judgments of this source under this name."""
        ...

    async def logged_queries(
        self, tenant_id: TenantId, collection: Collection, *, limit: int
    ) -> Sequence[str]:
        """Queries of logged searches, newest first."""
        ...

    async def document_of(self, tenant_id: TenantId, chunk_id: ChunkId) -> str:
        """External id of the document of a chunk. Raises NotFoundError."""
        ...

    async def judged_passages(
        self, tenant_id: TenantId, collection: Collection
    ) -> Sequence[JudgedPassage]:
        """All documents judged by people that are stored, once per query, each with one passage.

        The passage is that of the judged chunk, else of the chunk that searches ranked best, else
        of the first chunk.
        """
        ...

    async def seen_passages(
        self, tenant_id: TenantId, collection: Collection, *, depth: int
    ) -> Sequence[SeenPassage]:
        """Passages that logged searches for judged queries ranked within `depth`, best first."""
        ...
