"""The port of documents with their chunks."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.deletion import Selection
from pgrerank.domain.document import Document, StoredDocument
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument, StoredHashes
from pgrerank.domain.merge_patch import DocumentPatch
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page


class Documents(Protocol):
    """Documents of collections, with their chunks and vectors."""

    async def hashes(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> dict[str, StoredHashes]:
        """Hashes of the documents that are stored and fully embedded, by external id."""
        ...

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        documents: Sequence[EmbeddedDocument],
        *,
        same_text: Sequence[Document] = (),
        token_model: ModelCard | None = None,
    ) -> Sequence[DocumentChange]:
        """Insert or replace whole documents in one transaction; returns the change of each.

        Of several documents with the same external id, the last is stored; all get its change. Of
        the documents in `same_text`, which are stored with equal titles, texts and weights, URI and
        metadata are replaced; their chunks and vectors stay.

        Raises:
            NotFoundError: The collection was deleted meanwhile.
            CollectionChangedError: The collection went over to another embedder, or began or ceased
                to store token vectors, after `collection` was read; or the text of a document in
                `same_text` is another one.
            ConflictError: The dimensions of a vector differ from those of the collection's embedder.
        """
        ...

    async def get(
        self, tenant_id: TenantId, collection: Collection, external_id: str
    ) -> StoredDocument:
        """One document with its chunks. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, collection: Collection, *, limit: int, cursor: str | None
    ) -> Page[StoredDocument]:
        """Documents by external id, without chunks.

        Raises:
            InvalidRequestError: The cursor is not from this listing.
        """
        ...

    async def delete(self, tenant_id: TenantId, collection: Collection, external_id: str) -> None:
        """Delete a document with its chunks. Raises NotFoundError."""
        ...

    async def count(self, tenant_id: TenantId, collection: Collection, selection: Selection) -> int:
        """Number of documents that are selected."""
        ...

    async def matching(
        self, tenant_id: TenantId, collection: Collection, selection: Selection, *, limit: int
    ) -> Sequence[str]:
        """External ids of the first documents that are selected, in their order."""
        ...

    async def delete_selected(
        self, tenant_id: TenantId, collection: Collection, selection: Selection, *, limit: int
    ) -> int:
        """Delete the first documents that are selected, in one transaction; returns how many."""
        ...

    async def update(
        self, tenant_id: TenantId, collection: Collection, external_id: str, patch: DocumentPatch
    ) -> StoredDocument:
        """Change URI and metadata; chunks and vectors stay. Returns the document with its chunks.

        Concurrent changes of a document happen one after the other, so none is lost.

        Raises:
            NotFoundError: There is no such document.
            InvalidRequestError: The result could not be stored.
        """
        ...
