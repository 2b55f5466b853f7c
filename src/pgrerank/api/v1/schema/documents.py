"""Bodies of the routes that change and delete documents."""

from typing import Annotated, Self

from msgspec import UNSET, Meta, Struct, UnsetType

from pgrerank.api.v1.schema.requests import JsonObject
from pgrerank.domain.deletion import MAX_DELETED, Deletion, Selection
from pgrerank.domain.document import MAX_ID_CHARACTERS, MAX_URI_CHARACTERS
from pgrerank.domain.merge_patch import DocumentPatch


class ChangedDocument(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A JSON merge patch (RFC 7396) of a document's metadata and address."""

    metadata: Annotated[
        JsonObject | UnsetType | None,
        Meta(
            description="Keys to change; null removes a key. Null instead of an object removes "
            "all metadata.",
            examples=[{"year": 2027, "draft": None}],
        ),
    ] = UNSET
    uri: Annotated[
        Annotated[str, Meta(max_length=MAX_URI_CHARACTERS)] | UnsetType | None,
        Meta(
            description="New address of the document; null removes it.",
            examples=["https://example.org/install"],
        ),
    ] = UNSET

    def patch(self) -> DocumentPatch:
        """The changes. Raises InvalidRequestError if there is none."""
        sent = {"metadata": self.metadata, "uri": self.uri}
        return DocumentPatch(
            changes={name: value for name, value in sent.items() if value is not UNSET}
        )


DocumentId = Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARACTERS)]


class NewDeletion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Documents to delete. Give either `filter` or `ids`."""

    filter: Annotated[
        JsonObject | None,
        Meta(
            description="Condition on metadata, as in a search.",
            examples=[{"year": {"$lt": 2020}}],
        ),
    ] = None
    ids: Annotated[
        Annotated[list[DocumentId], Meta(max_length=MAX_DELETED)] | None,
        Meta(description=f"Your ids of the documents, at most {MAX_DELETED}."),
    ] = None
    dry_run: Annotated[bool, Meta(description="Delete nothing, only say what would be.")] = False
    at_most: Annotated[
        Annotated[int, Meta(ge=0, le=10**9)] | None,
        Meta(description="Delete nothing (409) if more documents match. Null: no limit."),
    ] = None

    def selection(self) -> Selection:
        """The documents. Raises InvalidRequestError."""
        return Selection(ids=self.ids, filter=self.filter)


class DeletionResponse(Struct, frozen=True, kw_only=True):
    """What a deletion found and did."""

    matched: Annotated[int, Meta(description="Documents selected when the request began.")]
    deleted: Annotated[
        int, Meta(description="Documents deleted. If fewer than `matched`, send it again.")
    ]
    documents: Annotated[
        list[str], Meta(description="Ids of the first ten of `matched`.", examples=[["guide/old"]])
    ]

    @classmethod
    def of(cls, done: Deletion) -> Self:
        """Response for a deletion."""
        return cls(matched=done.matched, deleted=done.deleted, documents=list(done.documents))
