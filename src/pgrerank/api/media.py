"""Media types of request bodies."""

from typing import Any, TypeAlias

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from pgrerank.api import msgpack
from pgrerank.api.errors import UnsupportedMediaTypeError

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
NDJSON = "application/x-ndjson"
#: key of `opt` of a route that also takes MessagePack
MSGPACK = "msgpack"
#: all names in use for one JSON value per line
NDJSON_NAMES = frozenset({NDJSON, "application/ndjson", "application/jsonl"})


def media_type(connection: Connection) -> str:
    """The media type of the body without parameters. Default: JSON."""
    stated = connection.headers.get("content-type", JSON)
    return stated.partition(";")[0].strip().lower()


async def json_only(connection: Connection, _: BaseRouteHandler) -> None:
    """A guard that refuses bodies other than JSON."""
    stated = media_type(connection)
    if stated != JSON:
        raise UnsupportedMediaTypeError(stated, [JSON])


async def json_or_msgpack(connection: Connection, _: BaseRouteHandler) -> None:
    """A guard that refuses bodies other than JSON or MessagePack."""
    stated = media_type(connection)
    if stated not in (JSON, *msgpack.NAMES):
        raise UnsupportedMediaTypeError(stated, [JSON, msgpack.MEDIA_TYPE])


async def merge_patch(connection: Connection, _: BaseRouteHandler) -> None:
    """A guard that refuses bodies other than a JSON merge patch, which may be called JSON."""
    stated = media_type(connection)
    if stated not in (JSON, MERGE_PATCH):
        raise UnsupportedMediaTypeError(stated, [MERGE_PATCH, JSON])
