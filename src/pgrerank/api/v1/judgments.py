"""Routes of judgments and feedback."""

from uuid import UUID

from litestar import post
from litestar.params import FromPath, JSONBody

from pgrerank.api import auth, media
from pgrerank.api.bounds import Body
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema.calibrations import (
    FeedbackTaken,
    JudgmentsTaken,
    NewFeedback,
    NewJudgments,
)
from pgrerank.domain.ids import ChunkId, RankingId
from pgrerank.domain.tenant import Scope
from pgrerank.usecases.calibration import judge as use_case

TAGS = ["judgments"]


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


ROUTES = [add_judgments, add_feedback]
