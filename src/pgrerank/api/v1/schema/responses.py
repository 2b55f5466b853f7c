"""Responses of collections, documents, keys and tenants."""

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
    str | None,
    Meta(description="Pass it as `cursor` to get the next page; null on the last page."),
]


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class RetrievalSettings(_Answer, frozen=True, kw_only=True):
    """Settings of a collection's first stage: BM25 and fusion."""

    k1: float
    b: float
    title_boost: float
    fusion: Fusion
    rrf_k: int
    dense_weight: float
    keyword_weight: float
    sparse_weight: float


class CollectionResponse(_Answer, frozen=True, kw_only=True):
    """A set of documents that are searched together."""

    name: str
    text_search: str
    embedder: Annotated[str, Meta(description="Fingerprint of the model of its vectors.")]
    second_embedder: Annotated[
        str | None, Meta(description="Fingerprint of the model of its second set of vectors.")
    ]
    second_state: Annotated[
        SecondState | None,
        Meta(description="State of the second set: being filled, ready to cut over to, or former."),
    ]
    documents: int
    chunks: int
    store_tokens: Annotated[bool, Meta(description="New chunks get token vectors.")]
    retrieval: Annotated[RetrievalSettings, Meta(description="Settings of its first stage.")]
    reranker: Annotated[
        str | None,
        Meta(description="Name of its reranker; null: the default reranker."),
    ]
    created_at: datetime

    @classmethod
    def of(cls, collection: collections.Collection) -> Self:
        """Response for a collection."""
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
    """A page of collections, sorted by name."""

    items: list[CollectionResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[collections.Collection]) -> Self:
        """Response for a page."""
        return cls(items=[CollectionResponse.of(item) for item in page.items], cursor=page.cursor)


class Ingested(_Answer, frozen=True, kw_only=True):
    """The outcome of an ingest."""

    created: int
    updated: int
    unchanged: Annotated[
        int, Meta(description="Documents already stored with the same content, not embedded again.")
    ]
    chunks: Annotated[int, Meta(description="Chunks embedded and stored.")]
    rejected: Annotated[
        list[RejectedRow],
        Meta(
            description="Rows not stored. `line` is the line or the position in the array, from 1."
        ),
    ]

    @classmethod
    def of(cls, report: IngestReport) -> Self:
        """Response for a report."""
        return cls(
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            chunks=report.chunks,
            rejected=rejected_rows(report.rejected),
        )


class ChunkResponse(_Answer, frozen=True, kw_only=True):
    """A part of a document. Chunks are what is embedded and ranked."""

    ordinal: int
    content: str
    tokens: int


class DocumentResponse(_Answer, frozen=True, kw_only=True):
    """A stored document."""

    id: Annotated[str, Meta(description="Your id of the document.")]
    title: str
    uri: str | None
    metadata: dict[str, Any]
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    chunks: Annotated[
        list[ChunkResponse] | None,
        Meta(description="Null in listings; get one document for them."),
    ] = None

    @classmethod
    def of(cls, stored: documents.StoredDocument) -> Self:
        """Response for a document, without its chunks."""
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
        """Response for a document, with its chunks."""
        chunks = [
            ChunkResponse(ordinal=chunk.ordinal, content=chunk.content, tokens=chunk.token_count)
            for chunk in stored.chunks
        ]
        return structs.replace(cls.of(stored), chunks=chunks)


class DocumentPage(_Answer, frozen=True, kw_only=True):
    """A page of documents, sorted by id."""

    items: list[DocumentResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[documents.StoredDocument]) -> Self:
        """Response for a page."""
        return cls(items=[DocumentResponse.of(item) for item in page.items], cursor=page.cursor)


class Key(_Answer, frozen=True, kw_only=True):
    """An API key without its secret."""

    id: UUID
    name: str
    prefix: Annotated[str, Meta(description="First characters of the secret.")]
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: tenants.ApiKey) -> Self:
        """Response for a key."""
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
    """A new key with its secret, which is shown only once."""

    key: Key
    secret: Annotated[str, Meta(description="Store it now: it cannot be shown again.")]


class KeyPage(_Answer, frozen=True, kw_only=True):
    """A page of keys, newest first."""

    items: list[Key]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[tenants.ApiKey]) -> Self:
        """Response for a page."""
        return cls(items=[Key.of(item) for item in page.items], cursor=page.cursor)


class TenantResponse(_Answer, frozen=True, kw_only=True):
    """An isolated customer."""

    id: UUID
    name: str
    created_at: datetime
    pairs_per_second: Annotated[
        int | None,
        Meta(description="Quota of reranked pairs per second; 0: unlimited; null: the default."),
    ]
    keep_texts: Annotated[
        bool, Meta(description="Whether its log stores the texts of supplied documents.")
    ]

    @classmethod
    def of(cls, tenant: tenants.Tenant) -> Self:
        """Response for a tenant."""
        return cls(
            id=tenant.id,
            name=tenant.name,
            created_at=tenant.created_at,
            pairs_per_second=tenant.pairs_per_second,
            keep_texts=tenant.keep_texts,
        )


class TenantPage(_Answer, frozen=True, kw_only=True):
    """All tenants, sorted by name."""

    items: list[TenantResponse]
