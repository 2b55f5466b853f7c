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
        """Make a collection, or return it if it exists alike.

        None takes what is there, or the default: no token vectors, Retrieval(), no named reranker.

        Raises:
            ConflictError: It exists with another configuration, embedder, retrieval or reranker.
            InvalidRequestError: Postgres has no such text search configuration.
        """
        ...

    async def set_retrieval(self, tenant_id: TenantId, name: str, retrieval: Retrieval) -> None:
        """Change how a collection's first stage weighs. Raises NotFoundError."""
        ...

    async def set_reranker(self, tenant_id: TenantId, name: str, reranker: str | None) -> None:
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
