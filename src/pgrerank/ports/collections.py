"""The port of collections."""

from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.term import Terms


class Collections(Protocol):
    """Collections with their settings."""

    async def create(
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
            InvalidRequestError: Postgres has no such text search configuration, or the embedder's
                vectors have too many dimensions.
        """
        ...

    async def by_name(self, tenant_id: TenantId, name: str) -> Collection:
        """The collection of this name. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, *, limit: int, cursor: str | None
    ) -> Page[Collection]:
        """A tenant's collections, by name.

        Raises:
            InvalidRequestError: The cursor is not from this listing.
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

    async def set_store_tokens(self, tenant_id: TenantId, name: str, *, store_tokens: bool) -> None:
        """Set whether new chunks get token vectors. Raises NotFoundError."""
        ...

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        """Delete a collection and all in it. Raises NotFoundError."""
        ...
