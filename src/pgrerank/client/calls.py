"""Builds a `Call` for each operation: the request and the type of its response. Sends nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, Unpack
from uuid import UUID

from pgrerank.client import answers, checks
from pgrerank.client.errors import InvalidCallError
from pgrerank.client.judgment import FeedbackKept, StoredJudgments
from pgrerank.client.knobs import (
    CollectionChanges,
    CollectionKnobs,
    Document,
    DocumentChanges,
    Judgment,
    RankKnobs,
    SearchKnobs,
)
from pgrerank.client.related import RelatedResponse

T = TypeVar("T")
#: a text, an object, or a table (a list of rows); objects and tables are read as text
Rankable = str | Mapping[str, Any] | Sequence[Any]
Event = Literal["clicked", "used", "thumbs_up", "thumbs_down"]

#: most documents, and most bytes, in a batch
BATCH_DOCUMENTS = 500
BATCH_BYTES = 4 * 1024**2
#: documents in a page of a listing
DOCUMENTS_PER_PAGE = 500
#: documents in a page of related ones
RELATED_PER_PAGE = 10
#: ids of documents that one request deletes
DELETED_IDS = 1_000
_NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """A request to the API."""

    method: str
    path: str
    answer: type[T]
    params: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    body: bytes | None = None
    media_type: str = "application/json"
    #: whether it may be sent again if it is unknown whether it was executed
    repeatable: bool = True


def search(
    collection: str, query: str, **knobs: Unpack[SearchKnobs]
) -> Call[answers.SearchResponse]:
    """Search a collection."""
    return Call(
        method="POST",
        path=f"{collection_path(collection)}/search",
        body=body(SearchKnobs, knobs, query=query),
        answer=answers.SearchResponse,
    )


def rank(
    query: str, documents: Sequence[Rankable], **knobs: Unpack[RankKnobs]
) -> Call[answers.RerankResponse]:
    """Rank supplied documents."""
    return Call(
        method="POST",
        path="/v1/rankings",
        body=body(RankKnobs, knobs, query=query, documents=documents),
        answer=answers.RerankResponse,
    )


def results(
    ranking: UUID | str, cursor: str | None, limit: int, neighbours: int
) -> Call[answers.Results]:
    """Get further results of a search."""
    parameters: dict[str, str | int] = {"limit": limit}
    if neighbours:
        parameters["neighbours"] = neighbours
    if cursor:
        parameters["cursor"] = checks.text("cursor", cursor)
    return Call(
        method="GET", path=f"{_ranking(ranking)}/results", params=parameters, answer=answers.Results
    )


def why(ranking: UUID | str, document: str) -> Call[answers.ExplanationResponse]:
    """Explain what happened to a document in a search."""
    return Call(
        method="GET",
        path=f"{_ranking(ranking)}/why",
        params={"document": checks.text("document", document)},
        answer=answers.ExplanationResponse,
    )


def collection(name: str) -> Call[answers.CollectionResponse]:
    """Get a collection."""
    return Call(method="GET", path=collection_path(name), answer=answers.CollectionResponse)


def collections(cursor: str | None) -> Call[answers.CollectionPage]:
    """Get a page of collections."""
    params: dict[str, str | int] = {"cursor": checks.text("cursor", cursor)} if cursor else {}
    return Call(method="GET", path="/v1/collections", params=params, answer=answers.CollectionPage)


def put_collection(name: str, **knobs: Unpack[CollectionKnobs]) -> Call[answers.CollectionResponse]:
    """Create a collection, or get it if it exists with the same settings."""
    return Call(
        method="PUT",
        path=collection_path(name),
        body=body(CollectionKnobs, knobs),
        answer=answers.CollectionResponse,
    )


def update_collection(
    name: str, **changes: Unpack[CollectionChanges]
) -> Call[answers.CollectionResponse]:
    """Change settings of a collection."""
    return Call(
        method="PATCH",
        path=collection_path(name),
        body=body(CollectionChanges, changes),
        answer=answers.CollectionResponse,
    )


def delete_collection(name: str) -> Call[None]:
    """Delete a collection with its documents."""
    return Call(method="DELETE", path=collection_path(name), answer=type(None), repeatable=False)


def ingest(collection: str, lines: Sequence[bytes], *, atomic: bool) -> Call[answers.Ingested]:
    """Store documents, each given as a line of NDJSON."""
    return Call(
        method="PUT",
        path=f"{collection_path(collection)}/documents",
        params={"atomic": "true"} if atomic else {},
        body=b"\n".join(lines),
        media_type=_NDJSON,
        answer=answers.Ingested,
    )


def document(collection: str, document_id: str) -> Call[answers.DocumentResponse]:
    """Get a document."""
    return Call(
        method="GET", path=_document(collection, document_id), answer=answers.DocumentResponse
    )


def related(
    collection: str, document_id: str, *, limit: int, cursor: str | None
) -> Call[RelatedResponse]:
    """Get a page of the documents related to a document."""
    parameters: dict[str, str | int] = {"limit": limit}
    if cursor:
        parameters["cursor"] = checks.text("cursor", cursor)
    return Call(
        method="GET",
        path=f"{_document(collection, document_id)}/related",
        params=parameters,
        answer=RelatedResponse,
    )


def documents(
    collection: str, *, limit: int = DOCUMENTS_PER_PAGE, cursor: str | None = None
) -> Call[answers.DocumentPage]:
    """Get a page of documents."""
    parameters: dict[str, str | int] = {"limit": limit}
    if cursor:
        parameters["cursor"] = checks.text("cursor", cursor)
    return Call(
        method="GET",
        path=f"{collection_path(collection)}/documents",
        params=parameters,
        answer=answers.DocumentPage,
    )


def update_document(
    collection: str, document_id: str, **changes: Unpack[DocumentChanges]
) -> Call[answers.DocumentResponse]:
    """Change metadata or URI of a document."""
    return Call(
        method="PATCH",
        path=_document(collection, document_id),
        body=body(DocumentChanges, changes),
        media_type="application/merge-patch+json",
        answer=answers.DocumentResponse,
    )


def delete_documents(
    collection: str,
    *,
    filter: Mapping[str, Any] | None,  # noqa: A002 - as the API calls it
    ids: Sequence[str] | None,
    dry_run: bool,
    at_most: int | None,
) -> Call[answers.DeletionResponse]:
    """Delete the first 1,000 of the documents that match."""
    asked = {"filter": filter, "ids": ids, "dry_run": dry_run, "at_most": at_most}
    return Call(
        method="POST",
        path=f"{collection_path(collection)}/deletions",
        body=checks.encode(asked),
        answer=answers.DeletionResponse,
    )


def delete_document(collection: str, document_id: str) -> Call[None]:
    """Delete a document."""
    return Call(
        method="DELETE",
        path=_document(collection, document_id),
        answer=type(None),
        repeatable=False,
    )


def judge(collection: str, judgments: Iterable[Judgment]) -> Call[StoredJudgments]:
    """Store relevance grades."""
    sent = {"collection": collection, "judgments": _as_list("judgments", judgments)}
    return Call(
        method="POST",
        path="/v1/judgments",
        body=checks.encode(sent),
        answer=StoredJudgments,
    )


def feedback(
    ranking: UUID | str, chunk: UUID | str, event: Event, by: str | None
) -> Call[FeedbackKept]:
    """Store what a user did with a result."""
    return Call(
        method="POST",
        path=f"{_ranking(ranking)}/feedback",
        body=checks.encode({"chunk_id": chunk, "event": event, "by": by}),
        answer=FeedbackKept,
        repeatable=False,
    )


def lines(documents: Iterable[Document | Mapping[str, Any]]) -> Iterator[bytes]:
    """Documents as lines of NDJSON. Raises InvalidCallError, which names the faulty document."""
    for place, each in enumerate(_as_iterator("documents", documents)):
        yield checks.encode(each, f"documents[{place}]")


def batches(encoded: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Lines in the given order, in lists of at most 500 lines and, except a single line, 4 MiB."""
    batch: list[bytes] = []
    size = 0
    for line in encoded:
        if batch and (len(batch) == BATCH_DOCUMENTS or size + len(line) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def body(kind: type[Any], knobs: Mapping[str, Any], **fields: Any) -> bytes:
    """Knobs and other fields as JSON. Raises InvalidCallError for a knob that is not of `kind`."""
    checks.check_knobs(knobs, kind)
    return checks.encode({**fields, **knobs})


def _as_list(name: str, values: Iterable[T]) -> list[T]:
    return list(_as_iterator(name, values))


def _as_iterator(name: str, values: Iterable[T]) -> Iterator[T]:
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__iter__"):
        raise InvalidCallError(name, "must be an iterable, such as a list")
    return iter(values)


def collection_path(name: str) -> str:
    """The path of a collection. Raises InvalidCallError for a name that is no text."""
    return f"/v1/collections/{checks.segment('collection', name)}"


def _document(collection: str, document_id: str) -> str:
    return f"{collection_path(collection)}/documents/{checks.segment('document', document_id)}"


def _ranking(ranking: UUID | str) -> str:
    return f"/v1/rankings/{checks.segment('ranking', str(ranking))}"
