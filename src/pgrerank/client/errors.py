"""Errors of the client.

ClientError
├── InvalidCallError        the call cannot be sent; nothing was sent: correct the call
├── UnreachableError        no connection, or the connection broke
│   └── TimedOutError       no response in time
├── UnreadableError         the response is not from pgrerank
└── RefusedError            the response is a problem document
    ├── InvalidRequestError     400, 405, 413, 415, 422: correct the request
    ├── AuthenticationError     401: the key is not valid
    ├── ForbiddenError          403: the key lacks a scope
    ├── NotFoundError           404
    ├── ConflictError           409
    ├── TooManyRequestsError    429: retry later
    └── ServiceError            5xx: a retry may help
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class RejectedRow(Struct, frozen=True, kw_only=True):
    """A document that was not stored."""

    #: position among the documents of the call, from 1
    line: int
    reason: str
    id: str | None = None


class Problem(Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457)."""

    status: int
    title: str = ""
    type: str = "about:blank"
    detail: str = ""
    #: id of the request in the service's log
    request_id: str | None = None
    #: the faulty field, if there is one
    field: str | None = None
    #: all faulty fields, each with `field`, `problem` and `source`
    errors: list[dict[str, Any]] = []
    #: rejected rows of an atomic ingest
    rejected: list[RejectedRow] = []


class ClientError(Exception):
    """A call failed."""


class InvalidCallError(ClientError):
    """An argument is invalid, so nothing was sent.

    Args:
        field: Name or path of the faulty value (`documents[1].text`, `top_k`, `key`).
        problem: The problem, as a clause.
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


class UnreachableError(ClientError):
    """The service cannot be reached, or the connection broke."""

    def __init__(self, url: str, reason: str, *, was_connected: bool = True) -> None:
        #: whether the service may have started the call
        self.was_connected = was_connected
        super().__init__(f"{url} cannot be reached: {reason}")


class TimedOutError(UnreachableError):
    """The service did not respond in time."""


class UnreadableError(ClientError):
    """The response is not from pgrerank, but from a proxy or another service."""

    def __init__(self, status: int, content: str) -> None:
        self.status = status
        super().__init__(f"the response ({status}) is not from pgrerank: {content[:200]}")


class RefusedError(ClientError):
    """The service refused the call and gave a reason."""

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        self.problem = problem
        #: seconds after which to retry; None: not given
        self.retry_after_s = retry_after_s
        super().__init__(f"{problem.detail or problem.title} ({problem.status})")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status


class InvalidRequestError(RefusedError):
    """The request is malformed, too large, or has a value out of range."""


class AuthenticationError(RefusedError):
    """The key is missing, unknown, expired or revoked."""


class ForbiddenError(RefusedError):
    """The key lacks the required scope."""


class NotFoundError(RefusedError):
    """The tenant has no such collection, document or ranking."""


class ConflictError(RefusedError):
    """The call contradicts what is stored."""


class TooManyRequestsError(RefusedError):
    """The key exceeded its rate limit, or the tenant its quota."""


class ServiceError(RefusedError):
    """The service failed, or is at capacity."""


_KINDS: Mapping[int, type[RefusedError]] = {
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: TooManyRequestsError,
}
_SERVER_ERROR = 500


def refusal(problem: Problem, retry_after_s: float | None) -> RefusedError:
    """The error for a problem document."""
    otherwise = ServiceError if problem.status >= _SERVER_ERROR else InvalidRequestError
    return _KINDS.get(problem.status, otherwise)(problem, retry_after_s)
