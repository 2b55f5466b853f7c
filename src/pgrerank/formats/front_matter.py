"""YAML front matter of Markdown files, as metadata of documents."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, cast

import msgspec
import yaml

from pgrerank.domain.document import MAX_LEVELS
from pgrerank.formats.row import UnreadableRowError

MAX_CHARACTERS = 256 * 1024
#: scalars, lists and mappings, each counted as often as anchors repeat it
MAX_VALUES = 10_000

_TOO_DEEP = f"the front matter nests more than {MAX_LEVELS} levels deep, or an anchor holds itself"
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def split(text: str) -> tuple[dict[str, object], str]:
    """The front matter's fields, and the text after it; no fields without front matter.

    Dates become ISO 8601, bytes Base64, sets sorted lists.

    Raises:
        UnreadableRowError: The front matter is not a YAML mapping, or exceeds 256 KiB, 10,000
            values including those that anchors repeat, or 100 levels.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    return _fields(match.group(1) or ""), text[match.end() :]


class _Loader(yaml.SafeLoader):
    """A loader that limits merge keys, since nested merges grow exponentially."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(cast("list[Any]", node.value)) > MAX_VALUES:
            raise UnreadableRowError(_too_many())


def _fields(text: str) -> dict[str, object]:
    if len(text) > MAX_CHARACTERS:
        raise UnreadableRowError(
            f"the front matter has {len(text)} characters, over the limit of {MAX_CHARACTERS}"
        )
    try:
        plain = _plain(yaml.load(text, _Loader), _Count())  # noqa: S506 - a SafeLoader
    except RecursionError as error:
        raise UnreadableRowError(_TOO_DEEP) from error
    except (yaml.YAMLError, TypeError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise UnreadableRowError(f"the front matter is not YAML: {problem}") from error
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        raise UnreadableRowError("the front matter must be a mapping, such as `title: Notes`")
    return cast("dict[str, object]", plain)


class _Count:
    """Counts values, since anchors may repeat each other endlessly."""

    def __init__(self) -> None:
        self._values = 0

    def one_more(self, level: int) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise UnreadableRowError(_too_many())
        if level > MAX_LEVELS:
            raise UnreadableRowError(_TOO_DEEP)


def _plain(value: object, count: _Count, level: int = 0) -> object:
    """A YAML value as a JSON value."""
    count.one_more(level)
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {_key(key): _plain(inner, count, level + 1) for key, inner in items}
    if isinstance(value, AbstractSet):  # its order differs between processes
        value = sorted(cast("AbstractSet[object]", value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(inner, count, level + 1) for inner in cast("Sequence[object]", value)]
    return msgspec.to_builtins(value)


def _key(value: object) -> str:
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()


def _too_many() -> str:
    return f"the front matter holds more than {MAX_VALUES} values, counting what anchors repeat"
