"""What can go wrong with a call, as a caller would tell it apart.

ClientError
├── InvalidCallError        it cannot be sent as it is: mend the call; nothing was sent
├── UnreachableError        no connection, or it broke
│   └── TimedOutError       no answer in time
├── UnreadableError         what answered is not pgrerank
└── RefusedError            pgrerank answered with a problem document
    ├── InvalidRequestError     400, 405, 413, 415, 422: mend the request
    ├── AuthenticationError     401: the key
    ├── ForbiddenError          403: a scope of the key
    ├── NotFoundError           404
    ├── ConflictError           409
    ├── TooManyRequestsError    429: later
    └── ServiceError            5xx: later, or never
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class RejectedRow(Struct, frozen=True, kw_only=True):
    """A document that was not stored."""

    #: place among the documents of the call, from 1
    line: int
    reason: str
    id: str | None = None


class Problem(Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457)."""

    status: int
    title: str = ""
    type: str = "about:blank"
    detail: str = ""
    #: under which the service's log has the call
    request_id: str | None = None
    #: the field at fault, where there is one
    field: str | None = None
    #: every field at fault: `field`, `problem` and `source` of each
    errors: list[dict[str, Any]] = []
    #: rows at fault in an atomic ingest
    rejected: list[RejectedRow] = []


class ClientError(Exception):
    """A call did not come to an answer."""


class InvalidCallError(ClientError):
    """What was handed in cannot be sent.

    Args:
        field: Name or path of what is at fault (`documents[1].text`, `top_k`, `key`).
        problem: What is wrong with it, as a clause.
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


class UnreachableError(ClientError):
    """The service cannot be reached, or the connection broke."""

    def __init__(self, url: str, reason: str, *, was_connected: bool = True) -> None:
        #: whether the service may have begun with the call
        self.was_connected = was_connected
        super().__init__(f"{url} cannot be reached: {reason}")


class TimedOutError(UnreachableError):
    """The service did not answer in time."""


class UnreadableError(ClientError):
    """The answer is none of pgrerank's: a proxy's page, or another service."""

    def __init__(self, status: int, content: str) -> None:
        self.status = status
        super().__init__(f"the answer ({status}) is not pgrerank's: {content[:200]}")


class RefusedError(ClientError):
    """The service refused the call, and says why."""

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        self.problem = problem
        #: seconds after which the same call is worth another try; None: the service does not say
        self.retry_after_s = retry_after_s
        super().__init__(f"{problem.detail or problem.title} ({problem.status})")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status


class InvalidRequestError(RefusedError):
    """The request is malformed, out of range, or too large."""


class AuthenticationError(RefusedError):
    """The key is missing, unknown, expired or revoked."""


class ForbiddenError(RefusedError):
    """The key lacks the scope."""


class NotFoundError(RefusedError):
    """No such collection, document or ranking for this tenant."""


class ConflictError(RefusedError):
    """The call contradicts what is stored."""


class TooManyRequestsError(RefusedError):
    """The key or its tenant used up what it may ask for."""


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
    """The error of a problem document."""
    otherwise = ServiceError if problem.status >= _SERVER_ERROR else InvalidRequestError
    return _KINDS.get(problem.status, otherwise)(problem, retry_after_s)
