"""Routes of documents."""

from typing import Annotated, Any

from litestar import Request, delete, get, patch, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter

from pgrerank.api import auth, media
from pgrerank.api.bounds import Body
from pgrerank.api.call import TheCall
from pgrerank.api.document_path import exact_id
from pgrerank.api.errors import RejectedRowsError, response_specs
from pgrerank.api.v1.ingest_operation import IngestOperation
from pgrerank.api.v1.rows import rows
from pgrerank.api.v1.schema import documents, related, requests
from pgrerank.api.v1.schema.responses import DocumentPage, DocumentResponse, Ingested
from pgrerank.domain.bounds import text
from pgrerank.domain.document import MAX_ID_CHARACTERS
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.tenant import Scope
from pgrerank.usecases.documents import delete_selected, update_document
from pgrerank.usecases.ingest import ingest

TAGS = ["documents"]

ExternalId = Annotated[
    str,
    PathParameter(
        max_length=MAX_ID_CHARACTERS,
        description="Your id of the document, percent-encoded. It may contain slashes.",
    ),
]


@put(
    "/collections/{name:str}/documents",
    tags=TAGS,
    summary="Store documents",
    operation_id="putDocuments",
    body=Body.DOCUMENTS,
    abandonable=True,
    operation_class=IngestOperation,
    guards=[auth.needs(Scope.INGEST)],
    responses=response_specs(400, 401, 403, 404, 413, 415, 422, 429, 500, 503),
)
async def put_documents(
    *,
    request: Request[Any, Any, Any],
    name: requests.Name,
    call: TheCall,
    atomic: Annotated[
        bool, QueryParameter(description="Store either all rows or, if any is rejected, none.")
    ] = False,
) -> Ingested:
    """Store documents. A document whose id exists is replaced if its content changed.

    Rows that cannot be stored are reported; the others are stored. NDJSON is stored while it is
    read. After an error or a broken connection, send it again: documents that are already stored
    are not embedded again.
    """
    report = await ingest(
        call.services, call.tenant_id, name, rows(request, call.limits), atomic=atomic
    )
    call.observer.record_ingest(name, report)
    if atomic and report.rejected:
        raise RejectedRowsError(report.rejected)
    return Ingested.of(report)


@get(
    "/collections/{name:str}/documents",
    tags=TAGS,
    summary="List documents",
    operation_id="listDocuments",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def list_documents(
    name: requests.Name,
    call: TheCall,
    limit: requests.PageLimit = requests.PAGE,
    cursor: requests.Cursor = None,
) -> DocumentPage:
    """Documents of the collection, sorted by id, without their chunks."""
    collection = await call.services.collections.by_name(call.tenant_id, name)
    page = await call.services.documents.page(
        call.tenant_id, collection, limit=limit, cursor=cursor
    )
    return DocumentPage.of(page)


@get(
    "/collections/{name:str}/documents/{external_id:str}",
    tags=TAGS,
    summary="Get a document",
    operation_id="getDocument",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_document(
    request: Request[Any, Any, Any],
    name: requests.Name,
    external_id: ExternalId,
    call: TheCall,
) -> DocumentResponse:
    """A document with its chunks."""
    collection = await call.services.collections.by_name(call.tenant_id, name)
    stored = await call.services.documents.get(
        call.tenant_id, collection, _exact(request, external_id)
    )
    return DocumentResponse.whole(stored)


@get(
    "/collections/{name:str}/documents/{external_id:str}/related",
    tags=TAGS,
    summary="List the documents related to a document",
    operation_id="getRelatedDocuments",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_related(
    *,
    request: Request[Any, Any, Any],
    name: requests.Name,
    external_id: ExternalId,
    call: TheCall,
    limit: requests.PageLimit = requests.RELATED_PAGE,
    cursor: requests.Cursor = None,
) -> related.RelatedResponse:
    """Documents related to a document, the most related first, from its stored list.

    No model runs. `pgrerank enrich` makes the lists of a collection, and `pgrerank worker` renews
    them; `state` says whether this one is up to date. Documents that were deleted since are left
    out, so a page may have fewer items than `limit` and still a `cursor`.
    """
    collection = await call.services.collections.by_name(call.tenant_id, name)
    page = await call.services.related.page(
        call.tenant_id, collection, _exact(request, external_id), limit=limit, cursor=cursor
    )
    return related.RelatedResponse.of(page, name)


@delete(
    "/collections/{name:str}/documents/{external_id:str}",
    tags=TAGS,
    summary="Delete a document",
    operation_id="deleteDocument",
    guards=[auth.needs(Scope.INGEST)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def delete_document(
    request: Request[Any, Any, Any],
    name: requests.Name,
    external_id: ExternalId,
    call: TheCall,
) -> None:
    """Delete a document and its chunks."""
    collection = await call.services.collections.by_name(call.tenant_id, name)
    await call.services.documents.delete(call.tenant_id, collection, _exact(request, external_id))


@patch(
    "/collections/{name:str}/documents/{external_id:str}",
    tags=TAGS,
    summary="Change a document's metadata",
    operation_id="patchDocument",
    guards=[auth.needs(Scope.INGEST), media.merge_patch],
    responses=response_specs(400, 401, 403, 404, 413, 415, 429, 500, 503),
)
async def patch_document(
    request: Request[Any, Any, Any],
    name: requests.Name,
    external_id: ExternalId,
    call: TheCall,
    data: JSONBody[documents.ChangedDocument],
) -> DocumentResponse:
    """Change `metadata` or `uri`, without sending the text again. Nothing is embedded again.

    The body is a JSON merge patch (RFC 7396): omitted keys stay, null removes a key, objects are
    merged, and any other value, also an array, replaces the old one. Its type may be
    `application/merge-patch+json` or `application/json`. Searches filter by the new metadata at
    once.
    """
    changed = await update_document(
        call.services, call.tenant_id, name, _exact(request, external_id), data.patch()
    )
    return DocumentResponse.whole(changed)


@post(
    "/collections/{name:str}/deletions",
    tags=TAGS,
    summary="Delete several documents",
    operation_id="deleteDocuments",
    status_code=200,
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def delete_documents(
    name: requests.Name, call: TheCall, data: JSONBody[documents.NewDeletion]
) -> documents.DeletionResponse:
    """Delete documents by a filter on their metadata or by their ids, with their chunks.

    A request deletes 1,000 documents at most, all or none of them. Send it again while `matched`
    exceeds `deleted`. Ids that do not exist are not an error. Use `dry_run` to see what would be
    deleted, then send its `matched` as `at_most`: if more documents match by then, none is deleted
    (409).
    """
    done = await delete_selected(
        call.services,
        call.tenant_id,
        name,
        data.selection(),
        dry_run=data.dry_run,
        at_most=data.at_most,
    )
    return documents.DeletionResponse.of(done)


def _exact(request: Request[Any, Any, Any], routed: str) -> str:
    """The id as the caller wrote it, see DocumentPath."""
    try:
        external_id = exact_id(request.scope["raw_path"]) or routed
    except UnicodeDecodeError as error:
        raise InvalidRequestError("external_id", "must be percent-encoded UTF-8") from error
    text("external_id", external_id, least=1, most=MAX_ID_CHARACTERS)
    return external_id


ROUTES = [
    put_documents,
    list_documents,
    get_document,
    get_related,
    patch_document,
    delete_document,
    delete_documents,
]
