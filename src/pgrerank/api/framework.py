"""Litestar's own refusals, and what nobody planned, in the form of ours."""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from typing import Any, TypeAlias, cast

import structlog
from litestar.exceptions import (
    HTTPException,
    SerializationException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.plugins.problem_details import (
    ProblemDetailsConfig,
    ProblemDetailsException,
    ProblemDetailsPlugin,
)
from litestar.types import Scope

from pgrerank.api.errors import KINDS, refused, unexpected
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

_NAMED = re.compile(r"field `(.+)`")

#: what an exception of one kind comes to
ToProblem: TypeAlias = Callable[[Any], ProblemDetailsException]


def problems(limits: Limits) -> dict[type[Exception], ToProblem]:
    """How every exception becomes a problem; the nearest class decides."""
    return {
        RecursionError: _nested_too_deeply,
        RequestEntityTooLarge: partial(_body_too_large, limits),
        TooManyRequestsException: _too_many_requests,
        ValidationException: _invalid,
        HTTPException: _refused_by_framework,
        PgrerankError: refused,
        Exception: unexpected,
    }


def plugin(limits: Limits) -> ProblemDetailsPlugin:
    """Litestar's plugin, which answers every exception with a problem document."""
    return ProblemDetailsPlugin(
        ProblemDetailsConfig(exception_to_problem_detail_map=problems(limits))
    )


async def log_unexpected(error: Exception, _: Scope) -> None:
    """Log an exception nobody planned, with its traceback. The answer tells nothing of it."""
    if not _is_planned(error):
        await structlog.get_logger("pgrerank").aerror("request.failed", exc_info=error)


def _is_planned(error: Exception) -> bool:
    if isinstance(error, HTTPException):
        return error.status_code < INTERNAL.status
    return isinstance(error, (RecursionError, *KINDS))


def _nested_too_deeply(_: RecursionError) -> ProblemDetailsException:
    return problem(INVALID, "body: is nested too deeply", field=BODY)


def _body_too_large(limits: Limits, _: RequestEntityTooLarge) -> ProblemDetailsException:
    detail = f"body: over the limit of {limits.body_bytes} bytes. Send it in parts."
    return problem(TOO_LARGE, detail, field=BODY)


def _too_many_requests(error: TooManyRequestsException) -> ProblemDetailsException:
    headers = dict(error.headers or {})
    wait_s = headers["RateLimit-Reset"]
    detail = f"This key used up its requests for the minute. Retry in {wait_s} s."
    return problem(TOO_MANY, detail, headers={**headers, "Retry-After": wait_s})


def _refused_by_framework(error: HTTPException) -> ProblemDetailsException:
    kind = BY_STATUS.get(error.status_code, INTERNAL)
    if kind is INTERNAL:
        return unexpected(error)
    if kind is NOT_FOUND:
        return problem(kind, "There is no such path. /docs lists those that are.")
    if isinstance(error.__cause__, SerializationException):
        return problem(kind, f"body: is no valid JSON: {error.detail}", field=BODY)
    return problem(kind, error.detail, headers=error.headers)


def _invalid(error: ValidationException) -> ProblemDetailsException:
    fields = _fields(error)
    if not fields:
        return problem(INVALID, error.detail)
    detail = "; ".join(f"{each.field}: {each.problem}" for each in fields)
    return problem(INVALID, detail, field=fields[0].field, errors=fields)


def _fields(error: ValidationException) -> list[FieldProblem]:
    """What Litestar lists of a failed validation: message, key and source of each field."""
    if not isinstance(error.extra, list):
        return []
    entries = cast("list[dict[str, str]]", error.extra)
    return [
        FieldProblem(field=_field(entry), problem=_message(entry), source=_source(entry))
        for entry in entries
    ]


def _field(entry: Mapping[str, str]) -> str:
    """The field's name. That of a missing or unknown one stands only in the message."""
    key = entry.get("key", "data")
    if key != "data":
        return key
    named = _NAMED.search(entry["message"])
    return named[1] if named else BODY


def _message(entry: Mapping[str, str]) -> str:
    """What is wrong. Of an absent body Litestar says no more than the name of its argument."""
    return "is missing" if entry["message"] == "'data'" else entry["message"]


def _source(entry: Mapping[str, str | Enum]) -> str:
    source = entry.get("source", BODY)
    return str(source.value) if isinstance(source, Enum) else source
