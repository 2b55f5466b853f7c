"""A request whose body is bounded while it comes in, and decoded beside the event loop."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.serialization import decode_json

from pgrerank.api import bounds, media
from pgrerank.api.bounds import Body, BodyBounds, Scan
from pgrerank.api.errors import HungUpError
from pgrerank.domain.offload import offload

#: bytes that are decoded at once, where they are; more takes longer than others should wait
AT_ONCE = 32 * 1024


class BoundedRequest(Request[Any, Any, Any]):
    """A request as handlers get it."""

    @property
    def bounds(self) -> BodyBounds:
        """What its route allows a body to be."""
        options = self.route_handler.opt
        return options[bounds.TABLE][options.get(bounds.OPTION, Body.PLAIN)]

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes in, up to what its route allows.

        Raises:
            TooLargeError: It has more bytes or values.
            InvalidRequestError: It is nested too deeply, or holds a number that is too long.
            HungUpError: The connection closed before it was complete.
        """
        scan = None if media.media_type(self) in media.NDJSON_NAMES else Scan(self.bounds)
        if scan is not None:
            scan.check_bytes(self.content_length or 0)
        try:
            async for part in super().stream():
                if scan is not None:  # of lines each is a body of its own
                    scan.feed(part)
                yield part
        except InternalServerException as error:  # Litestar's word for a caller that hung up
            raise HungUpError from error

    async def json(self) -> Any:
        """The body as plain values, or a long one as what its handler takes, if it fits."""
        body = await self.body()
        if len(body) <= AT_ONCE:
            return await super().json()
        return await offload(lambda: self._decode(body))

    def _decode(self, body: bytes) -> Any:
        plain = decode_json(body)
        expected = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        try:
            return msgspec.convert(plain, expected, strict=False)
        except msgspec.ValidationError:
            return plain  # Litestar finds the same, and says of which field
