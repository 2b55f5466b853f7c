"""Maps errors of Litestar, and unexpected errors, to problem documents."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from typing import Any, TypeAlias, cast

import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.plugins.problem_details import ProblemDetailsException
from litestar.types import Scope
from litestar.typing import FieldDefinition

from pgrerank.api import validation
from pgrerank.api.errors import KINDS, internal_problem, problem_of
from pgrerank.api.problem import (
    BODY,
    BY_STATUS,
    INTERNAL,
    INVALID,
    NOT_FOUND,
    TOO_LARGE,
    TOO_MANY,
    FieldProblem,
    problem,
)
from pgrerank.domain.errors import PgrerankError
from pgrerank.domain.limits import Limits

#: Litestar's name of the body
_DATA = "data"

Handled: TypeAlias = Request[Any, Any, Any]
#: the problem document of an exception of one class
ToProblem: TypeAlias = Callable[[Handled, Any], ProblemDetailsException]
Handler: TypeAlias = Callable[[Handled, Any], Response[Any]]


def problems(limits: Limits) -> dict[type[Exception], ToProblem]:
    """Functions from exception to problem document, by class. The nearest class decides."""
    return {
        RecursionError: _depth_problem,
        RequestEntityTooLarge: partial(_body_too_large, limits),
        TooManyRequestsException: _too_many_requests,
        ValidationException: _invalid,
        HTTPException: _http_problem,
        PgrerankError: lambda _, error: problem_of(error),
        Exception: lambda _, error: internal_problem(error),
    }


def handlers(limits: Limits) -> dict[int | type[Exception], Handler]:
    """Exception handlers that turn every exception into a problem document."""
    return {
        failure: partial(_response, to_problem) for failure, to_problem in problems(limits).items()
    }


def _response(to_problem: ToProblem, request: Handled, error: Exception) -> Response[Any]:
    return to_problem(request, error).to_response(request)


async def log_unexpected(error: Exception, _: Scope) -> None:
    """Log an unexpected exception with its traceback. The response does not contain it."""
    if not _is_planned(error):
        await structlog.get_logger("pgrerank").aerror("request.failed", exc_info=error)


def _is_planned(error: Exception) -> bool:
    if isinstance(error, HTTPException):
        return error.status_code < INTERNAL.status
    return isinstance(error, (RecursionError, *KINDS))


def _depth_problem(_: Handled, __: RecursionError) -> ProblemDetailsException:
    return problem(INVALID, "body: is nested too deeply", field=BODY)


def _body_too_large(
    limits: Limits, _: Handled, __: RequestEntityTooLarge
) -> ProblemDetailsException:
    detail = f"body: over the limit of {limits.body_bytes} bytes. Send it in parts."
    return problem(TOO_LARGE, detail, field=BODY)


def _too_many_requests(_: Handled, error: TooManyRequestsException) -> ProblemDetailsException:
    headers = dict(error.headers or {})
    wait_s = headers["RateLimit-Reset"]
    detail = f"This key used up its requests for the minute. Retry in {wait_s} s."
    return problem(TOO_MANY, detail, headers={**headers, "Retry-After": wait_s})


def _http_problem(_: Handled, error: HTTPException) -> ProblemDetailsException:
    kind = BY_STATUS.get(error.status_code, INTERNAL)
    if kind is INTERNAL:
        return internal_problem(error)
    if kind is NOT_FOUND:
        return problem(kind, "There is no such path. /docs lists all paths.")
    return problem(kind, error.detail, headers=error.headers)


def _invalid(request: Handled, error: ValidationException) -> ProblemDetailsException:
    fields = _fields(request, error)
    if not fields:
        return problem(INVALID, error.detail)
    detail = "; ".join(f"{each.field}: {each.problem}" for each in fields)
    return problem(INVALID, detail, field=fields[0].field, errors=fields)


def _fields(request: Handled, error: ValidationException) -> list[FieldProblem]:
    """The faulty fields of a failed validation, as Litestar lists them."""
    if not isinstance(error.extra, list):
        return []
    handler = request.route_handler
    declaring = [*handler.resolve_dependencies().values(), handler]
    expected: Mapping[str, Any] = ChainMap(
        *(each.signature_model.__annotations__ for each in declaring)
    )
    sent_as = ChainMap(*(_names(each.parsed_fn_signature.parameters) for each in declaring))
    return [
        _field_problem(entry, expected, sent_as)
        for entry in cast("list[dict[str, str]]", error.extra)
    ]


def _names(parameters: Mapping[str, FieldDefinition]) -> dict[str, str]:
    """Names of parameters in the API, where they differ from the names in code."""
    kwargs = {name: each.kwarg_definition for name, each in parameters.items()}
    names = {name: getattr(kwarg, "name", None) for name, kwarg in kwargs.items()}
    return {name: other for name, other in names.items() if other}


def _field_problem(
    entry: Mapping[str, str | Enum], expected: Mapping[str, Any], sent_as: Mapping[str, str]
) -> FieldProblem:
    source, key = _source(entry), str(entry.get("key", _DATA))
    if source != BODY:
        return FieldProblem(
            field=sent_as.get(key, key),
            problem=validation.field_and_problem(str(entry["message"]), "", expected[key])[1],
            source=source,
        )
    path = "" if key == _DATA else key
    field, message = validation.field_and_problem(str(entry["message"]), path, expected[_DATA])
    # For a missing body, Litestar's message is only the name of its argument.
    message = "is missing" if entry["message"] == f"'{_DATA}'" else message
    return FieldProblem(field=field or BODY, problem=message, source=source)


def _source(entry: Mapping[str, str | Enum]) -> str:
    source = entry.get("source", BODY)
    return str(source.value) if isinstance(source, Enum) else source
