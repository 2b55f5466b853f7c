"""Translates calls to HTTP requests and responses, and decides on retries."""

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

#: the service did not start the call, so any call may be sent again
_NOT_BEGUN = frozenset({429, 503})
#: a proxy lost the response
_LOST = frozenset({502, 504})
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
#: exceptions of sending: transport errors, the encoding of the response, a closed client
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
    """The retry policy: how often a call is sent again, and after how long.

    The wait is the Retry-After of the service, or else starts at 0.2 seconds and doubles each
    time, with jitter. Calls that are not repeatable are sent again only if the service did not
    start them: no connection, 429 and 503.
    """

    #: most retries of a call; 0: never retry
    retries: int = 3
    #: longest wait before a retry in seconds; with a longer Retry-After the call fails at once
    longest_wait_s: float = 30.0

    def blocking(self, call: Call[Any]) -> Retrying:
        """The retry loop of a call, blocking."""
        return Retrying(reraise=True, **self._policy(call))

    def asynchronous(self, call: Call[Any]) -> AsyncRetrying:
        """The retry loop of a call, for asyncio."""
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
    """The HTTP request of a call. The service's URL may include a path.

    Raises:
        InvalidCallError: The arguments of the call do not form a valid request.
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
    """The decoded response to a call.

    Raises:
        RefusedError: The service refused the call.
        UnreadableError: The response is not from the service.
    """
    if response.is_error:
        problem = _problem(access, response)
        raise refusal(problem, _seconds(response.headers.get("Retry-After")))
    if call.answer is type(None):
        return call.answer()
    return _decode(access, response.content, call.answer, response.status_code)


def failure(access: Access, error: Exception) -> ClientError:
    """The ClientError for a failure to send or to receive.

    Raise it outside of the handler of `error`, so that `error` is not chained: its message may
    contain what was sent.
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
        text = access.redact(content.decode(errors="replace"))
    raise UnreadableError(status, text)


def _problem(access: Access, response: httpx.Response) -> Problem:
    content = access.redact(response.content.decode(errors="replace")).encode()
    status = response.status_code
    if response.headers.get("Content-Type", "").startswith(_PROBLEM):
        return _decode(access, content, Problem, status)
    if status in _NOT_BEGUN | _LOST:  # a proxy's own page
        return Problem(status=status, title=access.redact(response.reason_phrase))
    raise UnreadableError(status, content.decode())


def _seconds(value: str | None) -> float | None:
    """The value of Retry-After in seconds; None: it has another form."""
    if value is None or not (value.isascii() and value.isdigit()):
        return None
    return float(value)


def _retry_after(error: BaseException | None) -> float | None:
    return error.retry_after_s if isinstance(error, RefusedError) else None


def _not_begun(error: BaseException) -> bool:
    if isinstance(error, RefusedError):
        return error.status in _NOT_BEGUN
    return isinstance(error, UnreachableError) and not error.was_connected


def _is_connection_loss(error: BaseException) -> bool:
    """Whether the connection broke or a proxy gave up. A timeout would only time out again."""
    if isinstance(error, RefusedError):
        return error.status in _LOST
    return isinstance(error, UnreachableError) and not isinstance(error, TimedOutError)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    retry_after = _retry_after(error)
    return _BACKOFF(state) if retry_after is None else retry_after
