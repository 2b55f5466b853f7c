"""Send requests over persistent connections, and collect answers that are our failures."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import h11

from tests.fuzz.requests import Request, Requests

PATIENCE_S = 120
_READ = 64 * 1024


@dataclass
class Outcome:
    """What a campaign found."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[tuple[Request, str]] = field(default_factory=list)


class Connection:
    """One connection to the service, reopened if it was closed."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def answer(self, request: Request) -> tuple[int, dict[bytes, bytes], bytes]:
        """Status, headers and body of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        writer.write(request.data)
        parser = h11.Connection(h11.CLIENT)
        parser.send(_head_of(request))
        found, body = await self._read(parser, reader)
        headers = dict(found.headers)
        if headers.get(b"connection") == b"close" or parser.their_state is h11.MUST_CLOSE:
            self.close()
        return found.status_code, headers, body

    async def _read(
        self, parser: h11.Connection, reader: asyncio.StreamReader
    ) -> tuple[h11.Response, bytes]:
        found, body = None, b""
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                parser.receive_data(await reader.read(_READ))
            elif isinstance(event, h11.Response):
                found = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                assert found is not None
                return found, body
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError

    def close(self) -> None:
        """Close it, if it is open."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def run(
    host: str, port: int, requests: Requests, count: int, *, connections: int = 4
) -> Outcome:
    """Send this many requests and check the answers."""
    outcome = Outcome()
    left = iter(range(count))

    async def caller() -> None:
        connection = Connection(host, port)
        for _ in left:
            request = requests.drawn()
            problem = await _problem(connection, request, outcome)
            if problem:
                outcome.failures.append((request, problem))
        connection.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return outcome


async def _problem(connection: Connection, request: Request, outcome: Outcome) -> str | None:
    """What is wrong with the answer; None: nothing."""
    try:
        status, headers, body = await asyncio.wait_for(connection.answer(request), PATIENCE_S)
    except (OSError, h11.RemoteProtocolError) as error:
        connection.close()
        outcome.statuses[0] += 1
        return f"no answer: {error!r}"
    except TimeoutError:
        connection.close()
        outcome.statuses[0] += 1
        return f"no answer within {PATIENCE_S} s"
    outcome.statuses[status] += 1
    may_be = status == 503 and (b"retry-after" in headers or b"/health" in request.data[:64])
    return None if status < 500 or may_be else f"{status} {body[:500]!r}"


def _head_of(request: Request) -> h11.Request:
    """The part of the request that a response parser needs: answers to HEAD have no body."""
    method = request.data.partition(b" ")[0]
    return h11.Request(method=method, target="/", headers=[("Host", "fuzz")])
