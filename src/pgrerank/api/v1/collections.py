"""Routes of collections."""

from litestar import delete, get, patch, put
from litestar.params import JSONBody
from msgspec import UNSET

from pgrerank.api import auth, media
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.responses import CollectionPage, CollectionResponse
from pgrerank.domain.collection import Change
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.tenant import Scope
from pgrerank.usecases.collections import (
    configure,
    create,
    reranker_change,
    retrieval_change,
)

TAGS = ["collections"]


@put(
    "/collections/{name:str}",
    tags=TAGS,
    summary="Create a collection",
    operation_id="putCollection",
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 409, 413, 415, 429, 500, 503),
)
async def put_collection(
    *,
    name: requests.Name,
    call: TheCall,
    data: JSONBody[requests.NewCollection | None] = None,
) -> CollectionResponse:
    """Create a collection. If it exists with the same settings, return it."""
    options = data or requests.NewCollection()
    collection = await create(
        call.services,
        call.tenant_id,
        name,
        text_search=options.text_search,
        store_tokens=options.store_tokens,
        retrieval=options.retrieval and Retrieval(**options.retrieval.changes()),
        reranker=options.reranker,
        embedder=options.embedder,
    )
    return CollectionResponse.of(collection)


@patch(
    "/collections/{name:str}",
    tags=TAGS,
    summary="Change how a collection is searched",
    operation_id="patchCollection",
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 404, 413, 415, 429, 500, 503),
)
async def patch_collection(
    *,
    name: requests.Name,
    call: TheCall,
    data: JSONBody[requests.ChangedCollection],
) -> CollectionResponse:
    """Change settings from the next search on, without reindexing. Omitted settings stay.

    All settings of a request change at once; if one is refused, none does.
    """
    changes: list[Change] = []
    if data.reranker is not UNSET:
        changes.append(reranker_change(call.services.rerankers, data.reranker))
    if data.retrieval is not UNSET:
        changes.append(retrieval_change(data.retrieval.changes()))
    return CollectionResponse.of(await configure(call.services, call.tenant_id, name, *changes))


@get(
    "/collections",
    tags=TAGS,
    summary="List collections",
    operation_id="listCollections",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 429, 500, 503),
)
async def list_collections(
    call: TheCall,
    limit: requests.PageLimit = requests.PAGE,
    cursor: requests.Cursor = None,
) -> CollectionPage:
    """Collections of the tenant, sorted by name."""
    page = await call.services.collections.page(call.tenant_id, limit=limit, cursor=cursor)
    return CollectionPage.of(page)


@get(
    "/collections/{name:str}",
    tags=TAGS,
    summary="Get a collection",
    operation_id="getCollection",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_collection(name: requests.Name, call: TheCall) -> CollectionResponse:
    """A collection with its settings and its numbers of documents and chunks."""
    return CollectionResponse.of(await call.services.collections.by_name(call.tenant_id, name))


@delete(
    "/collections/{name:str}",
    tags=TAGS,
    summary="Delete a collection",
    operation_id="deleteCollection",
    guards=[auth.needs(Scope.INGEST)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def delete_collection(name: requests.Name, call: TheCall) -> None:
    """Delete a collection with all its documents. Its entries in the rerank log remain."""
    await call.services.collections.delete(call.tenant_id, name)


ROUTES = [put_collection, patch_collection, list_collections, get_collection, delete_collection]
