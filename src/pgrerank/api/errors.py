"""Maps errors of pgrerank to problem documents."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins.problem_details import ProblemDetailsException

from pgrerank.api.problem import (
    BY_STATUS,
    CONFLICT,
    FORBIDDEN,
    INTERNAL,
    INVALID,
    MEDIA_TYPE,
    NOT_FOUND,
    OVERLOADED,
    QUOTA,
    REJECTED,
    TOO_LARGE,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED,
    Problem,
    ProblemKind,
    RejectedRow,
    problem,
)
from pgrerank.domain.count import counted
from pgrerank.domain.errors import (
    AuthenticationError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PgrerankError,
    QuotaError,
    StartupError,
    TooLargeError,
    UnavailableError,
)
from pgrerank.domain.ingest import Rejection

#: Retry-After in seconds if a part is unavailable
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
    """The route does not read bodies of this media type."""

    def __init__(self, media_type: str, accepted: Sequence[str]) -> None:
        super().__init__(
            f"The body is `{media_type}`. Send {' or '.join(accepted)} and set Content-Type."
        )


class RejectedRowsError(PgrerankError):
    """An atomic ingest had rows that cannot be stored, so nothing was stored."""

    def __init__(self, rejected: Sequence[Rejection]) -> None:
        self.rejected = rejected
        super().__init__(
            f"{counted(len(rejected), 'row')} cannot be stored, so nothing was stored. "
            "Correct what is wrong, or send without `atomic` to store the others."
        )


class HungUpError(PgrerankError):
    """The connection closed before the body was complete."""

    def __init__(self) -> None:
        super().__init__("The connection closed before the body was complete.")


KINDS: Mapping[type[PgrerankError], ProblemKind] = {
    InvalidRequestError: INVALID,
    HungUpError: INVALID,
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
    QuotaError: QUOTA,
    UnavailableError: UNAVAILABLE,
    StartupError: UNAVAILABLE,  # raised by the tenant routes without an administrator's URL
}


def problem_of(error: PgrerankError) -> ProblemDetailsException:
    """The problem document of an error of pgrerank."""
    kind = next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), INTERNAL)
    if kind is INTERNAL:
        return internal_problem(error)
    return problem(kind, str(error), headers=_headers(kind, error), **_facts(error))


def internal_problem(_: Exception) -> ProblemDetailsException:
    """The problem document of an unexpected error, without its details."""
    return problem(INTERNAL, "Unexpected error. The service's log has it under this request id.")


def rejected_rows(rejections: Sequence[Rejection]) -> list[RejectedRow]:
    """Rejections as parts of a response."""
    return [RejectedRow(line=r.line, reason=r.reason, id=r.external_id) for r in rejections]


def response_specs(*statuses: int) -> dict[int, ResponseSpec]:
    """OpenAPI responses with problem documents for these statuses."""
    return {
        status: ResponseSpec(
            Problem,
            description=BY_STATUS[status].title,
            media_type=MEDIA_TYPE,
            generate_examples=False,
        )
        for status in statuses
    }


def _headers(kind: ProblemKind, error: PgrerankError) -> dict[str, str]:
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
