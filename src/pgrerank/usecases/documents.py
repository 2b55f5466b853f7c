"""Delete several documents, and change what no chunk of a document depends on."""

from collections.abc import Container
from dataclasses import replace

from pgrerank.domain.bounds import text
from pgrerank.domain.count import counted
from pgrerank.domain.deletion import MAX_DELETED, SHOWN_IDS, Deletion, Selection
from pgrerank.domain.document import MAX_ID_CHARACTERS, StoredDocument
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.merge_patch import DocumentPatch
from pgrerank.ports.services import AdminServices


async def delete_selected(
    services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    selection: Selection,
    *,
    dry_run: bool = False,
    at_most: int | None = None,
) -> Deletion:
    """Delete documents with their chunks: the first 1,000 that are selected, in one transaction.

    If more are selected, `matched` of the result exceeds `deleted`, and another call continues.

    Args:
        services: The ports.
        tenant_id: The owner of the collection.
        collection_name: The collection.
        selection: The documents.
        dry_run: Delete nothing, only count.
        at_most: Delete nothing if more documents are selected; None: no limit.

    Raises:
        NotFoundError: No such collection.
        ConflictError: More than `at_most` documents are selected.
    """
    collection = await services.collections.by_name(tenant_id, collection_name)
    documents = services.documents
    matched = await documents.count(tenant_id, collection, selection)
    if at_most is not None and matched > at_most:
        raise ConflictError(
            f"{counted(matched, 'document')} are selected, more than `at_most` {at_most}. "
            "Nothing was deleted."
        )
    shown = await documents.matching(tenant_id, collection, selection, limit=SHOWN_IDS)
    deleted = 0
    if matched and not dry_run:
        most = MAX_DELETED if at_most is None else min(MAX_DELETED, at_most)
        deleted = await documents.delete_selected(tenant_id, collection, selection, limit=most)
    return Deletion(matched=matched, deleted=deleted, documents=tuple(shown))


async def delete_every(
    services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    selection: Selection,
    *,
    dry_run: bool = False,
    at_most: int | None = None,
) -> Deletion:
    """As `delete_selected`, again and again until none is left.

    An interruption leaves whole transactions, and a second run completes the first.
    """
    total = done = await delete_selected(
        services, tenant_id, collection_name, selection, dry_run=dry_run, at_most=at_most
    )
    while done.deleted and done.deleted < done.matched:
        rest = None if at_most is None else at_most - total.deleted
        done = await delete_selected(services, tenant_id, collection_name, selection, at_most=rest)
        total = replace(total, deleted=total.deleted + done.deleted)
    return total


async def update_document(
    services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    external_id: str,
    patch: DocumentPatch,
) -> StoredDocument:
    """Change URI and metadata of a document. Nothing is embedded again.

    A later ingest of the same text with the changed URI and metadata leaves the document as it is.

    Raises:
        NotFoundError: No such collection or document.
        InvalidRequestError: Postgres could not store the result, or it is too large.
    """
    text("id", external_id, least=1, most=MAX_ID_CHARACTERS)
    collection = await services.collections.by_name(tenant_id, collection_name)
    return await services.documents.update(tenant_id, collection, external_id, patch)


async def ids_except(
    services: AdminServices, tenant_id: TenantId, collection_name: str, kept: Container[str]
) -> list[str]:
    """External ids of all documents of a collection but those that are kept, in their order.

    Raises:
        NotFoundError: No such collection.
    """
    collection = await services.collections.by_name(tenant_id, collection_name)
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await services.documents.page(
            tenant_id, collection, limit=MAX_DELETED, cursor=cursor
        )
        found += [each.external_id for each in page.items if each.external_id not in kept]
        cursor = page.cursor
        if cursor is None:
            return found
