"""What callers get."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta, Struct, structs

from pgrerank.api.errors import rejected_rows
from pgrerank.api.problem import RejectedRow
from pgrerank.domain import collection as collections
from pgrerank.domain import document as documents
from pgrerank.domain import tenant as tenants
from pgrerank.domain.collection import SecondState
from pgrerank.domain.ingest import IngestReport
from pgrerank.domain.page import Page
from pgrerank.domain.retrieval import Fusion
from pgrerank.domain.tenant import Scope

NextCursor = Annotated[
    str | None, Meta(description="Pass it as `cursor` for the next page; null on the last.")
]


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class RetrievalSettings(_Answer, frozen=True, kw_only=True):
    """How the first stage of a collection weighs: BM25 and fusion."""

    k1: float
    b: float
    title_boost: float
    fusion: Fusion
    rrf_k: int
    dense_weight: float
    keyword_weight: float
    sparse_weight: float


class CollectionResponse(_Answer, frozen=True, kw_only=True):
    """A set of documents that is searched together."""

    name: str
    text_search: str
    embedder: Annotated[str, Meta(description="Fingerprint of the model its vectors are from.")]
    second_embedder: Annotated[
        str | None, Meta(description="Fingerprint of the model of its second set of vectors.")
    ]
    second_state: Annotated[
        SecondState | None,
        Meta(description="Of the second set: being filled, ready to cut over, or the former."),
    ]
    documents: int
    chunks: int
    store_tokens: Annotated[bool, Meta(description="New chunks get token vectors.")]
    retrieval: Annotated[RetrievalSettings, Meta(description="How its first stage weighs.")]
    reranker: Annotated[
        str | None,
        Meta(description="Which reranker reads its candidates; null: the service's own."),
    ]
    created_at: datetime

    @classmethod
    def of(cls, collection: collections.Collection) -> Self:
        """Show a collection."""
        return cls(
            name=collection.name,
            text_search=collection.text_search,
            embedder=collection.embedder,
            second_embedder=collection.second_embedder,
            second_state=collection.second_state,
            documents=collection.document_count,
            chunks=collection.chunk_count,
            store_tokens=collection.stores_tokens,
            retrieval=RetrievalSettings(**asdict(collection.retrieval)),
            reranker=collection.reranker,
            created_at=collection.created_at,
        )


class CollectionPage(_Answer, frozen=True, kw_only=True):
    """A page of collections, by name."""

    items: list[CollectionResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[collections.Collection]) -> Self:
        """Show a page."""
        return cls(items=[CollectionResponse.of(item) for item in page.items], cursor=page.cursor)


class Ingested(_Answer, frozen=True, kw_only=True):
    """What became of the rows of an ingest."""

    created: int
    updated: int
    unchanged: Annotated[int, Meta(description="Stored already, so not embedded again.")]
    chunks: Annotated[int, Meta(description="Chunks embedded and stored.")]
    rejected: Annotated[
        list[RejectedRow],
        Meta(description="Rows left out, by line of the stream or place in the array, from 1."),
    ]

    @classmethod
    def of(cls, report: IngestReport) -> Self:
        """Show a report."""
        return cls(
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            chunks=report.chunks,
            rejected=rejected_rows(report.rejected),
        )


class ChunkResponse(_Answer, frozen=True, kw_only=True):
    """A part of a document, as it is embedded and ranked."""

    ordinal: int
    content: str
    tokens: int


class DocumentResponse(_Answer, frozen=True, kw_only=True):
    """A document as it is stored."""

    id: Annotated[str, Meta(description="Your id of the document.")]
    title: str
    uri: str | None
    metadata: dict[str, Any]
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    chunks: Annotated[
        list[ChunkResponse] | None,
        Meta(description="Null in listings; read one document for them."),
    ] = None

    @classmethod
    def of(cls, stored: documents.StoredDocument) -> Self:
        """Show a document without its chunks."""
        return cls(
            id=stored.external_id,
            title=stored.title,
            uri=stored.uri,
            metadata=dict(stored.metadata),
            chunk_count=stored.chunk_count,
            created_at=stored.created_at,
            updated_at=stored.updated_at,
        )

    @classmethod
    def whole(cls, stored: documents.StoredDocument) -> Self:
        """Show a document with its chunks."""
        chunks = [
            ChunkResponse(ordinal=chunk.ordinal, content=chunk.content, tokens=chunk.token_count)
            for chunk in stored.chunks
        ]
        return structs.replace(cls.of(stored), chunks=chunks)


class DocumentPage(_Answer, frozen=True, kw_only=True):
    """A page of documents, by id."""

    items: list[DocumentResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[documents.StoredDocument]) -> Self:
        """Show a page."""
        return cls(items=[DocumentResponse.of(item) for item in page.items], cursor=page.cursor)


class Key(_Answer, frozen=True, kw_only=True):
    """An API key without its secret."""

    id: UUID
    name: str
    prefix: Annotated[str, Meta(description="How the secret begins.")]
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: tenants.ApiKey) -> Self:
        """Show a key."""
        return cls(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
        )


class IssuedKey(_Answer, frozen=True, kw_only=True):
    """A new key with its secret, which is shown this once."""

    key: Key
    secret: Annotated[str, Meta(description="Keep it: it cannot be shown again.")]


class KeyPage(_Answer, frozen=True, kw_only=True):
    """A page of keys, newest first."""

    items: list[Key]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[tenants.ApiKey]) -> Self:
        """Show a page."""
        return cls(items=[Key.of(item) for item in page.items], cursor=page.cursor)


class TenantResponse(_Answer, frozen=True, kw_only=True):
    """An isolated customer."""

    id: UUID
    name: str
    created_at: datetime
    pairs_per_second: Annotated[
        int | None,
        Meta(description="Its quota of reranked pairs; 0: none; null: the default holds."),
    ]
    keep_texts: Annotated[
        bool, Meta(description="Its log keeps the texts of documents that callers bring.")
    ]

    @classmethod
    def of(cls, tenant: tenants.Tenant) -> Self:
        """Show a tenant."""
        return cls(
            id=tenant.id,
            name=tenant.name,
            created_at=tenant.created_at,
            pairs_per_second=tenant.pairs_per_second,
            keep_texts=tenant.keep_texts,
        )


class TenantPage(_Answer, frozen=True, kw_only=True):
    """All tenants, by name."""

    items: list[TenantResponse]
