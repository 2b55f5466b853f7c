"""Markdown files: front matter becomes metadata, the first heading becomes the title."""

from typing import cast

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pgrerank.domain.document import MAX_TITLE_CHARACTERS, Document
from pgrerank.domain.json import JsonObject
from pgrerank.formats import front_matter
from pgrerank.formats.row import decode, fitting


def document(external_id: str, data: bytes) -> Document:
    """The document of a Markdown file.

    Its title is the front matter's, else the first heading, else empty. If the text begins with
    the heading that became the title, the heading is removed from the text.

    Raises:
        UnreadableRowError: The file is not UTF-8, or its front matter is invalid.
        InvalidRequestError: The metadata cannot be stored.
    """
    metadata, text = front_matter.split(decode(data).replace("\r\n", "\n").replace("\r", "\n"))
    title = metadata.get("title")
    if isinstance(title, str | int | float) and str(title).strip():
        del metadata["title"]
        title, text = fitting(str(title).strip(), text)
    else:
        title, text = split_title(text)
    return Document(
        external_id=external_id,
        title=title,
        text=text.strip(),
        metadata=cast("JsonObject", metadata),
    )


def split_title(text: str) -> tuple[str, str]:
    """The text of the first heading, and the text without that heading if it begins with it.

    A heading over 2,000 characters is not a title and stays in the text.
    """
    tokens = MarkdownIt().parse(text)
    place = next((i for i, token in enumerate(tokens) if token.type == "heading_open"), None)
    if place is None:
        return "", text
    title = _heading_text(tokens[place + 1])
    if len(title) > MAX_TITLE_CHARACTERS:
        return "", text
    span = tokens[place].map
    if place == 0 and span:
        text = "\n".join(text.split("\n")[span[1] :])
    return title, text


def _heading_text(heading: Token) -> str:
    parts = [child.content or " " * (child.type == "softbreak") for child in heading.children or []]
    return "".join(parts).strip()
