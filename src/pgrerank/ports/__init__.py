"""What the use cases need from the outside, each a small protocol with a fake beside it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.candidate import PairScore, Passage, Ranking, Retrieved
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk, Chunk, StoredDocument
from pgrerank.domain.ids import ChunkId, RankingId, TenantId
from pgrerank.domain.ingest import Change, EmbeddedDocument, EmbeddedPassage, IngestReport
from pgrerank.domain.log import LoggedRanking, RankingFilter
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.tenant import ApiKey, Scope, Tenant
from pgrerank.ports.calibrating import Calibrations, Thresholds
from pgrerank.ports.embeddings import Embeddings
from pgrerank.ports.history import History
from pgrerank.ports.judging import Evaluations, Judgments
from pgrerank.ports.references import References
from pgrerank.ports.reporting import Reports

#: one embedding, shape (dimensions,), unit length
Vector: TypeAlias = NDArray[np.float32]


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds on a clock that never goes back; only differences mean something."""
        ...


class Embedder(Protocol):
    """A bi-encoder with the tokenizer that measures its chunks."""

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        ...

    def chunks(self, title: str, text: str) -> Sequence[Chunk]:
        """Cut a document into chunks whose passage fits the model. Blocking; no model runs."""
        ...

    async def query(self, text: str) -> Vector:
        """Embed a query. Raises OverloadedError or ScoringError."""
        ...

    async def passages(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[Vector]:
        """Embed passages, in order, in the tenant's share of the model. Raises as `query`."""
        ...


class Scorer(Protocol):
    """A reranker."""

    @property
    def model(self) -> ModelCard:
        """Identity of the model."""
        ...

    async def score(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        deadline: float | None = None,
        tenant_id: TenantId | None = None,
    ) -> Sequence[PairScore]:
        """Score each passage against the query, in order; higher is more relevant.

        Args:
            query: The query text.
            passages: Scored from the first on, so that a deadline leaves the head complete.
            deadline: Instant of Clock.elapsed() by which to answer; pairs not scored by then
                come back with `value=None`.
            tenant_id: In whose share of the model. None: the operator's own.

        Raises:
            OverloadedError: The waiting line is full.
            ScoringError: The model failed.
        """
        ...


class LateInteraction(Scorer, Protocol):
    """A reranker that reads stored token vectors, and makes those that a passage comes without.

    A score is the same either way.
    """

    async def embedded(
        self, texts: Sequence[str], *, tenant_id: TenantId | None = None
    ) -> Sequence[EmbeddedPassage]:
        """The embedder's vectors and the token vectors, of one pass. Raises as `score`."""
        ...


class Candidates(Protocol):
    """The first stage."""

    async def retrieve(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        vector: Vector | None,
        *,
        token_model: ModelCard | None = None,
        embeddings: bool = False,
    ) -> Retrieved:
        """Both legs and their fusion in one round trip; `vector` is None without a dense leg.

        With a `token_model` the candidates down to the depth bring their token vectors of it, with
        `embeddings` their embeddings.
        """
        ...


class Rankings(Protocol):
    """The rerank log."""

    async def record(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        ranking: Ranking,
    ) -> None:
        """Write a ranking and commit it."""
        ...

    async def get(self, tenant_id: TenantId, ranking_id: RankingId) -> LoggedRanking:
        """Read one back, with its candidates. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, wanted: RankingFilter, *, limit: int, cursor: str | None
    ) -> Page[LoggedRanking]:
        """The newest first, without candidates."""
        ...


class Documents(Protocol):
    """Collections and documents."""

    async def create_collection(
        self,
        tenant_id: TenantId,
        name: str,
        *,
        text_search: str,
        embedder: ModelCard,
        store_tokens: bool | None = None,
        retrieval: Retrieval | None = None,
    ) -> Collection:
        """Make a collection, or return it if it exists alike.

        None takes what is there, or the default: no token vectors, Retrieval().

        Raises:
            ConflictError: It exists with another configuration, embedder or retrieval.
            InvalidRequestError: Postgres has no such text search configuration.
        """
        ...

    async def weigh(self, tenant_id: TenantId, name: str, retrieval: Retrieval) -> None:
        """Change how a collection's first stage weighs. Raises NotFoundError."""
        ...

    async def collection(self, tenant_id: TenantId, name: str) -> Collection:
        """Look one up by name. Raises NotFoundError."""
        ...

    async def collections(
        self, tenant_id: TenantId, *, limit: int, cursor: str | None
    ) -> Page[Collection]:
        """All of a tenant's collections, by name."""
        ...

    async def delete_collection(self, tenant_id: TenantId, name: str) -> None:
        """Delete a collection and all in it. Raises NotFoundError."""
        ...

    async def hashes(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> dict[str, bytes]:
        """Content hashes of those of the documents that are stored and fully embedded."""
        ...

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        documents: Sequence[EmbeddedDocument],
        *,
        token_model: ModelCard | None = None,
    ) -> Sequence[Change]:
        """Insert or replace whole documents in one transaction; says which each was."""
        ...

    async def document(
        self, tenant_id: TenantId, collection: Collection, external_id: str
    ) -> StoredDocument:
        """One document with its chunks. Raises NotFoundError."""
        ...

    async def documents(
        self, tenant_id: TenantId, collection: Collection, *, limit: int, cursor: str | None
    ) -> Page[StoredDocument]:
        """Documents by external id, without chunks."""
        ...

    async def delete_document(
        self, tenant_id: TenantId, collection: Collection, external_id: str
    ) -> None:
        """Delete a document with its chunks. Raises NotFoundError."""
        ...


class TokenVectors(Protocol):
    """Token vectors of the chunks that are stored already."""

    async def switch(self, tenant_id: TenantId, collection: Collection, *, on: bool) -> None:
        """Say whether chunks that come from now on get token vectors. Raises NotFoundError."""
        ...

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        """Chunks without token vectors of the model, by id, those after `after`."""
        ...

    async def add(
        self, tenant_id: TenantId, model: ModelCard, vectors: Mapping[ChunkId, bytes]
    ) -> int:
        """Store token vectors in one transaction, of chunks that are still there; says how many."""
        ...

    async def forget(
        self, tenant_id: TenantId, collection: Collection, *, keep: ModelCard | None = None
    ) -> int:
        """Remove a collection's token vectors, all but those of `keep`; says of how many chunks."""
        ...


class Keys(Protocol):
    """API keys, seen by the service: found before any tenant is known."""

    async def find(self, prefix: str) -> Sequence[ApiKey]:
        """Keys whose secret begins like this."""
        ...

    async def create(
        self,
        tenant_id: TenantId,
        name: str,
        scopes: frozenset[Scope],
        *,
        secret: str,
        expires_at: datetime | None,
    ) -> ApiKey:
        """Store a new key for the tenant."""
        ...

    async def page(self, tenant_id: TenantId, *, limit: int, cursor: str | None) -> Page[ApiKey]:
        """A tenant's keys, newest first, revoked ones too."""
        ...

    async def revoke(self, tenant_id: TenantId, key_id: UUID) -> None:
        """Revoke at once. Revoking twice is no error. Raises NotFoundError."""
        ...


class Tenants(Protocol):
    """Tenants, seen by an operator."""

    async def create(self, name: str) -> Tenant:
        """Make a tenant. Raises ConflictError if the name is taken."""
        ...

    async def named(self, name: str) -> Tenant:
        """Look one up. Raises NotFoundError."""
        ...

    def all(self) -> AsyncIterator[Tenant]:
        """Every tenant, by name."""
        ...

    async def set_quota(self, name: str, pairs_per_second: int | None) -> Tenant:
        """Change how many pairs it may have, 0: no bound, None: the default.

        Raises NotFoundError.
        """
        ...

    async def delete(self, name: str) -> None:
        """Delete a tenant and all it owns. Raises NotFoundError."""
        ...


class Quotas(Protocol):
    """Quotas of tenants, seen by the service."""

    async def pairs_per_second(self, tenant_id: TenantId) -> int | None:
        """Pairs a tenant may have reranked; 0: no bound; None: the default holds."""
        ...


class Observer(Protocol):
    """Told what happened, to log and count it. Returns at once and never raises."""

    def searched(self, collection_name: str, request: SearchRequest, ranking: Ranking) -> None:
        """A search was answered."""
        ...

    def ingested(self, collection_name: str, report: IngestReport) -> None:
        """An ingest came to its end."""
        ...

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is the template, not the path with its ids."""
        ...

    def exposition(self) -> bytes:
        """All counts in the text format of Prometheus."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The ports that need no model: enough to administer."""

    clock: Clock
    rankings: Rankings
    documents: Documents
    judgments: Judgments
    calibrations: Calibrations
    thresholds: Thresholds
    evaluations: Evaluations
    reports: Reports
    references: References
    tokens: TokenVectors
    embeddings: Embeddings
    keys: Keys
    tenants: Tenants


@dataclass(frozen=True, slots=True, kw_only=True)
class House(Office):
    """All ports together: what a use case is given."""

    embedder: Embedder
    scorer: Scorer
    #: over stored token vectors; None where the embedder is not the one it knows
    late: LateInteraction | None
    candidates: Candidates
    history: History
