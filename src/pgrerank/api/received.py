"""A request whose body is limited while it arrives; a long body is decoded in a thread."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException

from pgrerank.api import bounds, json_parts, media, msgpack, validation
from pgrerank.api.bounds import Body, BodyBounds, ByteCount, Scan
from pgrerank.api.errors import HungUpError
from pgrerank.domain.offload import offload

#: largest body in bytes that is decoded on the event loop; more would block other requests
AT_ONCE = 32 * 1024


class BoundedRequest(Request[Any, Any, Any]):
    """A request with a limited body."""

    @property
    def bounds(self) -> BodyBounds:
        """Limits of the body on its route."""
        options = self.route_handler.opt
        return options[bounds.TABLE][options.get(bounds.OPTION, Body.PLAIN)]

    @property
    def is_msgpack(self) -> bool:
        """Whether the body is MessagePack, on a route that takes it."""
        takes = self.route_handler.opt.get(media.MSGPACK, False)
        return takes and media.media_type(self) in msgpack.NAMES

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in parts as it arrives, checked against the limits of its route.

        Raises:
            TooLargeError: It has too many bytes or values.
            InvalidRequestError: It is nested too deeply, or has a number that is too long.
            HungUpError: The connection closed before the body was complete.
        """
        scan = None if media.media_type(self) in media.NDJSON_NAMES else self._scan()
        if scan is not None:
            scan.check_bytes(self.content_length or 0)
        try:
            async for part in super().stream():
                if scan is not None:  # lines of NDJSON are checked one by one
                    scan.feed(part)
                yield part
        except InternalServerException as error:  # raised by Litestar if the caller disconnects
            raise HungUpError from error

    async def json(self) -> Any:
        """The decoded body: plain values, or for a long body the type of the handler.

        Raises:
            ValidationException: A long body is not of the type of the handler. A short one is
                checked by Litestar, on the event loop and three times.
        """
        body = await self.body()
        if self.is_msgpack:
            return await offload(lambda: self._convert(msgpack.decode(body, self.bounds)))
        if len(body) <= AT_ONCE:
            return await super().json()
        return await offload(lambda: self._decode(body))

    def _decode(self, body: bytes) -> Any:
        return self._convert(json_parts.decode(body))

    def _convert(self, plain: Any) -> Any:
        expected = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        try:
            return msgspec.convert(plain, expected, strict=False)
        except msgspec.ValidationError as error:
            raise validation.exception(error) from error

    def _scan(self) -> Scan | ByteCount:
        """What checks the parts of the body; MessagePack is walked when it is complete."""
        return ByteCount(self.bounds) if self.is_msgpack else Scan(self.bounds)
