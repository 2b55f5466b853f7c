"""In-memory collections and documents; see fakes.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from uuid_utils.compat import uuid7

from pgrerank.domain.collection import Change, Collection
from pgrerank.domain.deletion import Selection
from pgrerank.domain.document import BareChunk, Document, StoredDocument
from pgrerank.domain.errors import (
    CollectionChangedError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from pgrerank.domain.ids import ChunkId, CollectionId, DocumentId, TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument, StoredHashes
from pgrerank.domain.json import JsonObject
from pgrerank.domain.merge_patch import DocumentPatch
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.vector import Vector
from tests.fake_page import page
from tests.oracles import matches

#: some of the configurations that Postgres ships
TEXT_SEARCH = {"simple", "english", "german", "french", "spanish"}


@dataclass
class FakeCollections:
    by_tenant: dict[tuple[TenantId, str], Collection] = field(default_factory=dict)
    #: embedders by fingerprint
    models: dict[str, ModelCard] = field(default_factory=dict)
    deleted: set[CollectionId] = field(default_factory=set)

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
        embedder.require_storable()
        if text_search not in TEXT_SEARCH:
            raise InvalidRequestError("text_search", "is no configuration of Postgres")
        new = Collection(
            id=CollectionId(uuid7()),
            name=name,
            text_search=text_search,
            embedder=embedder.fingerprint,
            embedder_name=embedder.name,
            dimensions=embedder.dimensions,
            document_count=0,
            chunk_count=0,
            created_at=datetime.now(UTC),
            stores_tokens=bool(store_tokens),
            retrieval=retrieval or Retrieval(),
            reranker=reranker,
        )
        self.models[embedder.fingerprint] = embedder
        existing = self.by_tenant.setdefault((tenant_id, name), new)
        if (existing.text_search, existing.embedder) != (text_search, embedder.fingerprint):
            raise ConflictError(f"Collection `{name}` exists with another configuration.")
        if store_tokens not in (None, existing.stores_tokens):
            raise ConflictError(f"Collection `{name}` exists with other token vectors.")
        if retrieval not in (None, existing.retrieval):
            raise ConflictError(f"Collection `{name}` exists and weighs otherwise.")
        if reranker not in (None, existing.reranker):
            raise ConflictError(f"Collection `{name}` exists and is reranked otherwise.")
        return existing

    async def by_name(self, tenant_id: TenantId, name: str) -> Collection:
        if (tenant_id, name) not in self.by_tenant:
            raise NotFoundError("collection", name)
        return self.by_tenant[tenant_id, name]

    async def page(
        self, tenant_id: TenantId, *, limit: int, cursor: str | None
    ) -> Page[Collection]:
        own = [each for (owner, _), each in self.by_tenant.items() if owner == tenant_id]
        return page(own, lambda each: each.name, limit=limit, cursor=cursor)

    async def change(self, tenant_id: TenantId, name: str, change: Change) -> Collection:
        changed = (await self.by_name(tenant_id, name)).apply(change)
        self.put(tenant_id, changed)
        return changed

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        self.deleted.add((await self.by_name(tenant_id, name)).id)
        del self.by_tenant[tenant_id, name]

    def current(self, tenant_id: TenantId, collection: Collection) -> Collection | None:
        """The collection as it is now; None: it was deleted, or is another tenant's."""
        named = self.by_tenant.get((tenant_id, collection.name))
        return named if named is not None and named.id == collection.id else None

    def require(self, collection: Collection | None) -> None:
        """Refuse a collection that was deleted."""
        if collection is not None and collection.id in self.deleted:
            raise ConflictError("The collection was deleted meanwhile.")

    def put(self, tenant_id: TenantId, collection: Collection) -> None:
        """Store a changed collection in place of the current one."""
        self.by_tenant[tenant_id, collection.name] = collection


@dataclass
class FakeChunk:
    """A stored chunk with its vectors, by fingerprint of the model."""

    bare: BareChunk
    vectors: dict[str, Vector]
    tokens: dict[str, bytes]


@dataclass
class FakeDocument:
    #: without chunks
    stored: StoredDocument
    embedded: EmbeddedDocument
    chunks: list[FakeChunk]


@dataclass
class FakeDocuments:
    collections: FakeCollections = field(default_factory=FakeCollections)
    kept: dict[tuple[TenantId, CollectionId, str], FakeDocument] = field(default_factory=dict)
    #: ids of the documents of each call of `store`
    calls: list[list[str]] = field(default_factory=list)

    async def hashes(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> dict[str, StoredHashes]:
        now = self.collections.current(tenant_id, collection)
        return {
            name: StoredHashes(
                content=each.embedded.document.content_hash, text=each.embedded.document.text_hash
            )
            for name, each in self._of(tenant_id, collection).items()
            if name in external_ids and all(now.embedder in chunk.vectors for chunk in each.chunks)
        }

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        documents: Sequence[EmbeddedDocument],
        *,
        same_text: Sequence[Document] = (),
        token_model: ModelCard | None = None,
    ) -> Sequence[DocumentChange]:
        now = self.collections.current(tenant_id, collection)
        if now is None:
            raise NotFoundError("collection", collection.name)
        if (now.embedder, now.stores_tokens) != (collection.embedder, collection.stores_tokens):
            raise CollectionChangedError(collection.name)
        for each in documents:
            for vector in each.vectors:
                collection.require_dimensions(len(vector))
        own = self._of(tenant_id, collection)
        for each in same_text:
            held = own.get(each.external_id)
            if held is None or held.embedded.document.text_hash != each.text_hash:
                raise CollectionChangedError(collection.name)
        for each in same_text:
            self._describe(own[each.external_id], each.uri, each.metadata)
        self.calls.append([each.document.external_id for each in documents])
        sent = {each.document.external_id: each for each in documents}
        before = self._size(tenant_id, collection)
        changes = {
            name: self._put(tenant_id, now, each, token_model) for name, each in sent.items()
        }
        self._count(tenant_id, now, before)
        return [changes[each.document.external_id] for each in documents]

    async def get(
        self, tenant_id: TenantId, collection: Collection, external_id: str
    ) -> StoredDocument:
        document = self._one(tenant_id, collection, external_id)
        return replace(document.stored, chunks=tuple(document.embedded.chunks))

    async def page(
        self, tenant_id: TenantId, collection: Collection, *, limit: int, cursor: str | None
    ) -> Page[StoredDocument]:
        own = [each.stored for each in self._of(tenant_id, collection).values()]
        return page(own, lambda each: each.external_id, limit=limit, cursor=cursor)

    async def delete(self, tenant_id: TenantId, collection: Collection, external_id: str) -> None:
        self._one(tenant_id, collection, external_id)
        before = self._size(tenant_id, collection)
        del self.kept[tenant_id, collection.id, external_id]
        self._count(tenant_id, self.collections.current(tenant_id, collection), before)

    async def count(self, tenant_id: TenantId, collection: Collection, selection: Selection) -> int:
        return len(self._selected(tenant_id, collection, selection))

    async def matching(
        self, tenant_id: TenantId, collection: Collection, selection: Selection, *, limit: int
    ) -> Sequence[str]:
        return self._selected(tenant_id, collection, selection)[:limit]

    async def delete_selected(
        self, tenant_id: TenantId, collection: Collection, selection: Selection, *, limit: int
    ) -> int:
        gone = self._selected(tenant_id, collection, selection)[:limit]
        for external_id in gone:
            await self.delete(tenant_id, collection, external_id)
        return len(gone)

    async def update(
        self, tenant_id: TenantId, collection: Collection, external_id: str, patch: DocumentPatch
    ) -> StoredDocument:
        document = self._one(tenant_id, collection, external_id)
        uri, metadata = patch.apply(external_id, document.stored.uri, document.stored.metadata)
        self._describe(document, uri, metadata)
        return await self.get(tenant_id, collection, external_id)

    def _describe(self, document: FakeDocument, uri: str | None, metadata: JsonObject) -> None:
        document.stored = replace(
            document.stored, uri=uri, metadata=metadata, updated_at=datetime.now(UTC)
        )
        sent = replace(document.embedded.document, uri=uri, metadata=metadata)
        document.embedded = replace(document.embedded, document=sent)

    def _selected(
        self, tenant_id: TenantId, collection: Collection, selection: Selection
    ) -> list[str]:
        return sorted(
            name
            for name, each in self._of(tenant_id, collection).items()
            if (selection.ids is None or name in selection.ids)
            and (selection.filter is None or matches(selection.filter, each.stored.metadata))
        )

    def chunks(self, tenant_id: TenantId, collection: Collection) -> list[FakeChunk]:
        """All chunks of a collection, by id."""
        chunks = [c for each in self._of(tenant_id, collection).values() for c in each.chunks]
        return sorted(chunks, key=lambda chunk: chunk.bare.chunk_id)

    def chunks_of_tenant(self, tenant_id: TenantId) -> Iterator[FakeChunk]:
        for (owner, *_), document in self.kept.items():
            if owner == tenant_id:
                yield from document.chunks

    def embedded(self, tenant_id: TenantId, external_id: str) -> EmbeddedDocument:
        """What was stored of the tenant's only document of this id."""
        [document] = [
            each
            for (owner, _, name), each in self.kept.items()
            if (owner, name) == (tenant_id, external_id)
        ]
        return document.embedded

    def _of(self, tenant_id: TenantId, collection: Collection) -> dict[str, FakeDocument]:
        if self.collections.current(tenant_id, collection) is None:
            return {}
        place = (tenant_id, collection.id)
        return {key[2]: each for key, each in self.kept.items() if key[:2] == place}

    def _one(self, tenant_id: TenantId, collection: Collection, external_id: str) -> FakeDocument:
        own = self._of(tenant_id, collection)
        if external_id not in own:
            raise NotFoundError("document", external_id)
        return own[external_id]

    def _put(
        self,
        tenant_id: TenantId,
        collection: Collection,
        embedded: EmbeddedDocument,
        token_model: ModelCard | None,
    ) -> DocumentChange:
        key = (tenant_id, collection.id, embedded.document.external_id)
        before = self.kept.get(key)
        self.kept[key] = FakeDocument(
            stored=_stored(embedded, before and before.stored),
            embedded=embedded,
            chunks=_chunks(embedded, collection, token_model),
        )
        return DocumentChange.UPDATED if before else DocumentChange.CREATED

    def _size(self, tenant_id: TenantId, collection: Collection) -> tuple[int, int]:
        """Number of documents and of chunks."""
        own = self._of(tenant_id, collection).values()
        return len(own), sum(len(each.chunks) for each in own)

    def _count(self, tenant_id: TenantId, now: Collection, before: tuple[int, int]) -> None:
        """Change the counts of the collection by what was stored and deleted."""
        documents, chunks = self._size(tenant_id, now)
        self.collections.put(
            tenant_id,
            replace(
                now,
                document_count=now.document_count + documents - before[0],
                chunk_count=now.chunk_count + chunks - before[1],
            ),
        )


def _stored(embedded: EmbeddedDocument, before: StoredDocument | None) -> StoredDocument:
    document, now = embedded.document, datetime.now(UTC)
    return StoredDocument(
        id=before.id if before else DocumentId(uuid7()),
        external_id=document.external_id,
        title=document.title,
        uri=document.uri,
        metadata=document.metadata,
        chunk_count=len(embedded.chunks),
        created_at=before.created_at if before else now,
        updated_at=now,
    )


def _chunks(
    embedded: EmbeddedDocument, collection: Collection, token_model: ModelCard | None
) -> list[FakeChunk]:
    tokens = embedded.tokens if token_model and embedded.tokens else [None] * len(embedded.chunks)
    return [
        FakeChunk(
            bare=BareChunk(
                chunk_id=ChunkId(uuid7()), title=embedded.document.title, content=chunk.content
            ),
            vectors={collection.embedder: vector},
            tokens={} if token is None else {token_model.fingerprint: token},
        )
        for chunk, vector, token in zip(embedded.chunks, embedded.vectors, tokens, strict=True)
    ]
