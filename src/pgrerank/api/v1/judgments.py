"""Routes of judgments and feedback."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from pgrerank.api import auth, forms, media
from pgrerank.api.bounds import Body
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.judgments import (
    FeedbackTaken,
    JudgmentPage,
    JudgmentsTaken,
    NewFeedback,
    NewJudgments,
)
from pgrerank.domain.document import MAX_ID_CHARACTERS
from pgrerank.domain.ids import ChunkId, RankingId
from pgrerank.domain.judgment import MAX_LABEL_CHARACTERS, JudgmentSelection
from pgrerank.domain.tenant import Scope
from pgrerank.usecases.calibration import judge as use_case

TAGS = ["judgments"]
#: of a query by which judgments are listed: at most 12 bytes each, of 64 KiB that an address has
_MAX_LISTED_CHARACTERS = 5_000


@post(
    "/judgments",
    tags=TAGS,
    summary="Add judgments",
    operation_id="addJudgments",
    body=Body.ROWS,
    guards=[auth.needs(Scope.INGEST), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def add_judgments(data: JSONBody[NewJudgments], call: TheCall) -> JudgmentsTaken:
    """Store grades of documents. Identical ones are stored once, contradictory ones all."""
    done = await use_case.judge(call.services, call.tenant_id, data.collection, data.values())
    return JudgmentsTaken(added=done.added, unknown=list(done.unknown))


@get(
    "/judgments",
    tags=TAGS,
    summary="List judgments",
    operation_id="listJudgments",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def list_judgments(
    *,
    call: TheCall,
    collection: Annotated[str, QueryParameter(pattern=forms.NAME)],
    asked: Annotated[
        str | None,
        QueryParameter(
            name="query",
            min_length=1,
            max_length=_MAX_LISTED_CHARACTERS,
            description="Its whole text.",
        ),
    ] = None,
    document: Annotated[
        str | None,
        QueryParameter(
            min_length=1, max_length=MAX_ID_CHARACTERS, description="Your id of the document."
        ),
    ] = None,
    source: Annotated[
        str | None, QueryParameter(min_length=1, max_length=MAX_LABEL_CHARACTERS)
    ] = None,
    by: Annotated[
        str | None,
        QueryParameter(min_length=1, max_length=MAX_LABEL_CHARACTERS, description="The judge."),
    ] = None,
    limit: requests.PageLimit = requests.PAGE,
    cursor: requests.Cursor = None,
) -> JudgmentPage:
    """Judgments of a collection as they are stored, newest first, feedback included.

    Contradicting judgments are all listed; docs/calibration.md says which of them count.
    """
    named = await call.services.collections.by_name(call.tenant_id, collection)
    selection = JudgmentSelection(query=asked, external_id=document, source=source, judged_by=by)
    page = await call.services.judgments.page(
        call.tenant_id, named, selection, limit=limit, cursor=cursor
    )
    return JudgmentPage.of(page)


@delete(
    "/judgments/{judgment_id:uuid}",
    tags=TAGS,
    summary="Delete a judgment",
    operation_id="deleteJudgment",
    guards=[auth.needs(Scope.INGEST)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def delete_judgment(judgment_id: FromPath[UUID], call: TheCall) -> None:
    """Delete a judgment or a piece of feedback. Calibrations that used it stay as they are."""
    await call.services.judgments.delete(call.tenant_id, judgment_id)


@post(
    "/rankings/{ranking_id:uuid}/feedback",
    tags=TAGS,
    summary="Add user feedback on a result",
    operation_id="addFeedback",
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def add_feedback(
    ranking_id: FromPath[UUID],
    data: JSONBody[NewFeedback],
    call: TheCall,
) -> FeedbackTaken:
    """Store feedback as a judgment with the source `click`, `used` or `thumbs`."""
    judgment = await use_case.feedback(
        call.services,
        call.tenant_id,
        RankingId(ranking_id),
        ChunkId(data.chunk_id),
        data.event,
        by=data.by,
    )
    return FeedbackTaken(
        query=judgment.query,
        document=judgment.external_id,
        grade=judgment.grade,
        source=judgment.source,
    )


ROUTES = [add_judgments, list_judgments, delete_judgment, add_feedback]
