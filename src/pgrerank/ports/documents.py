"""The port of collections and documents."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import StoredDocument
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.term import Terms


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
        """Create a collection, or return the existing one if its settings match.

        None matches any setting; a new collection gets the default: no token vectors, Retrieval(),
        no named reranker.

        Raises:
            ConflictError: It exists with another configuration, embedder, retrieval or reranker.
            InvalidRequestError: Postgres has no such text search configuration.
        """
        ...

    async def set_retrieval(self, tenant_id: TenantId, name: str, retrieval: Retrieval) -> None:
        """Change the settings of a collection's first stage. Raises NotFoundError."""
        ...

    async def set_reranker(self, tenant_id: TenantId, name: str, reranker: str | None) -> None:
        """Change the named reranker of a collection. Raises NotFoundError."""
        ...

    async def set_terms(self, tenant_id: TenantId, name: str, terms: Terms) -> None:
        """Replace the boosted terms of a collection. Raises NotFoundError."""
        ...

    async def collection(self, tenant_id: TenantId, name: str) -> Collection:
        """The collection of this name. Raises NotFoundError."""
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
        """Content hashes of the documents that are stored and fully embedded, by external id."""
        ...

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        documents: Sequence[EmbeddedDocument],
        *,
        token_model: ModelCard | None = None,
    ) -> Sequence[DocumentChange]:
        """Insert or replace whole documents in one transaction; returns the change of each."""
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
