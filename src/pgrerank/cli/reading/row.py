"""What a reader gives: documents and rejections, with where they stood."""

from dataclasses import dataclass

from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the input."""

    #: the file as messages name it
    source: str
    #: counted from 1; a document that is a whole file stands on line 1
    line: int
    item: Document | Rejection
    #: bytes of the file read so far
    position: int


class UnreadableError(Exception):
    """A row or file that holds no document.

    Args:
        reason: What is wrong with it, as a clause.
        external_id: The row's id, where it was found before the fault.
    """

    def __init__(self, reason: str, external_id: str | None = None) -> None:
        self.reason = reason
        self.external_id = external_id
        super().__init__(reason)


def decoded(data: bytes) -> str:
    """UTF-8 text, without a byte order mark.

    Raises:
        UnreadableError: It is not UTF-8, or holds the NUL character, which Postgres cannot store.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        raise UnreadableError(
            f"not UTF-8: byte 0x{byte:02x} at position {error.start + 1}"
        ) from error
    if "\0" in text:
        raise UnreadableError("holds the NUL character, so it is not text")
    return text
