"""The deletion of several documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from pgrerank.domain.bounds import text
from pgrerank.domain.document import MAX_ID_CHARACTERS
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.filter import jsonpath
from pgrerank.domain.json import JsonObject

#: most documents that one call deletes, and most ids that it names
MAX_DELETED = 1_000
#: ids of matching documents that an answer shows
SHOWN_IDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Documents of a collection, by id or by a condition on their metadata."""

    ids: Sequence[str] | None = None
    filter: JsonObject | None = None

    def __post_init__(self) -> None:
        """Refuse what does not select documents.

        Raises:
            InvalidRequestError: Neither ids nor a filter is given, or both; there are no ids, or
                too many; the filter has no condition, or is malformed.
        """
        if (self.ids is None) == (self.filter is None):
            raise InvalidRequestError("filter", "give either `filter` or `ids`")
        if self.ids is not None and not 1 <= len(self.ids) <= MAX_DELETED:
            raise InvalidRequestError("ids", f"must have 1 to {MAX_DELETED} ids")
        for place, each in enumerate(self.ids or ()):
            text(f"ids[{place}]", each, least=1, most=MAX_ID_CHARACTERS)
        if self.filter is not None and not self.filter:
            raise InvalidRequestError(
                "filter",
                "has no condition, so it would match every document. Delete the collection instead",
            )
        _ = self.predicate

    @property
    def predicate(self) -> str | None:
        """The filter as jsonpath; None: there is none."""
        return None if self.filter is None else jsonpath(self.filter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What a deletion found and did."""

    #: documents that were selected when it began
    matched: int
    deleted: int
    #: ids of the first of them
    documents: tuple[str, ...]
