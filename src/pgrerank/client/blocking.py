"""The blocking client."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar, Unpack
from uuid import UUID

import httpx

from pgrerank.client import answers, calls, key, management, wire
from pgrerank.client.access import Access
from pgrerank.client.calibration import (
    CalibrationKnobs,
    CalibrationResponse,
    ThresholdKnobs,
    ThresholdResponse,
    ThresholdSet,
)
from pgrerank.client.calls import Call, Event
from pgrerank.client.judgment import FeedbackKept, JudgmentKnobs, JudgmentPage, StoredJudgments
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
from pgrerank.client.wire import Patience

T = TypeVar("T")


class Client:
    """Client of a pgrerank service with an API key. Threads may share it.

    Close it, or use it in `with`. A call that fails raises a ClientError, see
    `pgrerank.client.errors`.

    Args:
        url: URL of the service, such as `http://127.0.0.1:8080`.
        key: An API key.
        timeout_s: Timeout in seconds for connecting, and for each read and write.
        patience: How often failed calls are sent again.
        http: An httpx client with your own settings, such as proxies and certificates. Its
            timeouts apply, and you close it.

    Raises:
        InvalidCallError: The URL is not valid, or the key has blanks, line breaks or the like.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 30.0,
        patience: Patience | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._access = Access(url, key)
        self._patience = patience or Patience()
        self._http = http or httpx.Client(timeout=timeout_s)
        self._is_ours = http is None

    def __repr__(self) -> str:
        return f"Client({self._access.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._is_ours:
            self._http.close()

    def search(
        self, collection: str, query: str, **knobs: Unpack[SearchKnobs]
    ) -> answers.SearchResponse:
        """Search a collection."""
        return self._send(calls.search(collection, query, **knobs))

    def rank(
        self, query: str, documents: Sequence[calls.Rankable], **knobs: Unpack[RankKnobs]
    ) -> answers.RerankResponse:
        """Rank supplied documents, texts or objects, by how well they answer a query."""
        return self._send(calls.rank(query, documents, **knobs))

    def results(
        self,
        ranking: UUID | str,
        *,
        cursor: str | None = None,
        limit: int = 10,
        neighbours: int = 0,
    ) -> answers.Results:
        """A page of the results of a past search, in the logged order."""
        return self._send(calls.results(ranking, cursor, limit, neighbours))

    def why(self, ranking: UUID | str, document: str) -> answers.ExplanationResponse:
        """Explanation of what happened to a document in a past search."""
        return self._send(calls.why(ranking, document))

    def feedback(
        self, ranking: UUID | str, chunk: UUID | str, event: Event, *, by: str | None = None
    ) -> FeedbackKept:
        """Store what a user did with a result."""
        return self._send(calls.feedback(ranking, chunk, event, by))

    def judge(self, collection: str, judgments: Iterable[Judgment]) -> StoredJudgments:
        """Store relevance grades of documents for queries, at most 10,000."""
        return self._send(calls.judge(collection, judgments))

    def put_collection(
        self, name: str, **knobs: Unpack[CollectionKnobs]
    ) -> answers.CollectionResponse:
        """Create a collection. If it exists with the same settings, return it."""
        return self._send(calls.put_collection(name, **knobs))

    def collection(self, name: str) -> answers.CollectionResponse:
        """A collection with its settings and its numbers of documents and chunks."""
        return self._send(calls.collection(name))

    def collections(self) -> Iterator[answers.CollectionResponse]:
        """All collections, sorted by name."""
        page = self._send(calls.collections(None))
        yield from page.items
        while page.cursor:
            page = self._send(calls.collections(page.cursor))
            yield from page.items

    def update_collection(
        self, name: str, **changes: Unpack[CollectionChanges]
    ) -> answers.CollectionResponse:
        """Change how a collection is searched, from the next search on."""
        return self._send(calls.update_collection(name, **changes))

    def delete_collection(self, name: str) -> None:
        """Delete a collection with its documents."""
        self._send(calls.delete_collection(name))

    def ingest(
        self,
        collection: str,
        documents: Iterable[Document | Mapping[str, Any]],
        *,
        atomic: bool = False,
    ) -> answers.Ingested:
        """Store documents. A document whose id exists is replaced if its content changed.

        They are sent in batches. With `atomic` they are sent in one request, and either all are
        stored or none. After an error, send them again: documents that are already stored are not
        embedded again.
        """
        lines = calls.lines(documents)
        batches = [list(lines)] if atomic else calls.batches(lines)
        total = answers.Ingested()
        sent = 0
        for batch in batches:
            done = self._send(calls.ingest(collection, batch, atomic=atomic))
            total = total.plus(done, after=sent)
            sent += len(batch)
        return total

    def document(self, collection: str, document_id: str) -> answers.DocumentResponse:
        """A document with its chunks."""
        return self._send(calls.document(collection, document_id))

    def documents(self, collection: str) -> Iterator[answers.DocumentResponse]:
        """All documents of a collection, sorted by id, without their chunks."""
        page = self._send(calls.documents(collection))
        yield from page.items
        while page.cursor:
            page = self._send(calls.documents(collection, cursor=page.cursor))
            yield from page.items

    def related(
        self,
        collection: str,
        document_id: str,
        *,
        limit: int = calls.RELATED_PER_PAGE,
        cursor: str | None = None,
    ) -> RelatedResponse:
        """A page of the stored list of documents related to a document; no model runs."""
        return self._send(calls.related(collection, document_id, limit=limit, cursor=cursor))

    def document_page(
        self, collection: str, *, limit: int = calls.DOCUMENTS_PER_PAGE, cursor: str | None = None
    ) -> answers.DocumentPage:
        """A page of documents; `cursor` of the previous page."""
        return self._send(calls.documents(collection, limit=limit, cursor=cursor))

    def update_document(
        self, collection: str, document_id: str, **changes: Unpack[DocumentChanges]
    ) -> answers.DocumentResponse:
        """Change metadata or URI of a document by a JSON merge patch. Embeds nothing."""
        return self._send(calls.update_document(collection, document_id, **changes))

    def delete_document(self, collection: str, document_id: str) -> None:
        """Delete a document."""
        self._send(calls.delete_document(collection, document_id))

    def delete_documents(
        self,
        collection: str,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - as the API calls it
        ids: Sequence[str] | None = None,
        dry_run: bool = False,
        at_most: int | None = None,
    ) -> answers.DeletionResponse:
        """Delete documents by a filter on metadata, or by at most 1,000 ids.

        They are deleted 1,000 at a time until none is left. If more than `at_most` are selected at
        the beginning, none is deleted and RefusedError is raised. With `dry_run`, none is deleted.
        """

        def call(most: int | None) -> Call[answers.DeletionResponse]:
            return calls.delete_documents(
                collection, filter=filter, ids=ids, dry_run=dry_run, at_most=most
            )

        total = done = self._send(call(at_most))
        while done.deleted and done.remaining:
            done = self._send(call(None if at_most is None else at_most - total.deleted))
            total = total.plus(done)
        return total

    def judgment_page(
        self,
        collection: str,
        *,
        limit: int = 100,
        cursor: str | None = None,
        **knobs: Unpack[JudgmentKnobs],
    ) -> JudgmentPage:
        """A page of judgments, newest first, feedback included; `cursor` of the previous page."""
        return self._send(management.judgments(collection, limit, cursor, **knobs))

    def delete_judgment(self, judgment_id: UUID | str) -> None:
        """Delete a judgment or a piece of feedback."""
        self._send(management.delete_judgment(judgment_id))

    def terms(self, collection: str) -> dict[str, float]:
        """The terms of a collection that raise candidates, with their weights."""
        return self._send(management.terms(collection)).terms

    def put_terms(
        self, collection: str, terms: Mapping[str, float] | Sequence[str]
    ) -> dict[str, float]:
        """Replace the terms of a collection. Returns them with their weights."""
        return self._send(management.put_terms(collection, terms)).terms

    def field_boosts(self, collection: str) -> dict[str, management.BoostByField]:
        """The fields of metadata that raise candidates of a collection."""
        return self._send(management.terms(collection)).fields

    def put_field_boosts(
        self, collection: str, fields: management.Fields
    ) -> dict[str, management.BoostByField]:
        """Replace the boosts of a collection by fields of metadata. Returns them."""
        return self._send(management.put_field_boosts(collection, fields)).fields

    def calibrate(self, **knobs: Unpack[CalibrationKnobs]) -> CalibrationResponse:
        """Fit a calibration to judgments. Takes one search for each judged query."""
        return self._send(management.calibrate(**knobs))

    def calibrations(self, *, collection: str | None = None) -> Iterator[CalibrationResponse]:
        """All calibrations, newest first, without their cut-off points."""
        page = self._send(management.calibrations(collection, None))
        yield from page.items
        while page.cursor:
            page = self._send(management.calibrations(collection, page.cursor))
            yield from page.items

    def calibration(self, calibration_id: UUID | str) -> CalibrationResponse:
        """A calibration with its curve, its quality, and precision and recall by cut-off."""
        return self._send(management.one_calibration(calibration_id))

    def delete_calibration(self, calibration_id: UUID | str) -> None:
        """Delete a calibration and the thresholds derived from it. An older one may apply again."""
        self._send(management.delete_calibration(calibration_id))

    def thresholds(self) -> list[ThresholdResponse]:
        """All thresholds, sorted by name."""
        return self._send(management.thresholds()).items

    def put_threshold(
        self, collection: str, name: str, **knobs: Unpack[ThresholdKnobs]
    ) -> ThresholdSet:
        """Set a threshold. Raises RefusedError if no cut-off keeps the precision."""
        return self._send(management.put_threshold(collection, name, **knobs))

    def delete_threshold(self, collection: str, name: str) -> None:
        """Delete a threshold. Searches that name it are refused from then on."""
        self._send(management.delete_threshold(collection, name))

    def keys(self) -> Iterator[key.Key]:
        """All API keys of the tenant, newest first, without secrets. Needs the scope `admin`."""
        page = self._send(management.keys(None))
        yield from page.items
        while page.cursor:
            page = self._send(management.keys(page.cursor))
            yield from page.items

    def issue_key(
        self,
        name: str,
        *,
        scopes: Sequence[key.KeyScope] = ("search",),
        expires_at: datetime | None = None,
    ) -> key.IssuedKey:
        """Issue an API key. Needs the scope `admin`. Only this answer has its secret."""
        return self._send(management.issue_key(name, scopes, expires_at))

    def revoke_key(self, key_id: UUID | str) -> None:
        """Revoke an API key immediately. Needs the scope `admin`."""
        self._send(management.revoke_key(key_id))

    def _send(self, call: Call[T]) -> T:
        return self._patience.blocking(call)(lambda: self._attempt(call))

    def _attempt(self, call: Call[T]) -> T:
        request = wire.request(self._http, self._access, call)
        try:
            response = self._http.send(request)
        except wire.FAILURES as error:
            failure = wire.failure(self._access, error)
        else:
            return wire.read(self._access, call, response)
        raise failure
