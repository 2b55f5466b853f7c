"""PDF files: the text of their pages, by pypdf (the extra `documents`)."""

import io
import logging
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from time import perf_counter
from typing import Any

from pypdf import PageObject, PasswordType, PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from pgrerank.domain.document import Document
from pgrerank.domain.errors import TooLargeError
from pgrerank.formats.row import UnreadableRowError, fitting, storable

#: seconds to read a file; a page of text takes about 3 ms
SECONDS = 300.0
#: longest content of a page, in bytes, decompressed
_PAGE_BYTES = 32 * 1024 * 1024
#: what pypdf raises for broken files
_BROKEN = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
#: titles that programs write when the author gave none
_NO_TITLE = re.compile(
    r"untitled|microsoft (word|powerpoint|excel) - .*|.*\.(docx?|pptx?|xlsx?|tex|dvi|indd|pdf)"
    r"|document\d*",
    re.IGNORECASE,
)


def document(
    external_id: str, data: bytes, max_characters: int, seconds: float = SECONDS
) -> Document:
    """The document of a PDF file, with a blank line between pages.

    Its title is that of the file's properties, else the file's name. The metadata has the number of
    `pages`, and the `author` if the properties name one.

    Args:
        external_id: Id of the document, which is the name of the file.
        data: The file.
        max_characters: Longest allowed text; reading ends as soon as it is longer.
        seconds: Longest allowed time.

    Raises:
        UnreadableRowError: The file is encrypted, has no text, is broken, or takes too long.
        TooLargeError: Its text is longer than `max_characters`.
    """
    with _limits(), _translated():
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            raise UnreadableRowError("is encrypted: save it without a password")
        pages = list(_page_texts(reader, max_characters, perf_counter() + seconds))
        properties = _properties(reader)
    text = "\n\n".join(filter(None, pages))
    if not text:
        raise UnreadableRowError(_without_text(len(pages)))
    title = properties.pop("title", "")
    if not title or _NO_TITLE.fullmatch(title):
        title = PurePosixPath(external_id).stem
    title, text = fitting(title, text)
    return Document(
        external_id=external_id,
        title=title,
        text=text,
        metadata={**properties, "pages": len(pages)},
    )


def _without_text(pages: int) -> str:
    which = f"none of its {pages} pages has" if pages > 1 else "its page has no"
    return f"has no text: {which} text that can be read" if pages else "has no pages"


def _page_texts(reader: PdfReader, max_characters: int, end: float) -> Iterator[str]:
    def check_time(*_: Any) -> None:
        if perf_counter() > end:
            raise UnreadableRowError("takes too long to read: split it into smaller files")

    characters = 0
    for page in reader.pages:
        check_time()
        text = _text(page, check_time)
        characters += len(text)
        if characters > max_characters:
            raise TooLargeError("text", size=characters, limit=max_characters, unit="characters")
        yield text


def _text(page: PageObject, check_time: Any) -> str:
    lines = page.extract_text(visitor_operand_before=check_time).splitlines()
    return storable("\n".join(line.rstrip() for line in lines)).strip()


def _properties(reader: PdfReader) -> dict[str, Any]:
    """Title and author, where the file names them."""
    try:
        found = reader.metadata
    except _BROKEN:
        return {}  # the text is worth having without its properties
    named = {"title": found and found.title, "author": found and found.author}
    return {
        name: storable(" ".join(value.split()))
        for name, value in named.items()
        if isinstance(value, str) and value.strip()
    }


@contextmanager
def _limits() -> Generator[None]:
    """Bound what a hostile file makes pypdf do, and keep its warnings about odd files quiet."""
    logger = logging.getLogger("pypdf")  # noqa: TID251 - another library's logger
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with apply_configuration(
            array_based_stream_maximum_output_length=_PAGE_BYTES,
            lzw_maximum_output_length=_PAGE_BYTES,
            run_length_maximum_output_length=_PAGE_BYTES,
            zlib_maximum_output_length=_PAGE_BYTES,
            stream_decoding_work_maximum_length=4 * _PAGE_BYTES,
            jbig2dec_binary=None,
        ):
            yield
    finally:
        logger.setLevel(before)


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except LimitReachedError as error:
        raise UnreadableRowError(f"unpacks to more than a PDF file needs: {error}") from error
    except RecursionError as error:
        raise UnreadableRowError("its objects are nested too deeply") from error
    except (NotImplementedError, DependencyError) as error:
        raise UnreadableRowError(f"is encrypted in a way that cannot be read: {error}") from error
    except _BROKEN as error:
        raise UnreadableRowError(f"is not a readable PDF file: {error}") from error
