"""Routes of calibrations."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from pgrerank.api import auth, forms, media
from pgrerank.api.bounds import Body
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.calibrations import CalibrationPage, CalibrationResponse, NewCalibration
from pgrerank.domain.tenant import Scope
from pgrerank.usecases.calibration import calibrate as use_case

TAGS = ["calibration"]


@post(
    "/calibrations",
    tags=TAGS,
    summary="Fit a calibration",
    operation_id="calibrate",
    body=Body.ROWS,
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def calibrate(data: JSONBody[NewCalibration], call: TheCall) -> CalibrationResponse:
    """Fit a calibration of the running reranker to judgments. It applies from the next search on.

    Runs one search per judged query. These searches count against the quota and are not logged.
    """
    if data.pairs is None:
        fitted = await use_case.calibrate(
            call.services, call.tenant_id, data.collection, data.plan()
        )
    else:
        fitted = await use_case.calibrate_pairs(
            call.services, call.tenant_id, data.collection, data.plan(), data.given_pairs()
        )
    return CalibrationResponse.of(fitted, whole=True)


@get(
    "/calibrations",
    tags=TAGS,
    summary="List calibrations",
    operation_id="listCalibrations",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 429, 500, 503),
)
async def list_calibrations(
    *,
    call: TheCall,
    collection: Annotated[str | None, QueryParameter(pattern=forms.NAME)] = None,
    limit: requests.PageLimit = requests.PAGE,
    cursor: requests.Cursor = None,
) -> CalibrationPage:
    """Calibrations of the tenant, newest first, without their cut-off points."""
    page = await call.services.calibrations.page(
        call.tenant_id, collection, limit=limit, cursor=cursor
    )
    return CalibrationPage.of(page)


@get(
    "/calibrations/{calibration_id:uuid}",
    tags=TAGS,
    summary="Get a calibration",
    operation_id="getCalibration",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_calibration(calibration_id: FromPath[UUID], call: TheCall) -> CalibrationResponse:
    """A calibration with its curve, metrics with intervals, and precision and recall by cut-off."""
    return CalibrationResponse.of(
        await call.services.calibrations.get(call.tenant_id, calibration_id), whole=True
    )


@delete(
    "/calibrations/{calibration_id:uuid}",
    tags=TAGS,
    summary="Delete a calibration",
    operation_id="deleteCalibration",
    guards=[auth.needs(Scope.INGEST)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def delete_calibration(calibration_id: FromPath[UUID], call: TheCall) -> None:
    """Delete a calibration and the thresholds derived from it. An older one may apply again."""
    await call.services.calibrations.delete(call.tenant_id, calibration_id)


ROUTES = [calibrate, list_calibrations, get_calibration, delete_calibration]
