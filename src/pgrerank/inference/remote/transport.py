"""Requests to another server: retried within the deadline, never redirected."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    wait_random_exponential,
)

from pgrerank.domain.errors import RemoteError
from pgrerank.inference.remote.backend import BackendSettings
from pgrerank.inference.remote.breaker import Breaker

LONGEST_PAUSE_S = 30.0  # where there is no deadline; who asks for more is not waited for
_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_PAUSE = wait_random_exponential(multiplier=0.1, max=5)

Sleep = Callable[[float], Awaitable[None]]


class _TransientError(RemoteError):
    """A failure that may be over soon."""

    def __init__(self, backend: str, problem: str, *, pause_s: float | None, broken: bool) -> None:
        self.pause_s = pause_s
        #: whether it is the server that fails, rather than this caller who asks too much
        self.broken = broken
        super().__init__(backend, problem)


class Server:
    """A server of the operator's file.

    Args:
        name: The operator's name for it.
        backend: What the file says of it.
        key: Sent as `Authorization: Bearer`; None: nothing is.
        elapsed: The clock of deadlines, in seconds.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        name: str,
        backend: BackendSettings,
        *,
        key: str | None = None,
        elapsed: Callable[[], float],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.name = name
        self._elapsed = elapsed
        self._sleep = sleep
        self._breaker = Breaker(elapsed)
        self._attempts = backend.retries + 1
        self._url = backend.url.rstrip("/")
        self._client = httpx.AsyncClient(
            headers={
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {key}"} if key else {}),
            },
            timeout=backend.timeout_s,
            follow_redirects=False,
        )

    async def post(self, path: str, body: Any, *, deadline: float | None = None) -> Any:
        """What it answers to a body, both as JSON.

        Args:
            path: Added to the server's address.
            body: Plain values.
            deadline: Instant after which no further try begins; the caller ends the one under way.

        Raises:
            RemoteError: It gave no answer that can be used.
        """
        return await self._retry("POST", path, body, deadline)

    async def get(self, path: str) -> Any:
        """What it has at a path, as JSON. Raises as `post`."""
        return await self._retry("GET", path, None, None)

    def remaining(self, deadline: float | None) -> float | None:
        """Seconds until a deadline; None: there is none."""
        return None if deadline is None else deadline - self._elapsed()

    def failure(self, problem: str) -> RemoteError:
        """That it did something other than was asked."""
        return RemoteError(self.name, problem)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def _retry(self, method: str, path: str, body: Any, deadline: float | None) -> Any:
        def is_over(state: RetryCallState) -> bool:
            left = self.remaining(deadline)
            is_long = state.upcoming_sleep >= (LONGEST_PAUSE_S if left is None else left)
            return is_long or state.attempt_number >= self._attempts

        if resting := self._breaker.remaining():
            raise self.failure(f"is left alone for {resting} s, having failed several times")
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(_TransientError),
            stop=is_over,
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer: Any = await attempts(self._once, method, path, body)
        except _TransientError as error:
            if error.broken:
                self._breaker.record_failure()
            raise
        self._breaker.record_success()
        return answer

    async def _once(self, method: str, path: str, body: Any) -> Any:
        try:
            answer = await self._client.request(method, self._url + path, content=_encode(body))
        except httpx.TimeoutException as error:
            raise self._server_fault("did not answer in time") from error
        except httpx.TransportError as error:
            raise self._server_fault("cannot be reached") from error
        self._check(answer)
        try:
            return json.loads(answer.content)  # takes NaN, which some servers write
        except ValueError as error:
            raise self.failure("gave an answer that is no JSON") from error

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        problem = f"answered {answer.status_code} {answer.reason_phrase}".rstrip()
        if answer.is_redirect:
            raise self.failure(f"{problem}, and redirects are not followed")
        if answer.status_code not in _TRANSIENT:
            raise self.failure(problem)
        raise _TransientError(
            self.name,
            problem,
            pause_s=_retry_after_s(answer.headers.get("retry-after")),
            broken=answer.is_server_error,
        )

    def _server_fault(self, problem: str) -> _TransientError:
        return _TransientError(self.name, problem, pause_s=None, broken=True)


def _encode(body: Any) -> bytes | None:
    """JSON, in which half a surrogate pair, which UTF-8 cannot carry, is a question mark."""
    if body is None:
        return None
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")


def _pause(state: RetryCallState) -> float:
    """Seconds to wait after a failure: what the server asked for, at least."""
    error = state.outcome and state.outcome.exception()
    asked = error.pause_s if isinstance(error, _TransientError) else None
    return max(asked or 0.0, _PAUSE(state))


def _retry_after_s(header: str | None) -> float | None:
    """Seconds that Retry-After asks for, be it a number or a date; None: neither."""
    if header is None:
        return None
    try:
        return max(float(header), 0.0) if math.isfinite(float(header)) else None
    except ValueError:
        pass
    try:
        instant = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max((instant - datetime.now(UTC)).total_seconds(), 0.0)
