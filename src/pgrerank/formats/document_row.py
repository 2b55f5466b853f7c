"""Parsing of a JSON row as a document, with the same rules for files, requests and the client.

The format is that of BEIR corpora: `_id`, `title`, `text`, `metadata`. `id` and `external_id` are
other names of `_id`; `uri` or `url` is the document's location; `sparse` holds learned weights.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from pgrerank.domain.bounds import undecodable
from pgrerank.domain.document import MAX_ID_CHARACTERS, MAX_LEVELS, Document, is_shallow
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.ingest import Rejection
from pgrerank.domain.json import Json, JsonObject
from pgrerank.domain.sparse import SparseWeights
from pgrerank.domain.suggestion import nearest

ID_NAMES = ("_id", "id", "external_id")
URI_NAMES = ("uri", "url")
FIELDS = (*ID_NAMES, "title", "text", *URI_NAMES, "metadata", "sparse")
#: names of these fields in other formats
_ELSEWHERE = {
    "contents": "text", "content": "text", "body": "text", "passage": "text", "document": "text",
    "page_content": "text", "docid": "_id", "doc_id": "_id", "docno": "_id", "pid": "_id",
    "name": "title", "meta": "metadata", "link": "url", "href": "url",
}  # fmt: skip
_TOO_DEEP = f"is nested more than {MAX_LEVELS} levels deep"
_FIRST_ID = re.compile(rb'\s*\{\s*"(?:_id|id|external_id)"\s*:\s*("(?:[^"\\]|\\.)*"|\d+)')
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_row(data: bytes, line: int, *, max_characters: int | None = None) -> Document | Rejection:
    """The document of a row, or a rejection with the reason. Never raises.

    Args:
        data: A JSON object in UTF-8. A leading byte order mark is ignored.
        line: Line number in the input, from 1.
        max_characters: Longest allowed text of a document. None: unlimited.
    """
    data = data.removeprefix(BYTE_ORDER_MARK).strip()
    external_id: str | None = None
    try:
        fields = _object(data)
        external_id = _external_id(fields)
        document = _document(external_id, fields)
        check_length(document, max_characters)
    except (InvalidRowError, InvalidRequestError, TooLargeError) as error:
        return _rejection(line, str(error), external_id or _lenient_id(data))
    except RecursionError:
        return _rejection(line, _TOO_DEEP, external_id or first_id(data))
    return document


def _rejection(line: int, reason: str, external_id: str | None) -> Rejection:
    """A rejection whose id is truncated and printable."""
    if external_id is not None:
        external_id = external_id[:MAX_ID_CHARACTERS].encode(errors="replace").decode()
    return Rejection(line=line, reason=reason, external_id=external_id)


class InvalidRowError(ValueError):
    """A row is invalid; the message is a clause that says why."""


def check_length(document: Document, max_characters: int | None) -> None:
    """Raise TooLargeError if the document's text is too long."""
    size = len(document.text)
    if max_characters is not None and size > max_characters:
        raise TooLargeError("text", size=size, limit=max_characters, unit="characters")


def is_blank(data: bytes) -> bool:
    """Whether a line is blank."""
    return not data.removeprefix(BYTE_ORDER_MARK).strip()


class Repetitions:
    """Finds rows that a later row with the same id replaces."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, int]] = {}

    def record(self, external_id: str, source: str, line: int) -> tuple[str, Rejection] | None:
        """Record a document's line. Returns source and rejection of the row it replaces, if any."""
        before = self._places.get(external_id)
        self._places[external_id] = (source, line)
        if before is None:
            return None
        place = f"{source} line {line}".lstrip()
        reason = f"replaced by {place}, which has the same id"
        return before[0], Rejection(line=before[1], reason=reason, external_id=external_id)


def json_object(data: bytes) -> Mapping[str, object]:
    """A row's fields, unchecked. A leading byte order mark is ignored.

    Raises:
        InvalidRowError: The row is not UTF-8, not JSON or not a JSON object.
    """
    try:
        return _object(data.removeprefix(BYTE_ORDER_MARK))
    except RecursionError as error:
        raise InvalidRowError(_TOO_DEEP) from error


def row_id(fields: Mapping[str, object]) -> str:
    """The id of a row, under any of its names; an integer becomes text.

    Raises:
        InvalidRowError: The id is missing, given twice with different values, or neither text nor
            an integer.
    """
    return _external_id(fields)


def _object(data: bytes) -> Mapping[str, object]:
    try:
        value: object = msgspec.json.decode(data)
    except UnicodeDecodeError:
        raise InvalidRowError(_undecodable(data)) from None
    except msgspec.ValidationError as error:  # a number that no float holds
        raise InvalidRowError(str(error)) from error
    except msgspec.DecodeError as error:
        problem = str(error).replace("Input data was truncated", "it breaks off")
        raise InvalidRowError(f"not JSON: {_json_problem(data) or problem}") from error
    if not isinstance(value, dict):
        raise InvalidRowError('must be a JSON object, such as {"_id": "1", "text": "..."}')
    if not is_shallow(cast("Json", value)):  # what Python's stack holds depends on the caller
        raise InvalidRowError(_TOO_DEEP)
    return cast("Mapping[str, object]", value)


def _undecodable(data: bytes) -> str:
    """Reason with the position from the row's start; msgspec counts from a string's start."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return undecodable(data, error)
    return "not UTF-8"


def _json_problem(data: bytes) -> str | None:
    """The problem that json.loads accepts but JSON or text does not allow; None if none."""
    try:
        text = json.dumps(json.loads(data), ensure_ascii=False, allow_nan=False)
        text.encode()
    except UnicodeEncodeError:
        return "holds half of a surrogate pair, which is not a character"
    except (ValueError, RecursionError) as error:
        return "NaN and Infinity are not JSON numbers" if "Out of range" in str(error) else None
    return None


def _external_id(fields: Mapping[str, object]) -> str:
    name, value = _one_of(fields, ID_NAMES)
    if value in (None, ""):
        raise InvalidRowError("has no id: give `_id`, `id` or `external_id`")
    return _id_text(name, value)


def _id_text(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidRowError(f"`{name}` must be a string or an integer")
    return str(value)


def _one_of(fields: Mapping[str, object], names: Sequence[str]) -> tuple[str, object]:
    """Name and value of a field with several names. Raises InvalidRowError if values differ."""
    present = [(name, fields[name]) for name in names if fields.get(name) not in (None, "")]
    if not present:
        return names[0], None
    name, value = present[0]
    for other, differing in present[1:]:
        if str(differing) != str(value):
            raise InvalidRowError(
                f"`{name}` and `{other}` differ; they are names of one field: give one of them"
            )
    return name, value


def _document(external_id: str, fields: Mapping[str, object]) -> Document:
    _check_names(fields)
    title = _string(fields, "title") or ""
    text = _string(fields, "text")
    if text is None or not (text.strip() or title.strip()):
        raise InvalidRowError("has no `text`")
    name, _ = _one_of(fields, URI_NAMES)
    return Document(
        external_id=external_id,
        title=title,
        text=text,
        uri=_string(fields, name),
        metadata=_metadata(fields),
        sparse=_weights(fields),
    )


def _check_names(fields: Mapping[str, object]) -> None:
    unknown = next((name for name in fields if name not in FIELDS), None)
    if unknown is None:
        return
    meant = _ELSEWHERE.get(unknown.casefold()) or nearest(unknown, FIELDS)
    hint = f"did you mean `{meant}`? " if meant else ""
    raise InvalidRowError(
        f"has the unknown field `{unknown[:100]}`: {hint}facts of your own go into `metadata`"
    )


def _string(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidRowError(f"`{name}` must be a string")
    return value


def _metadata(fields: Mapping[str, object]) -> JsonObject:
    value = fields.get("metadata")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidRowError("`metadata` must be an object")
    return cast("JsonObject", value)


def _weights(fields: Mapping[str, object]) -> SparseWeights | None:
    try:
        return msgspec.convert(fields.get("sparse"), dict[str, float] | None)
    except msgspec.ValidationError as error:
        raise InvalidRowError('`sparse` must be an object such as {"word": 1.5}') from error


def _lenient_id(data: bytes) -> str | None:
    """The id of an invalid row, if it can be found, for messages."""
    try:
        value: object = json.loads(data.decode(errors="replace"))
    except (ValueError, RecursionError):
        return first_id(data)
    if not isinstance(value, dict):
        return None
    ids = [cast("Mapping[str, object]", value).get(name) for name in ID_NAMES]
    return next((str(each) for each in ids if each and isinstance(each, str | int)), None)


def first_id(data: bytes) -> str | None:
    """The id of a truncated row if it is the first field, for messages."""
    match = _FIRST_ID.match(data)
    if match is None:
        return None
    try:
        return str(msgspec.json.decode(match[1]))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
