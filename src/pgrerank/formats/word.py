"""Word files (.docx), converted to HTML by mammoth (the extra `documents`), and that to Markdown."""

import io
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, cast
from xml.parsers.expat import ExpatError

import mammoth

from pgrerank.domain.document import Document
from pgrerank.formats import html
from pgrerank.formats.row import UnreadableRowError, storable

#: longest allowed XML of a file, in bytes, decompressed
MAX_XML_BYTES = 64 * 1024 * 1024
#: most tags and attributes of a file: each takes a kilobyte of memory, and a page has about 1,000
MAX_MARKS = 1_500_000
#: what a part that an XML parser accepts begins with
_XML = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b" ", b"\t", b"\r", b"\n")
#: what old .doc files and encrypted .docx files begin with
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (
    *(ExpatError, zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError),
    *(NotImplementedError, RuntimeError, ValueError),
)
#: what Word calls the title of a document, which mammoth leaves as a paragraph
_STYLES = "p[style-name='Title'] => h1:fresh\np.Title => h1:fresh"


def document(external_id: str, data: bytes) -> Document:
    """The document of a Word file. Its title is the first heading, else the file's name.

    Headings, lists, tables and footnotes become Markdown. Pictures and comments are left out.

    Raises:
        UnreadableRowError: The file is encrypted, an old .doc file, broken, or unpacks to more XML
            than can be read.
    """
    _check_package(data)
    found = html.document(external_id, _as_html(data).encode())
    if not found.text and not found.title:
        raise UnreadableRowError("has no text: pictures are not read")
    title = found.title or PurePosixPath(external_id).stem
    return Document(external_id=external_id, title=title, text=found.text)


def _check_package(data: bytes) -> None:
    if data.startswith(_COMPOUND_FILE):
        if _ENCRYPTED in data:
            raise UnreadableRowError("is encrypted: save it without a password")
        raise UnreadableRowError("is an old .doc file: save it as .docx")
    with _translated(), zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [part for part in package.infolist() if _is_xml(package, part)]
        # A part unpacks to no more than it declares: zipfile stops there.
        if sum(part.file_size for part in parts) > MAX_XML_BYTES:
            raise UnreadableRowError(f"unpacks to more than {MAX_XML_BYTES} bytes of XML")
        marks = sum(_marks(package.read(part)) for part in parts)
    if marks > MAX_MARKS:
        raise UnreadableRowError(
            f"has more than {MAX_MARKS} tags and attributes: split it into smaller files"
        )


def _is_xml(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with package.open(part) as stream:
        return stream.read(4).startswith(_XML)


def _marks(xml: bytes) -> int:
    return xml.count(b"<") + xml.count(b"=")


def _as_html(data: bytes) -> str:
    convert = cast("Any", mammoth).convert_to_html  # without types
    with _translated():
        converted = convert(
            io.BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=_no_picture,
        )
    return storable(converted.value)


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except RecursionError as error:
        raise UnreadableRowError("its elements are nested too deeply") from error
    except _BROKEN as error:
        raise UnreadableRowError(f"is not a readable Word file: {error}") from error


def _no_picture(_image: Any) -> list[Any]:
    return []
