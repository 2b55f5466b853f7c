"""The page at /docs: the OpenAPI document as HTML that loads nothing from other hosts."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, TypeAlias, cast

from jinja2 import Environment, StrictUndefined, Template
from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin
from markupsafe import Markup, escape

Node: TypeAlias = Mapping[str, Any]

METHODS = ("get", "put", "post", "patch", "delete")
_CODE = re.compile(r"`([^`]+)`")
_BOUNDS = {
    "minimum": "from {:g}",
    "exclusiveMinimum": "above {:g}",
    "maximum": "to {:g}",
    "exclusiveMaximum": "below {:g}",
    "minLength": "{} characters at least",
    "maxLength": "{} characters at most",
    "minItems": "{} at least",
    "maxItems": "{} at most",
}


class ReferencePage(OpenAPIRenderPlugin):
    """Renders all calls and schemas, without scripts."""

    def render(
        self,
        request: Request[Any, Any, Any],  # noqa: ARG002 - as Litestar calls it
        openapi_schema: dict[str, Any],
    ) -> bytes:
        """The page as bytes."""
        return page(openapi_schema).encode()


def page(document: Node) -> str:
    """An OpenAPI document as one HTML page that loads nothing from other hosts."""
    return _template().render(
        info=document["info"],
        tags=[(tag, list(_calls(document, tag["name"]))) for tag in document["tags"]],
        schemas=sorted(document["components"]["schemas"].items()),
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"prose": prose, "kind": kind, "bounds": bounds}
    source = resources.files("pgrerank.api").joinpath("reference.html").read_text("utf-8")
    return environment.from_string(source)


def _calls(document: Node, tag: str) -> Iterator[tuple[str, str, Node]]:
    """Method, path and operation of each call with a tag."""
    for path, operations in document["paths"].items():
        for method in METHODS:
            if tag in operations.get(method, {}).get("tags", ()):
                yield method, path, operations[method]


def prose(text: str) -> Markup:
    """A description as HTML, with paragraphs and code between backquotes."""
    paragraphs = [str(escape(part)) for part in text.split("\n\n")]
    marked = [_CODE.sub(r"<code>\1</code>", part) for part in paragraphs]
    return Markup("".join(f"<p>{part}</p>" for part in marked))  # noqa: S704 - escaped above


def kind(schema: Node) -> Markup:  # noqa: PLR0911 - one for each form
    """The type of a schema as HTML: a type, a link to a named schema, or alternatives."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            return Markup(" or ").join(kind(each) for each in schema[choice])
    if "enum" in schema:
        return Markup(" or ").join(
            Markup("<code>{}</code>").format(each) for each in schema["enum"]
        )
    if schema.get("type") == "array":
        return Markup("array of {}").format(kind(schema.get("items", {})))
    return escape(_plain(schema))


def _plain(schema: Node) -> str:
    kinds = schema.get("type", "anything")
    words = " or ".join(cast("list[str]", kinds)) if isinstance(kinds, list) else str(kinds)
    return f"{words} ({schema['format']})" if "format" in schema else words


def bounds(schema: Node) -> str:
    """The range, lengths and default of a schema."""
    texts = [words.format(schema[name]) for name, words in _BOUNDS.items() if name in schema]
    if schema.get("default") is not None:
        texts.append(f"default {schema['default']}")
    return ", ".join(texts)
