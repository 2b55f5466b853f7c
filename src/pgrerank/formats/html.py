"""HTML files, converted to Markdown."""

import warnings

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning
from bs4.dammit import EncodingDetector
from markdownify import MarkdownConverter

from pgrerank.domain.document import Document
from pgrerank.formats import markdown
from pgrerank.formats.row import UnreadableRowError, decode, fitting

_UNSEEN = ["script", "style", "template", "noscript", "head", "title", "svg", "iframe"]


def document(external_id: str, data: bytes) -> Document:
    """The document of an HTML file; its title is `<title>`, else the first heading.

    Raises:
        UnreadableRowError: The file is neither UTF-8 nor in the encoding it declares, or its
            elements are nested too deeply.
    """
    soup = _parse(_text(data))
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    for element in soup.find_all(_UNSEEN):
        element.decompose()
    try:
        text = MarkdownConverter(heading_style="ATX").convert_soup(soup).strip()
    except RecursionError as error:
        raise UnreadableRowError("its elements are nested too deeply") from error
    title, text = fitting(title, text) if title else markdown.split_title(text)
    return Document(external_id=external_id, title=title, text=text.strip())


def _text(data: bytes) -> str:
    try:
        return decode(data)
    except UnreadableRowError:
        declared = EncodingDetector.find_declared_encoding(data, is_html=True)
        if declared is None or declared.lower().replace("-", "") == "utf8":
            raise
        return _in_encoding(data, declared)


def _in_encoding(data: bytes, encoding: str) -> str:
    try:
        return decode(data.decode(encoding).encode())
    except (LookupError, UnicodeDecodeError) as error:
        raise UnreadableRowError(f"declares the encoding {encoding} but is not in it") from error


def _parse(text: str) -> BeautifulSoup:
    with warnings.catch_warnings():  # for short pages that look like paths, and XHTML like XML
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(text, "html.parser")
