"""In-memory sets of vectors and token vectors of the documents in memory; see fakes.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pgrerank.domain.collection import Collection, SecondState
from pgrerank.domain.document import BareChunk
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.vector import Vector
from tests.fake_documents import FakeChunk, FakeDocuments


@dataclass
class FakeEmbeddings:
    documents: FakeDocuments

    async def begin(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> None:
        now = self._now(tenant_id, collection)
        if model.fingerprint == now.embedder:
            return
        if now.second_embedder not in (None, model.fingerprint):
            raise ConflictError("The second set is by another model. Drop it first.")
        self.documents.collections.models[model.fingerprint] = model
        self._change(
            tenant_id,
            now,
            second_embedder=model.fingerprint,
            second_state=now.second_state or SecondState.FILLING,
        )

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        lacking = self._lacking(tenant_id, collection, model.fingerprint)
        return after_and_up_to(lacking, after, limit)

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        vectors: Mapping[ChunkId, Vector],
    ) -> int:
        for vector in vectors.values():
            collection.by(model).require_dimensions(len(vector))
        new = [
            chunk
            for chunk in self.documents.chunks_of_tenant(tenant_id)
            if chunk.bare.chunk_id in vectors and model.fingerprint not in chunk.vectors
        ]
        for chunk in new:
            chunk.vectors[model.fingerprint] = vectors[chunk.bare.chunk_id]
        return len(new)

    async def sample(
        self, tenant_id: TenantId, collection: Collection, count: int
    ) -> Mapping[ChunkId, Vector]:
        vectors = {
            chunk.bare.chunk_id: chunk.vectors[collection.embedder]
            for chunk in self.documents.chunks(tenant_id, collection)
            if collection.embedder in chunk.vectors
        }
        return dict(list(vectors.items())[:count])

    async def finish(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> int:
        now = self._now(tenant_id, collection)
        lacking = self._lacking(tenant_id, collection, model.fingerprint)
        filling = (model.fingerprint, SecondState.FILLING)
        if not lacking and (now.second_embedder, now.second_state) == filling:
            self._change(tenant_id, now, second_state=SecondState.READY)
        return len(lacking)

    async def cut_over(self, tenant_id: TenantId, collection: Collection) -> None:
        now = self._in_state(tenant_id, collection, SecondState.READY)
        if lacking := self._lacking(tenant_id, collection, now.second_embedder):
            raise ConflictError(f"{len(lacking)} chunks came since.")
        self._swap(tenant_id, now, SecondState.FORMER)

    async def roll_back(self, tenant_id: TenantId, collection: Collection) -> int:
        now = self._in_state(tenant_id, collection, SecondState.FORMER)
        self._swap(tenant_id, now, SecondState.READY)
        return len(self._lacking(tenant_id, collection, now.second_embedder))

    async def drop(self, tenant_id: TenantId, collection: Collection) -> int:
        now = self._now(tenant_id, collection)
        self._change(tenant_id, now, second_embedder=None, second_state=None)
        removed = 0
        for chunk in self.documents.chunks(tenant_id, collection):
            unused = chunk.vectors.keys() - {now.embedder}
            removed += len(unused)
            for each in unused:
                del chunk.vectors[each]
        return removed

    def _lacking(
        self, tenant_id: TenantId, collection: Collection, fingerprint: str
    ) -> list[FakeChunk]:
        return [
            chunk
            for chunk in self.documents.chunks(tenant_id, collection)
            if fingerprint not in chunk.vectors
        ]

    def _in_state(
        self, tenant_id: TenantId, collection: Collection, state: SecondState
    ) -> Collection:
        now = self._now(tenant_id, collection)
        if now.second_state != state:
            raise ConflictError(f"There is no second set of vectors that is {state}.")
        return now

    def _now(self, tenant_id: TenantId, collection: Collection) -> Collection:
        now = self.documents.collections.current(tenant_id, collection)
        if now is None:
            raise NotFoundError("collection", collection.name)
        return now

    def _swap(self, tenant_id: TenantId, now: Collection, state: SecondState) -> None:
        swapped = now.by(self.documents.collections.models[now.second_embedder])
        self._change(tenant_id, swapped, second_embedder=now.embedder, second_state=state)

    def _change(self, tenant_id: TenantId, now: Collection, **changes: object) -> None:
        changed = replace(now, **changes)
        self.documents.collections.put(tenant_id, changed)


@dataclass
class FakeTokens:
    documents: FakeDocuments

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        lacking = [
            chunk
            for chunk in self.documents.chunks(tenant_id, collection)
            if model.fingerprint not in chunk.tokens
        ]
        return after_and_up_to(lacking, after, limit)

    async def add(
        self, tenant_id: TenantId, model: ModelCard, vectors: Mapping[ChunkId, bytes]
    ) -> int:
        new = [
            chunk
            for chunk in self.documents.chunks_of_tenant(tenant_id)
            if chunk.bare.chunk_id in vectors and model.fingerprint not in chunk.tokens
        ]
        for chunk in new:
            chunk.tokens[model.fingerprint] = vectors[chunk.bare.chunk_id]
        return len(new)

    async def forget(
        self, tenant_id: TenantId, collection: Collection, *, keep: ModelCard | None = None
    ) -> int:
        removed = 0
        for chunk in self.documents.chunks(tenant_id, collection):
            unwanted = chunk.tokens.keys() - {keep and keep.fingerprint}
            removed += len(unwanted)
            for each in unwanted:
                del chunk.tokens[each]
        return removed


def after_and_up_to(
    chunks: Sequence[FakeChunk], after: ChunkId | None, limit: int
) -> list[BareChunk]:
    """The first chunks after an id, of chunks in the order of their ids."""
    return [c.bare for c in chunks if after is None or c.bare.chunk_id > after][:limit]
