"""OpenAPI description of the body of an ingest. It is read as a stream, so there is no `data`."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)

from pgrerank.api import media
from pgrerank.api.v1.schema.requests import NewDocument
from pgrerank.formats import document_row

_EXAMPLE = {
    "id": "guide/install",
    "title": "Installation",
    "text": "Install it with pip install pgrerank.",
    "uri": "https://example.org/install",
    "metadata": {"lang": "en", "year": 2026},
}


@dataclass
class IngestOperation(Operation):
    """An operation whose body is an array of documents, or NDJSON."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            description="A JSON array of documents, or one JSON object per line.",
            required=True,
            content={media.JSON: _array(), media.NDJSON: _stream()},
        )


def _array() -> OpenAPIMediaType:
    return OpenAPIMediaType(
        schema=Schema(type=OpenAPIType.ARRAY, items=_document()),
        examples={"one document": Example(value=[_EXAMPLE])},
    )


def _stream() -> OpenAPIMediaType:
    line = msgspec.json.encode(_EXAMPLE).decode()
    return OpenAPIMediaType(
        schema=Schema(
            type=OpenAPIType.STRING, description="One document per line, each a JSON object."
        ),
        examples={"one document": Example(value=line)},
    )


def _document() -> Schema:
    """The schema of a document, inline: Litestar lists only schemas of handlers as components."""
    described = msgspec.json.schema(NewDocument)["$defs"][NewDocument.__name__]
    properties = {name: _property(part) for name, part in described["properties"].items()}
    return Schema(
        type=OpenAPIType.OBJECT,
        title=NewDocument.__name__,
        description="A text with an id of yours. Sending the same id again replaces the document.",
        required=["text"],
        any_of=[Schema(required=[name]) for name in document_row.ID_NAMES],
        properties={**properties, **_other_names(properties)},
        additional_properties=False,
    )


def _other_names(properties: dict[str, Schema]) -> dict[str, Schema]:
    """Alternative names of fields, as BEIR and responses of this API use them."""
    return {
        other: replace(properties[name], description=f"Another name of `{name}`.")
        for name, names in (("id", document_row.ID_NAMES), ("uri", document_row.URI_NAMES))
        for other in names
        if other != name
    }


def _property(part: dict[str, Any]) -> Schema:
    names = {
        "minLength": "min_length",
        "maxLength": "max_length",
        "anyOf": "any_of",
    }
    return Schema(**{names.get(key, key): value for key, value in part.items()})
