"""Problem documents (RFC 9457): their schema and their kinds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from litestar.plugins.problem_details import ProblemDetailsException
from msgspec import UNSET, Struct, UnsetType

MEDIA_TYPE = "application/problem+json"
BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """A kind of problem, with its `type`, `title` and `status`."""

    status: int
    slug: str
    title: str

    @property
    def uri(self) -> str:
        """The `type` member."""
        return f"urn:pgrerank:problem:{self.slug}"


INVALID = ProblemKind(status=400, slug="invalid-request", title="The request is invalid")
UNAUTHENTICATED = ProblemKind(status=401, slug="unauthenticated", title="No valid credentials")
FORBIDDEN = ProblemKind(status=403, slug="forbidden", title="Not allowed with these credentials")
NOT_FOUND = ProblemKind(status=404, slug="not-found", title="Not found")
WRONG_METHOD = ProblemKind(
    status=405, slug="method-not-allowed", title="The path has no such method"
)
CONFLICT = ProblemKind(status=409, slug="conflict", title="Conflict with stored data")
TOO_LARGE = ProblemKind(status=413, slug="too-large", title="A limit is exceeded")
UNSUPPORTED = ProblemKind(status=415, slug="unsupported-media-type", title="Unsupported media type")
REJECTED = ProblemKind(
    status=422, slug="rows-rejected", title="Rows were rejected; nothing was stored"
)
QUOTA = ProblemKind(status=429, slug="quota-exceeded", title="The tenant used up its quota")
TOO_MANY = ProblemKind(status=429, slug="too-many-requests", title="The key made too many requests")
INTERNAL = ProblemKind(status=500, slug="internal-error", title="The service failed")
OVERLOADED = ProblemKind(status=503, slug="overloaded", title="At capacity")
UNAVAILABLE = ProblemKind(status=503, slug="unavailable", title="Temporarily unavailable")

KINDS = (
    INVALID,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    WRONG_METHOD,
    CONFLICT,
    TOO_LARGE,
    UNSUPPORTED,
    REJECTED,
    QUOTA,
    TOO_MANY,
    INTERNAL,
    OVERLOADED,
    UNAVAILABLE,
)
BY_STATUS = {kind.status: kind for kind in KINDS}


class FieldProblem(Struct, frozen=True, kw_only=True):
    """A faulty field and its problem."""

    field: str
    problem: str
    #: `body`, `path` or `query`
    source: str


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
    request_id: str
    #: the faulty field, if there is one
    field: str | UnsetType = UNSET
    #: all faulty fields, if there may be several
    errors: list[FieldProblem] | UnsetType = UNSET
    #: rejected rows of an atomic ingest
    rejected: list[RejectedRow] | UnsetType = UNSET


def problem(
    kind: ProblemKind, detail: str, *, headers: Mapping[str, str] | None = None, **facts: Any
) -> ProblemDetailsException:
    """A problem document of this kind, for Litestar to send. `facts` are further members."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return ProblemDetailsException(
        status_code=kind.status,
        type_=kind.uri,
        title=kind.title,
        detail=detail,
        headers=dict(headers or {}),
        extra={"request_id": request_id, **facts},
    )
