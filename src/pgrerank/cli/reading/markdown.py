"""Markdown files: front matter becomes metadata, the first heading the title."""

import re
from collections.abc import Mapping
from typing import cast

import msgspec
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pgrerank.cli.reading.row import UnreadableError, decoded
from pgrerank.domain.document import Document
from pgrerank.domain.json import JsonObject

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def document(external_id: str, data: bytes) -> Document:
    """The document of a Markdown file.

    Its title is the front matter's, else the first heading, else empty. A heading that opens the
    file and became the title is left out of the text.

    Raises:
        UnreadableError: It is not UTF-8, or its front matter is no YAML mapping.
    """
    text = decoded(data).replace("\r\n", "\n")
    metadata: dict[str, object] = {}
    if match := _FRONT_MATTER.match(text):
        metadata = _front_matter(match.group(1) or "")
        text = text[match.end() :]
    title = metadata.pop("title", None)
    if title is None:
        title, text = titled(text)
    return Document(
        external_id=external_id,
        title=str(title),
        text=text.strip(),
        metadata=cast("JsonObject", metadata),
    )


def titled(text: str) -> tuple[str, str]:
    """The first heading's words, and the text without that heading if it opens the text."""
    tokens = MarkdownIt().parse(text)
    place = next((i for i, token in enumerate(tokens) if token.type == "heading_open"), None)
    if place is None:
        return "", text
    title = _words(tokens[place + 1])
    span = tokens[place].map
    if place == 0 and span:
        text = "".join(text.splitlines(keepends=True)[span[1] :])
    return title, text


def _words(heading: Token) -> str:
    parts = [child.content or " " * (child.type == "softbreak") for child in heading.children or []]
    return "".join(parts).strip()


def _front_matter(text: str) -> dict[str, object]:
    try:
        value: object = yaml.safe_load(text)
        plain: object = msgspec.to_builtins(value, str_keys=True)
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise UnreadableError(f"the front matter is not YAML: {problem}") from error
    if plain is None:
        return {}
    if not isinstance(plain, Mapping):
        raise UnreadableError("the front matter must be a mapping, such as `title: Notes`")
    return dict(cast("Mapping[str, object]", plain))
