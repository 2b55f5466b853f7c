"""Responses of related documents."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class RelatedDocument(Struct, frozen=True, kw_only=True):
    """A related document."""

    #: your id of the document
    id: str
    title: str
    uri: str | None
    metadata: dict[str, Any]
    #: raw score by the model of the list, with the other document as query
    score: float
    #: place in the list, from 1
    rank: int


class RelatedResponse(Struct, frozen=True, kw_only=True):
    """A page of the documents related to a document. Deleted ones are left out."""

    document: str
    items: list[RelatedDocument]
    cursor: str | None = None
    #: `fresh`, `stale` or `none`
    state: str
    #: documents in the whole list
    listed: int
    #: most documents in a list; None: the collection has no lists
    depth: int | None = None
    model: str | None = None
    #: when the list was stored; None: there is none
    renewed_at: datetime | None = None
    #: when changes of documents were last looked for; None: never
    checked_at: datetime | None = None
    #: what to do if the list is stale or missing
    hint: str | None = None
