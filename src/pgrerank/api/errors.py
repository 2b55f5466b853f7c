"""Every refusal as a problem document (RFC 9457): one table from error to status and type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from litestar.exceptions import HTTPException, TooManyRequestsException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins.problem_details import (
    ProblemDetailsConfig,
    ProblemDetailsException,
    ProblemDetailsPlugin,
)
from litestar.types import Scope
from msgspec import UNSET, Struct, UnsetType

from pgrerank.domain.errors import (
    AuthenticationError,
    ConflictError,
    DatabaseUnreachableError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PgrerankError,
    TooLargeError,
    UnavailableError,
)
from pgrerank.domain.ingest import Rejection
from pgrerank.domain.limits import Limits

MEDIA_TYPE = "application/problem+json"
#: seconds after which a part that went away is worth another try
RETRY_AFTER_S = 2


class OperatorTokenError(PgrerankError):
    """The operator token is missing or wrong."""

    def __init__(self) -> None:
        super().__init__(
            "The operator token is missing or wrong. Send it as `Authorization: Bearer <token>`."
        )


class OperatorRoutesClosedError(PgrerankError):
    """No operator token is configured, so the tenant routes are closed."""

    def __init__(self) -> None:
        super().__init__(
            "The tenant routes are closed. To open them, set PGRERANK_OPERATOR_TOKEN where the "
            "service starts and send that token as `Authorization: Bearer <token>`."
        )


class UnsupportedMediaTypeError(PgrerankError):
    """The body comes as a type that the call does not read."""

    def __init__(self, given: str, accepted: Sequence[str]) -> None:
        super().__init__(
            f"The body is `{given}`. Send {' or '.join(accepted)} and say so in Content-Type."
        )


class RejectedRowsError(PgrerankError):
    """An atomic ingest held rows that cannot be stored, so nothing was."""

    def __init__(self, rejected: Sequence[Rejection]) -> None:
        self.rejected = rejected
        super().__init__(
            f"{len(rejected)} rows cannot be stored, so nothing was. "
            "Mend them, or send without `atomic` to store the others."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of problem: what `type`, `title` and `status` say of it."""

    status: int
    slug: str
    title: str

    @property
    def uri(self) -> str:
        """The `type` member."""
        return f"urn:pgrerank:problem:{self.slug}"


INVALID = Kind(status=400, slug="invalid-request", title="The request is invalid")
UNAUTHENTICATED = Kind(status=401, slug="unauthenticated", title="No valid credentials")
FORBIDDEN = Kind(status=403, slug="forbidden", title="Not allowed with these credentials")
NOT_FOUND = Kind(status=404, slug="not-found", title="Nothing is there")
WRONG_METHOD = Kind(status=405, slug="method-not-allowed", title="The path has no such method")
CONFLICT = Kind(status=409, slug="conflict", title="It contradicts what is stored")
TOO_LARGE = Kind(status=413, slug="too-large", title="Over a limit")
UNSUPPORTED = Kind(status=415, slug="unsupported-media-type", title="The body type is not read")
REJECTED = Kind(status=422, slug="rows-rejected", title="Rows were rejected, nothing is stored")
TOO_MANY = Kind(status=429, slug="too-many-requests", title="The key made too many requests")
INTERNAL = Kind(status=500, slug="internal-error", title="The service failed")
OVERLOADED = Kind(status=503, slug="overloaded", title="At capacity")
UNAVAILABLE = Kind(status=503, slug="unavailable", title="Temporarily unavailable")

KINDS: Mapping[type[PgrerankError], Kind] = {
    InvalidRequestError: INVALID,
    AuthenticationError: UNAUTHENTICATED,
    OperatorTokenError: UNAUTHENTICATED,
    ForbiddenError: FORBIDDEN,
    OperatorRoutesClosedError: FORBIDDEN,
    NotFoundError: NOT_FOUND,
    ConflictError: CONFLICT,
    TooLargeError: TOO_LARGE,
    UnsupportedMediaTypeError: UNSUPPORTED,
    RejectedRowsError: REJECTED,
    OverloadedError: OVERLOADED,
    UnavailableError: UNAVAILABLE,
    DatabaseUnreachableError: UNAVAILABLE,
}

BY_STATUS: Mapping[int, Kind] = {
    kind.status: kind
    for kind in (WRONG_METHOD, TOO_MANY, INTERNAL, *reversed(list(KINDS.values())))
}


class FieldProblem(Struct, frozen=True, kw_only=True):
    """What is wrong with one field."""

    field: str
    problem: str
    source: str | None = None


class RejectedRow(Struct, frozen=True, kw_only=True):
    """A row that was not stored."""

    line: int
    reason: str
    id: str | None = None


class Problem(Struct, frozen=True, kw_only=True):
    """A problem document, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    #: the field at fault, where there is one
    field: str | UnsetType = UNSET
    #: every field at fault, where several are known
    errors: list[FieldProblem] | UnsetType = UNSET
    #: rows at fault in an atomic ingest
    rejected: list[RejectedRow] | UnsetType = UNSET


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """OpenAPI responses for these statuses."""
    return {
        status: ResponseSpec(
            Problem,
            description=BY_STATUS[status].title,
            media_type=MEDIA_TYPE,
            generate_examples=False,
        )
        for status in statuses
    }


def plugin(limits: Limits) -> ProblemDetailsPlugin:
    """Litestar's plugin, which answers every exception with a problem document."""
    return ProblemDetailsPlugin(
        ProblemDetailsConfig(
            exception_to_problem_detail_map={
                RequestEntityTooLarge: partial(_body_too_large, limits),
                TooManyRequestsException: _too_many_requests,
                HTTPException: _refused_by_framework,
                PgrerankError: refused,
                Exception: _unexpected,
            }
        )
    )


async def log_unexpected(error: Exception, _: Scope) -> None:
    """Log an exception nobody planned, with its traceback. The answer tells nothing of it."""
    planned = isinstance(error, HTTPException) and error.status_code < INTERNAL.status
    if not planned and _kind(error) is None:
        await structlog.get_logger().aerror("request.failed", exc_info=error)


def refused(error: PgrerankError) -> ProblemDetailsException:
    """A refusal of our own."""
    kind = _kind(error)
    if kind is None:
        return _unexpected(error)
    return _problem(kind, str(error), headers=_headers(kind, error), **_facts(error))


def _kind(error: Exception) -> Kind | None:
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), None)


def _headers(kind: Kind, error: PgrerankError) -> dict[str, str]:
    if kind is UNAUTHENTICATED:
        return {"WWW-Authenticate": 'Bearer realm="pgrerank"'}
    if isinstance(error, OverloadedError):
        return {"Retry-After": str(error.retry_after_s)}
    return {"Retry-After": str(RETRY_AFTER_S)} if kind is UNAVAILABLE else {}


def _facts(error: PgrerankError) -> dict[str, Any]:
    if isinstance(error, InvalidRequestError | TooLargeError):
        return {"field": error.field}
    if isinstance(error, RejectedRowsError):
        return {"rejected": rejected_rows(error.rejected)}
    return {}


def rejected_rows(rejections: Sequence[Rejection]) -> list[RejectedRow]:
    """Rejections as they are answered."""
    return [RejectedRow(line=r.line, reason=r.reason, id=r.external_id) for r in rejections]


def _body_too_large(limits: Limits, _: RequestEntityTooLarge) -> ProblemDetailsException:
    detail = f"body: over the limit of {limits.body_bytes} bytes. Send it in parts."
    return _problem(TOO_LARGE, detail, field="body")


def _too_many_requests(error: TooManyRequestsException) -> ProblemDetailsException:
    headers = dict(error.headers or {})
    wait_s = headers.get("RateLimit-Reset", "60")
    detail = f"This key used up its requests for the minute. Retry in {wait_s} s."
    return _problem(TOO_MANY, detail, headers={**headers, "Retry-After": wait_s})


def _refused_by_framework(error: HTTPException) -> ProblemDetailsException:
    kind = BY_STATUS.get(error.status_code, INTERNAL)
    if kind is INTERNAL:
        return _unexpected(error)
    if kind is NOT_FOUND:
        return _problem(kind, "There is no such path. /docs lists those that are.")
    headers = dict(error.headers or {})
    fields = _fields(error.extra)
    if not fields:
        return _problem(kind, error.detail, headers=headers)
    detail = "; ".join(f"{each.field}: {each.problem}" for each in fields)
    return _problem(kind, detail, headers=headers, field=fields[0].field, errors=fields)


def _fields(extra: object) -> list[FieldProblem]:
    if not isinstance(extra, list):
        return []
    return [
        FieldProblem(
            field=str(entry.get("key", "body")),
            problem=str(entry.get("message", "is invalid")),
            source=str(source) if (source := entry.get("source")) else None,
        )
        for entry in extra
        if isinstance(entry, dict)
    ]


def _unexpected(_: Exception) -> ProblemDetailsException:
    return _problem(INTERNAL, "Something went wrong on our side; the log has it under this id.")


def _problem(
    kind: Kind, detail: str, *, headers: Mapping[str, str] | None = None, **facts: Any
) -> ProblemDetailsException:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return ProblemDetailsException(
        status_code=kind.status,
        type_=kind.uri,
        title=kind.title,
        detail=detail,
        headers=dict(headers or {}),
        extra={"request_id": request_id, **facts},
    )
