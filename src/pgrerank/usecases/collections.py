"""Create and change collections, and add or remove their token vectors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from pgrerank.domain.collection import Change, Collection
from pgrerank.domain.document import BareChunk, passage
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.field_boost import (
    FieldBoosts,
    check_field_boosts,
    without,
)
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.name import validate_name
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.term import Terms, check_terms, require_terms, without_terms
from pgrerank.ports.scorer import LateInteraction, Scorer
from pgrerank.ports.services import AdminServices, Services, require_named

#: chunks that are read, encoded and committed together
BATCH_CHUNKS = 256


async def create(
    services: Services,
    tenant_id: TenantId,
    name: str,
    *,
    text_search: str,
    store_tokens: bool | None = None,
    retrieval: Retrieval | None = None,
    reranker: str | None = None,
    embedder: str | None = None,
) -> Collection:
    """Create a collection, or return the existing one if its settings match.

    Args:
        services: The ports.
        tenant_id: The owner.
        name: Its name.
        text_search: A text search configuration that Postgres ships.
        store_tokens: Whether its chunks get token vectors; None: as it exists, or no.
        retrieval: Settings of its first stage; None: as it exists, or the default.
        reranker: The operator's name of its reranker; None: as it exists, or the reranker of the
            settings.
        embedder: The operator's name of its embedder; None: that of the settings.

    Raises:
        ConflictError: It exists with another configuration, embedder, retrieval or reranker.
        InvalidRequestError: The name is invalid; there is no such text search configuration,
            reranker or embedder; or the service has no model that makes token vectors.
    """
    validate_name(name)
    services.reranker(reranker)
    model = services.embedder_named(embedder).model
    if store_tokens:
        _require_late_interaction(services)
    return await services.collections.create(
        tenant_id,
        name,
        text_search=text_search,
        embedder=model,
        store_tokens=store_tokens,
        retrieval=retrieval,
        reranker=reranker,
    )


async def configure(
    services: AdminServices, tenant_id: TenantId, name: str, *changes: Change
) -> Collection:
    """Change the settings of a collection, all or none, from the next search on.

    Args:
        services: The ports.
        tenant_id: The owner of the collection.
        name: The collection.
        changes: Such as `retrieval_change` and `reranker_change`; applied one after the other.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: A value is out of range.
    """

    def change(current: Collection) -> Collection:
        return reduce(lambda collection, each: each(collection), changes, current)

    return await services.collections.change(tenant_id, name, change)


def retrieval_change(values: Mapping[str, Any]) -> Change:
    """A change of the settings of the first stage.

    Args:
        values: Fields of Retrieval with their new values; the others stay.
    """
    return lambda current: replace(current, retrieval=replace(current.retrieval, **values))


def reranker_change(rerankers: Mapping[str, Scorer], name: str | None) -> Change:
    """A change of the reranker.

    Args:
        rerankers: The named rerankers.
        name: The operator's name of the reranker; None: that of the settings.

    Raises:
        InvalidRequestError: There is no reranker of this name.
    """
    if name is not None:
        require_named("reranker", name, rerankers)
    return lambda current: replace(current, reranker=name)


async def boost(
    services: AdminServices,
    tenant_id: TenantId,
    name: str,
    terms: Terms | None = None,
    fields: FieldBoosts | None = None,
) -> Collection:
    """Replace the boosted terms of a collection, its boosts by metadata, or both.

    They apply from the next search on.

    Args:
        services: The ports.
        tenant_id: The owner of the collection.
        name: The collection.
        terms: All terms with their weights; None: they stay.
        fields: All boosts by fields of metadata; None: they stay.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: A term, a field or a weight is invalid.
    """
    check_terms(terms or {})
    check_field_boosts(fields or {})

    def change(current: Collection) -> Collection:
        return replace(
            current,
            terms=current.terms if terms is None else terms,
            field_boosts=current.field_boosts if fields is None else fields,
        )

    return await services.collections.change(tenant_id, name, change)


async def boost_fields(
    services: AdminServices, tenant_id: TenantId, name: str, fields: FieldBoosts
) -> Collection:
    """Add boosts by fields of metadata to those of a collection, or change them.

    Raises as `boost`.
    """

    def change(current: Collection) -> Collection:
        merged = {**current.field_boosts, **fields}
        check_field_boosts(merged)
        return replace(current, field_boosts=merged)

    return await services.collections.change(tenant_id, name, change)


async def remove_field_boosts(
    services: AdminServices, tenant_id: TenantId, name: str, names: Sequence[str]
) -> Collection:
    """Remove boosts by fields of metadata.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: The collection has no boost by one of the fields.
    """

    def change(current: Collection) -> Collection:
        return replace(current, field_boosts=without(current.field_boosts, names))

    return await services.collections.change(tenant_id, name, change)


async def add_terms(
    services: AdminServices, tenant_id: TenantId, name: str, terms: Terms
) -> Collection:
    """Add boosted terms to those of a collection, or change their weights. Case is ignored.

    Raises as `boost`.
    """

    def change(current: Collection) -> Collection:
        merged = {**without_terms(current.terms, terms), **terms}
        check_terms(merged)
        return replace(current, terms=merged)

    return await services.collections.change(tenant_id, name, change)


async def remove_terms(
    services: AdminServices, tenant_id: TenantId, name: str, terms: Sequence[str]
) -> Collection:
    """Remove boosted terms of a collection. Case is ignored.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: The collection does not have one of the terms.
    """

    def change(current: Collection) -> Collection:
        require_terms(current.terms, terms)
        return replace(current, terms=without_terms(current.terms, terms))

    return await services.collections.change(tenant_id, name, change)


async def add_tokens(
    services: Services,
    tenant_id: TenantId,
    collection_name: str,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Store token vectors of all chunks of a collection, including future ones.

    Each batch is one transaction, and chunks that have vectors are skipped, so another run
    completes an interrupted one. Vectors of other models are removed at the end.

    Args:
        services: The ports.
        tenant_id: The owner of the collection.
        collection_name: The collection.
        progress: Called with the number of chunks done in this run.

    Returns:
        Number of chunks that got vectors.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: The service has no model that makes token vectors.
    """
    late = _require_late_interaction(services)
    collection = await services.collections.change(
        tenant_id, collection_name, lambda current: replace(current, stores_tokens=True)
    )
    after: ChunkId | None = None
    done = stored = 0
    while chunks := await services.tokens.missing(
        tenant_id, collection, late.model, after=after, limit=BATCH_CHUNKS
    ):
        vectors = await _encode(late, tenant_id, chunks)
        stored += await services.tokens.add(tenant_id, late.model, vectors)
        after, done = chunks[-1].chunk_id, done + len(chunks)
        progress(done)
    await services.tokens.forget(tenant_id, collection, keep=late.model)
    return stored


async def remove_tokens(services: AdminServices, tenant_id: TenantId, collection_name: str) -> int:
    """Remove the token vectors of a collection, and store none for future chunks.

    Returns:
        Number of chunks that had some.

    Raises:
        NotFoundError: No such collection.
    """
    collection = await services.collections.change(
        tenant_id, collection_name, lambda current: replace(current, stores_tokens=False)
    )
    return await services.tokens.forget(tenant_id, collection)


async def _encode(
    late: LateInteraction, tenant_id: TenantId, chunks: Sequence[BareChunk]
) -> dict[ChunkId, bytes]:
    texts = [passage(chunk.title, chunk.content) for chunk in chunks]
    vectors = await late.token_vectors(texts, tenant_id=tenant_id)
    return {
        chunk.chunk_id: each
        for chunk, each in zip(chunks, vectors, strict=True)
        if each is not None
    }


def _require_late_interaction(services: Services) -> LateInteraction:
    if services.late is None:
        raise InvalidRequestError(
            "store_tokens",
            "needs a model that makes token vectors, and this service has none. "
            "Set PGRERANK_TOKEN_MODEL",
        )
    return services.late
