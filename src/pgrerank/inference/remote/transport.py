"""HTTP requests to another server, retried within the deadline, without redirects."""

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

LONGEST_PAUSE_S = 30.0  # without a deadline; no retry if the server asks for a longer pause
_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_PAUSE = wait_random_exponential(multiplier=0.1, max=5)

#: header of SIE with the revision of the model that ran
_REVISION = "x-sie-model-revision"

Sleep = Callable[[float], Awaitable[None]]


class _TransientError(RemoteError):
    """A failure worth retrying."""

    def __init__(self, backend: str, problem: str, *, pause_s: float | None, broken: bool) -> None:
        self.pause_s = pause_s
        #: whether the server is at fault, rather than this caller's rate of requests
        self.broken = broken
        super().__init__(backend, problem)


class Server:
    """A server of the backends file.

    Args:
        name: The operator's name for it.
        backend: Its settings.
        key: API key, sent as `Authorization: Bearer`; None if it needs none.
        monotonic: Clock of the deadlines, in seconds.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        name: str,
        backend: BackendSettings,
        *,
        key: str | None = None,
        monotonic: Callable[[], float],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.name = name
        self._monotonic = monotonic
        self._sleep = sleep
        self._breaker = Breaker(monotonic)
        #: the model's revision, which must not change while this process runs; None: not known
        self.revision: str | None = None
        self._attempts = backend.retries + 1
        self._url = backend.url.rstrip("/")
        self._client = httpx.AsyncClient(
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {key}"} if key else {}),
            },
            timeout=backend.timeout_s,
            follow_redirects=False,
        )

    async def post(self, path: str, body: Any, *, deadline: float | None = None) -> Any:
        """Post a JSON body, and return the JSON response.

        Args:
            path: Appended to the server's address.
            body: JSON value.
            deadline: Time after which no retry begins; the caller cancels a request in progress.

        Raises:
            RemoteError: The server gave no usable answer.
        """
        return await self._retry("POST", path, body, deadline)

    async def get(self, path: str) -> Any:
        """JSON response at a path. Raises RemoteError."""
        return await self._retry("GET", path, None, None)

    def remaining(self, deadline: float | None) -> float | None:
        """Seconds until a deadline; None if there is none."""
        return None if deadline is None else deadline - self._monotonic()

    def failure(self, problem: str) -> RemoteError:
        """Error with the server's name and the problem."""
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
            return json.loads(answer.content)  # accepts NaN, which some servers write
        except ValueError as error:
            raise self.failure("gave an answer that is no JSON") from error

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_success:
            self._check_revision(answer.headers.get(_REVISION))
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

    def _check_revision(self, stated: str | None) -> None:
        """Refuse numbers of another model than the one whose fingerprint is logged with them."""
        if None not in (stated, self.revision) and stated != self.revision:
            raise self.failure(
                "runs another revision of the model than at the start of this process; restart it"
            )

    def _server_fault(self, problem: str) -> _TransientError:
        return _TransientError(self.name, problem, pause_s=None, broken=True)


def _encode(body: Any) -> bytes | None:
    """Body as JSON; lone surrogates, which UTF-8 cannot encode, become question marks."""
    if body is None:
        return None
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")


def _pause(state: RetryCallState) -> float:
    """Seconds to wait after a failure, at least as long as the server asked for."""
    error = state.outcome and state.outcome.exception()
    requested = error.pause_s if isinstance(error, _TransientError) else None
    return max(requested or 0.0, _PAUSE(state))


def _retry_after_s(header: str | None) -> float | None:
    """Seconds that Retry-After asks for, as a number or a date; None if it is neither."""
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
