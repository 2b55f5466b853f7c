"""Responses of related documents."""

from datetime import datetime
from typing import Annotated, Any, Self

from msgspec import Meta, Struct

from pgrerank.api.v1.schema.responses import NextCursor
from pgrerank.domain import related


class RelatedDocument(Struct, frozen=True, kw_only=True):
    """A related document."""

    id: Annotated[str, Meta(description="Your id of the document.", examples=["install"])]
    title: str
    uri: str | None
    metadata: dict[str, Any]
    score: Annotated[
        float,
        Meta(
            description="Raw score by `model`, with the other document as query.", examples=[0.71]
        ),
    ]
    rank: Annotated[int, Meta(description="Place in the list, from 1.", examples=[1])]

    @classmethod
    def of(cls, found: related.Related) -> Self:
        """Response for a related document."""
        return cls(
            id=found.external_id,
            title=found.title,
            uri=found.uri,
            metadata=dict(found.metadata),
            score=found.score,
            rank=found.rank,
        )


class RelatedResponse(Struct, frozen=True, kw_only=True):
    """A page of the documents related to a document."""

    document: Annotated[str, Meta(description="Your id of the document.", examples=["setup"])]
    items: list[RelatedDocument]
    cursor: NextCursor
    state: Annotated[
        related.ListState,
        Meta(
            description="`fresh`: no change is known that may affect the list. `stale`: there is "
            "one, and the list is from before. `none`: there is no list yet.",
            examples=["fresh"],
        ),
    ]
    listed: Annotated[int, Meta(description="Documents in the whole list.")]
    depth: Annotated[int | None, Meta(description="Most documents in a list; null: no lists.")]
    model: Annotated[str | None, Meta(description="Model of the scores; null: no lists.")]
    renewed_at: Annotated[
        datetime | None, Meta(description="When the list was stored; null: there is none.")
    ]
    checked_at: Annotated[
        datetime | None,
        Meta(description="When changes of documents were last looked for; null: never."),
    ]
    hint: Annotated[
        str | None, Meta(description="What to do if the list is stale or missing; null: nothing.")
    ]

    @classmethod
    def of(cls, page: related.RelatedPage, collection: str) -> Self:
        """Response for a page of a document of a collection."""
        return cls(
            document=page.document,
            items=[RelatedDocument.of(each) for each in page.items],
            cursor=page.cursor,
            state=page.state,
            listed=page.listed or 0,
            depth=page.depth,
            model=page.model,
            renewed_at=page.renewed_at,
            checked_at=page.checked_at,
            hint=page.hint(collection),
        )
