"""The port of related documents."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.related import (
    Corpus,
    Due,
    DueList,
    Enrichment,
    EnrichmentStatus,
    Noticed,
    RelatedMethod,
    RelatedPage,
    RenewedList,
)


class RelatedDocuments(Protocol):
    """The lists of related documents of collections. Several processes may renew them at a time."""

    async def settings(self, tenant_id: TenantId, collection: Collection) -> Enrichment | None:
        """What the lists of a collection are made by; None: they are not kept."""
        ...

    async def notice(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        method: RelatedMethod,
        depth: int,
    ) -> Noticed:
        """Begin to keep lists, or look for changes, and mark lists that hold a changed document.

        All lists become due if they were made by another model, embedder or depth.

        Raises:
            NotFoundError: The collection was deleted.
        """
        ...

    async def corpus(self, tenant_id: TenantId, collection: Collection) -> Corpus:
        """The documents that have a list, with their vectors.

        Raises:
            NotFoundError: The lists are not kept any more.
            InvalidRequestError: There are too many chunks.
        """
        ...

    async def announce(
        self, tenant_id: TenantId, collection: Collection, corpus: Corpus, due: Sequence[int]
    ) -> None:
        """Mark lists as due, by number, that unannounced documents of a corpus may enter."""
        ...

    async def claim(
        self, tenant_id: TenantId, collection: Collection, *, limit: int, lease_s: float
    ) -> tuple[int, Sequence[DueList]]:
        """Take at most `limit` due lists for `lease_s` seconds; returns the revision, and the lists.

        Raises:
            NotFoundError: The lists are not kept any more.
        """
        ...

    async def release(
        self, tenant_id: TenantId, collection: Collection, numbers: Sequence[int]
    ) -> None:
        """Give lists back that were not computed."""
        ...

    async def tokens(
        self, tenant_id: TenantId, model: ModelCard, chunk_ids: Sequence[ChunkId]
    ) -> Mapping[ChunkId, bytes]:
        """Token vectors of those chunks that have some by the model."""
        ...

    async def passages(
        self, tenant_id: TenantId, chunk_ids: Sequence[ChunkId]
    ) -> Mapping[ChunkId, BareChunk]:
        """Texts of those chunks that are still there."""
        ...

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        lists: Sequence[RenewedList],
        *,
        revision: int,
    ) -> None:
        """Store lists that reflect a revision, in one transaction.

        They stay due if changes were found since.

        Raises:
            NotFoundError: The lists are not kept any more.
        """
        ...

    async def due(self, tenant_id: TenantId, collection: Collection) -> Due:
        """What is left to do."""
        ...

    async def status(self, tenant_id: TenantId, collection: Collection) -> EnrichmentStatus | None:
        """State of the lists of a collection; None: they are not kept."""
        ...

    async def page(
        self,
        tenant_id: TenantId,
        collection: Collection,
        external_id: str,
        *,
        limit: int,
        cursor: str | None,
    ) -> RelatedPage:
        """A part of the list of a document, without documents that were deleted since.

        Raises:
            NotFoundError: There is no such document.
            InvalidRequestError: The cursor is not from this list.
        """
        ...

    async def forget(self, tenant_id: TenantId, collection: Collection) -> bool:
        """Delete all lists of a collection; returns whether they were kept."""
        ...
