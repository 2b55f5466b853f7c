"""Routes of named thresholds."""

from litestar import delete, get, put
from litestar.params import JSONBody

from pgrerank.api import auth, media
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.thresholds import (
    NewThreshold,
    ThresholdPage,
    ThresholdResponse,
    ThresholdSet,
)
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.tenant import Scope
from pgrerank.ports.services import AdminServices
from pgrerank.usecases.calibration import threshold as use_case

TAGS = ["calibration"]


@put(
    "/collections/{name:str}/thresholds/{threshold:str}",
    tags=TAGS,
    summary="Set a named threshold",
    operation_id="putThreshold",
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def put_threshold(
    name: requests.Name,
    threshold: requests.Name,
    data: JSONBody[NewThreshold],
    call: TheCall,
) -> ThresholdSet:
    """Set a threshold by a precision to keep or by a relevance, replacing one of the same name.

    If no cut-off keeps that precision, the response is 409 and tells how many judged pairs are
    needed.
    """
    return await set_threshold(call.services, call.tenant_id, name, threshold, data)


async def set_threshold(
    services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    name: str,
    wanted: NewThreshold,
) -> ThresholdSet:
    """Store a threshold. Raises ConflictError if no cut-off keeps its precision."""
    promise = wanted.promise
    if promise is None:
        least = wanted.min_relevance or 0
        stored = await use_case.by_hand(services, tenant_id, collection_name, name, least)
        return ThresholdSet(
            name=stored.name,
            cutoff=None,
            min_relevance=stored.min_relevance,
            explanation=f"Results with a relevance below {least:g} are cut.",
        )
    choice = await use_case.promise(
        services,
        tenant_id,
        collection_name,
        name,
        promise,
        calibration_id=wanted.calibration_id,
    )
    if choice.cutoff is None:
        raise ConflictError(choice.explanation)
    return ThresholdSet(
        name=name, cutoff=choice.cutoff, min_relevance=None, explanation=choice.explanation
    )


@get(
    "/thresholds",
    tags=TAGS,
    summary="List thresholds",
    operation_id="listThresholds",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(401, 403, 429, 500, 503),
)
async def list_thresholds(call: TheCall) -> ThresholdPage:
    """All thresholds of the tenant, sorted by name."""
    return ThresholdPage(
        items=[
            ThresholdResponse.of(each)
            for each in await call.services.thresholds.all(call.tenant_id)
        ]
    )


@delete(
    "/collections/{name:str}/thresholds/{threshold:str}",
    tags=TAGS,
    summary="Delete a threshold",
    operation_id="deleteThreshold",
    guards=[auth.needs(Scope.INGEST)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def delete_threshold(name: requests.Name, threshold: requests.Name, call: TheCall) -> None:
    """Delete a threshold. Searches that name it are then refused."""
    collection = await call.services.collections.by_name(call.tenant_id, name)
    await call.services.thresholds.delete(call.tenant_id, collection, threshold)


ROUTES = [put_threshold, list_thresholds, delete_threshold]
