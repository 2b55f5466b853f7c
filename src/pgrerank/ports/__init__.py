"""What the use cases need from the outside, each a small protocol with a fake beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, Self, TypeVar

from pgrerank.domain import suggestion
from pgrerank.domain.candidate import (
    TEXTS_ONLY,
    CandidateNeeds,
    Retrieved,
    SearchOutcome,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk, StoredDocument
from pgrerank.domain.errors import ConflictError, InvalidRequestError
from pgrerank.domain.ids import ChunkId, RankingId, TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument, IngestReport
from pgrerank.domain.log import LoggedRanking, RankingFilter
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.term import Terms
from pgrerank.ports.access import Keys, Tenants
from pgrerank.ports.calibrating import Calibrations, Thresholds
from pgrerank.ports.embeddings import Embeddings
from pgrerank.ports.history import History
from pgrerank.ports.judging import Evaluations, Judgments
from pgrerank.ports.references import References
from pgrerank.ports.reporting import Reports
from pgrerank.ports.scoring import Embedder, LateInteraction, Scorer, Vector

Named = TypeVar("Named")


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds on a clock that never goes back; only differences mean something."""
        ...


class Candidates(Protocol):
    """The first stage."""

    async def retrieve(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        vector: Vector | None,
        needs: CandidateNeeds = TEXTS_ONLY,
    ) -> Retrieved:
        """All legs and their fusion in one round trip; `vector` is None without a dense leg."""
        ...


class Rankings(Protocol):
    """The rerank log."""

    async def record(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        ranking: SearchOutcome,
    ) -> RankingId:
        """Write a ranking and commit it.

        Returns:
            Its id: another than it had if the log has no place for its instant, since the clock
            here is wrong; then that of the log decides.
        """
        ...

    async def record_brought(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        request: RerankRequest,
        ranked: RerankOutcome,
    ) -> RankingId:
        """Write a ranking of documents that the caller brought, and commit it; its id as `record` says.

        Documents by their hashes; their texts too where the tenant keeps them.
        """
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
        reranker: str | None = None,
    ) -> Collection:
        """Make a collection, or return it if it exists alike.

        None takes what is there, or the default: no token vectors, Retrieval(), no named reranker.

        Raises:
            ConflictError: It exists with another configuration, embedder, retrieval or reranker.
            InvalidRequestError: Postgres has no such text search configuration.
        """
        ...

    async def weigh(self, tenant_id: TenantId, name: str, retrieval: Retrieval) -> None:
        """Change how a collection's first stage weighs. Raises NotFoundError."""
        ...

    async def rerank_by(self, tenant_id: TenantId, name: str, reranker: str | None) -> None:
        """Change which named reranker a collection is searched with. Raises NotFoundError."""
        ...

    async def set_terms(self, tenant_id: TenantId, name: str, terms: Terms) -> None:
        """Change which terms raise candidates of a collection. Raises NotFoundError."""
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
    ) -> Sequence[DocumentChange]:
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


class Observer(Protocol):
    """Told what happened, to log and count it. Returns at once and never raises."""

    def searched(
        self, collection_name: str, request: SearchRequest, ranking: SearchOutcome
    ) -> None:
        """A search was answered."""
        ...

    def ranked(self, request: RerankRequest, ranked: RerankOutcome) -> None:
        """Documents that the caller brought were ranked."""
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
class AdminServices:
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
class Services(AdminServices):
    """All ports together: what a use case is given."""

    embedder: Embedder
    scorer: Scorer
    #: over stored token vectors; None where the embedder is not the one it knows
    late: LateInteraction | None
    candidates: Candidates
    history: History
    #: beside `scorer`, by the names an operator gave them
    rerankers: Mapping[str, Scorer] = field(default_factory=dict[str, Scorer])
    #: beside `embedder`, likewise
    embedders: Mapping[str, Embedder] = field(default_factory=dict[str, Embedder])

    #: its own models serve every collection, whatever that names: for comparing rerankers
    insists: bool = False

    def serving(self, collection: Collection) -> Self:
        """The services as this collection is searched: with its reranker and its embedder in place.

        Raises:
            ConflictError: The collection names a reranker that is not there any more.
        """
        if self.insists:
            return self
        embedder = self.embedder_of(collection)
        return replace(
            self,
            scorer=self._reranker_of(collection),
            embedder=embedder,
            late=self.late if embedder is self.embedder else None,
        )

    def _reranker_of(self, collection: Collection) -> Scorer:
        if collection.reranker is None or collection.reranker in self.rerankers:
            return self.reranker(collection.reranker)
        raise ConflictError(
            f"Collection `{collection.name}` is reranked by `{collection.reranker}`, which this "
            "service was not given. Name another one, or none, for it."
        )

    def reranker(self, name: str | None) -> Scorer:
        """The reranker of this name; None: the one of the settings.

        Raises:
            InvalidRequestError: The operator named none so.
        """
        return self.scorer if name is None else require_named("reranker", name, self.rerankers)

    def embedder_named(self, name: str | None) -> Embedder:
        """The embedder of this name; None: the one of the settings.

        Raises:
            InvalidRequestError: The operator named none so.
        """
        return self.embedder if name is None else require_named("embedder", name, self.embedders)

    def embedder_of(self, collection: Collection) -> Embedder:
        """The embedder that can search a collection; of two, the one of the settings.

        The one of the settings too where neither can: what then becomes of the search is for
        `Collection.under` to say.
        """
        known = [self.embedder, *self.embedders.values()]
        fit = (each for each in known if collection.is_searched_by(each.model))
        return next(fit, self.embedder)


def require_named(kind: str, name: str, known: Mapping[str, Named]) -> Named:
    """The one of this name among those that an operator named.

    Raises:
        InvalidRequestError: There is none; says which there are.
    """
    if name in known:
        return known[name]
    raise InvalidRequestError(
        kind,
        f"there is no {kind} named `{name}`. "
        + (suggestion.remedy(name, known) or f"This service was given no {kind} with a name."),
    )
