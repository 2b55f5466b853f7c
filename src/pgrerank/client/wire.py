"""Between calls and HTTP: requests, answers, and when a call is sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import httpx
import msgspec
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from pgrerank import __version__
from pgrerank.client.access import Access
from pgrerank.client.calls import Call
from pgrerank.client.errors import (
    ClientError,
    InvalidCallError,
    Problem,
    RefusedError,
    TimedOutError,
    UnreachableError,
    UnreadableError,
    refusal,
)

T = TypeVar("T")
Request: TypeAlias = httpx.Request

#: the service did not begin, so that any call may be sent again
_NOT_BEGUN = frozenset({429, 503})
#: a proxy lost the answer
_LOST = frozenset({502, 504})
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
#: what sending can fail by: the transport, the answer's encoding, a closed client
FAILURES = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.CookieConflict,
    OSError,
    RuntimeError,
    ValueError,
)
_PROBLEM = "application/problem+json"
_BACKOFF = wait_exponential(multiplier=0.2, max=5.0) + wait_random(0, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a call is sent again, and how long to wait for that.

    What the service asks for by Retry-After is what is waited; without it from 0.2 seconds on,
    doubled each time, with jitter. Calls that are not repeatable are sent again only where the
    service did not begin them: no connection, 429 and 503.
    """

    #: times a call is sent again; 0: never
    retries: int = 3
    #: longest wait before one of them, in seconds; a Retry-After over it fails at once
    longest_wait_s: float = 30.0

    def blocking(self, call: Call[Any]) -> Retrying:
        """The loop around a call, for threads."""
        return Retrying(reraise=True, **self._policy(call))

    def asynchronous(self, call: Call[Any]) -> AsyncRetrying:
        """The loop around a call, for asyncio."""
        return AsyncRetrying(reraise=True, **self._policy(call))

    def _policy(self, call: Call[Any]) -> dict[str, Any]:
        return {
            "stop": stop_after_attempt(self.retries + 1),
            "wait": _wait,
            "retry": retry_if_exception(self._worth_another_try(call)),
        }

    def _worth_another_try(self, call: Call[Any]) -> Callable[[BaseException], bool]:
        def judge(error: BaseException) -> bool:
            if (_retry_after(error) or 0.0) > self.longest_wait_s:
                return False
            return _not_begun(error) or (call.repeatable and _is_connection_loss(error))

        return judge


def request(http: httpx.Client | httpx.AsyncClient, access: Access, call: Call[Any]) -> Request:
    """The request of a call; the service's URL may have a path of its own.

    Raises:
        InvalidCallError: It cannot be made of what the caller handed in.
    """
    headers = {
        "Authorization": f"Bearer {access.key}",
        "User-Agent": f"pgrerank-python/{__version__}",
    }
    if call.body is not None:
        headers["Content-Type"] = call.media_type
    try:
        return http.build_request(
            call.method,
            access.base + call.path,
            params=dict(call.params) or None,
            content=call.body,
            headers=headers,
        )
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
        reason = access.redact(str(error))
    raise InvalidCallError("call", f"cannot be sent: {reason}")


def read(access: Access, call: Call[T], response: httpx.Response) -> T:
    """The answer to a call.

    Raises:
        RefusedError: The service refused it.
        UnreadableError: It is not the service that answered.
    """
    if response.is_error:
        problem = _problem(access, response)
        raise refusal(problem, _seconds(response.headers.get("Retry-After")))
    if call.answer is type(None):
        return call.answer()
    return _decode(access, response.content, call.answer, response.status_code)


def failure(access: Access, error: Exception) -> ClientError:
    """A failure to send or to receive, in our words.

    It is to be raised outside of the handler of the error itself, whose message may hold what was
    sent: so nothing of it is chained.
    """
    reason = access.redact(str(error) or type(error).__name__)
    kind = TimedOutError if isinstance(error, httpx.TimeoutException) else UnreachableError
    return kind(
        access.redact(access.url), reason, was_connected=not isinstance(error, _NO_CONNECTION)
    )


def _decode(access: Access, content: bytes, kind: type[T], status: int) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = access.redact(content.decode(errors="replace"))
    raise UnreadableError(status, told)


def _problem(access: Access, response: httpx.Response) -> Problem:
    content = access.redact(response.content.decode(errors="replace")).encode()
    status = response.status_code
    if response.headers.get("Content-Type", "").startswith(_PROBLEM):
        return _decode(access, content, Problem, status)
    if status in _NOT_BEGUN | _LOST:  # a proxy's own page
        return Problem(status=status, title=access.redact(response.reason_phrase))
    raise UnreadableError(status, content.decode())


def _seconds(value: str | None) -> float | None:
    """Retry-After, in the form of seconds."""
    return float(value) if value is not None and value.isdigit() else None


def _retry_after(error: BaseException | None) -> float | None:
    return error.retry_after_s if isinstance(error, RefusedError) else None


def _not_begun(error: BaseException) -> bool:
    if isinstance(error, RefusedError):
        return error.status in _NOT_BEGUN
    return isinstance(error, UnreachableError) and not error.was_connected


def _is_connection_loss(error: BaseException) -> bool:
    """The connection broke, or a proxy gave up; a slow answer would only be slow again."""
    if isinstance(error, RefusedError):
        return error.status in _LOST
    return isinstance(error, UnreachableError) and not isinstance(error, TimedOutError)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = _retry_after(error)
    return _BACKOFF(state) if asked is None else asked
