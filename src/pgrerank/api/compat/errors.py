"""Error responses in the formats of the dialects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, cast

from litestar import MediaType, Request, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins.problem_details import ProblemDetailsException
from msgspec import Struct

from pgrerank.api.framework import ToProblem, problems
from pgrerank.api.problem import (
    BODY,
    BY_STATUS,
    INVALID,
    KINDS,
    TOO_LARGE,
    FieldProblem,
    ProblemKind,
)
from pgrerank.domain.limits import Limits

#: the problem of an empty list of texts
EMPTY = "must not be empty"

_BY_URI = {kind.uri: kind for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refused request and the reason, for any dialect to render."""

    kind: ProblemKind
    detail: str
    #: the faulty fields; empty: the fault is not in a field
    fields: Sequence[FieldProblem]
    headers: Mapping[str, str]

    #: whether the request contained nothing to rank or to embed
    is_empty: bool

    @property
    def is_malformed(self) -> bool:
        """Whether a corrected body would be accepted: a field is invalid or too large."""
        is_body = any(each.field == BODY for each in self.fields)
        return self.kind is INVALID or (self.kind is TOO_LARGE and not is_body)

    @property
    def status(self) -> int:
        """The HTTP status of the native API, which most dialects share."""
        return self.kind.status

    def response(self, body: object, status: int | None = None) -> Response[Any]:
        """A response with this body. `status` replaces the native status."""
        return Response(
            body,
            status_code=status or self.status,
            headers=dict(self.headers),
            media_type=MediaType.JSON,
        )


Renderer: TypeAlias = Callable[[Refusal], Response[Any]]
Handler: TypeAlias = Callable[[Request[Any, Any, Any], Any], Response[Any]]


def handlers(limits: Limits, render: Renderer) -> dict[int | type[Exception], Handler]:
    """Exception handlers of a dialect's routes."""
    return {
        failure: partial(_response, to_problem, render)
        for failure, to_problem in problems(limits).items()
    }


def refuse_as(request: Request[Any, Any, Any], render: Renderer) -> None:
    """Render errors of this request in another dialect than that of its route."""
    request.state.render_refusal = render


def response_specs(body: type[Struct], *statuses: int) -> dict[int, ResponseSpec]:
    """OpenAPI responses with this body for these statuses."""
    return {
        status: ResponseSpec(body, description=_title(status), generate_examples=False)
        for status in statuses
    }


def _title(status: int) -> str:
    return BY_STATUS[status].title if status in BY_STATUS else "Refused"


def _response(
    to_problem: ToProblem, render: Renderer, request: Request[Any, Any, Any], error: Exception
) -> Response[Any]:
    return request.state.get("render_refusal", render)(_refusal(to_problem(request, error)))


def _refusal(problem: ProblemDetailsException) -> Refusal:
    facts = cast("dict[str, Any]", problem.extra)
    fields: Sequence[FieldProblem] = facts.get("errors", ())
    if not fields and "field" in facts:
        field = facts["field"]
        detail = problem.detail.removeprefix(f"{field}: ")
        fields = [FieldProblem(field=field, problem=detail, source=BODY)]
    return Refusal(
        kind=_BY_URI[problem.type_ or ""],
        detail=problem.detail,
        fields=fields,
        headers=problem.headers or {},
        is_empty=any(each.problem == EMPTY for each in fields),
    )
