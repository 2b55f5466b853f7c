"""OpenAPI description of an operation with bodies in MessagePack or JSON."""

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIResponse, Operation, RequestBody

from pgrerank.api import media, msgpack


@dataclass
class PackedOperation(Operation):
    """An operation whose body and answer may also be MessagePack, with the schema of the JSON."""

    def __post_init__(self) -> None:
        done = (self.responses or {}).get("200")
        for described in (self.request_body, done):
            if isinstance(described, RequestBody | OpenAPIResponse) and described.content:
                described.content[msgpack.MEDIA_TYPE] = described.content[media.JSON]
