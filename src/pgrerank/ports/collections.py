"""The port of collections."""

from typing import Protocol

from pgrerank.domain.collection import Change, Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.retrieval import Retrieval


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

    async def change(self, tenant_id: TenantId, name: str, change: Change) -> Collection:
        """Change the settings of a collection atomically; concurrent changes are all kept.

        Args:
            tenant_id: The owner.
            name: The collection.
            change: Gets the collection as it is stored and returns it with its new settings. Other
                changes of the collection wait meanwhile, so it must be quick. If it raises,
                nothing is stored.

        Returns:
            The changed collection.

        Raises:
            NotFoundError: No such collection.
            ValueError: The change sets a field that is not one of SETTINGS.
        """
        ...

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        """Delete a collection and all in it. Raises NotFoundError."""
        ...
