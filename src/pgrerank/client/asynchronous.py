"""The client for asyncio."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
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


class AsyncClient:
    """Client of a pgrerank service with an API key. Tasks may share it.

    Close it, or use it in `async with`. A call that fails raises a ClientError, see
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
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._access = Access(url, key)
        self._patience = patience or Patience()
        self._http = http or httpx.AsyncClient(timeout=timeout_s)
        self._is_ours = http is None

    def __repr__(self) -> str:
        return f"AsyncClient({self._access.url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._is_ours:
            await self._http.aclose()

    async def search(
        self, collection: str, query: str, **knobs: Unpack[SearchKnobs]
    ) -> answers.SearchResponse:
        """Search a collection."""
        return await self._send(calls.search(collection, query, **knobs))

    async def rank(
        self, query: str, documents: Sequence[calls.Rankable], **knobs: Unpack[RankKnobs]
    ) -> answers.RerankResponse:
        """Rank supplied documents, texts or objects, by how well they answer a query."""
        return await self._send(calls.rank(query, documents, **knobs))

    async def results(
        self,
        ranking: UUID | str,
        *,
        cursor: str | None = None,
        limit: int = 10,
        neighbours: int = 0,
    ) -> answers.Results:
        """A page of the results of a past search, in the logged order."""
        return await self._send(calls.results(ranking, cursor, limit, neighbours))

    async def why(self, ranking: UUID | str, document: str) -> answers.ExplanationResponse:
        """Explanation of what happened to a document in a past search."""
        return await self._send(calls.why(ranking, document))

    async def feedback(
        self, ranking: UUID | str, chunk: UUID | str, event: Event, *, by: str | None = None
    ) -> FeedbackKept:
        """Store what a user did with a result."""
        return await self._send(calls.feedback(ranking, chunk, event, by))

    async def judge(self, collection: str, judgments: Iterable[Judgment]) -> StoredJudgments:
        """Store relevance grades of documents for queries, at most 10,000."""
        return await self._send(calls.judge(collection, judgments))

    async def put_collection(
        self, name: str, **knobs: Unpack[CollectionKnobs]
    ) -> answers.CollectionResponse:
        """Create a collection. If it exists with the same settings, return it."""
        return await self._send(calls.put_collection(name, **knobs))

    async def collection(self, name: str) -> answers.CollectionResponse:
        """A collection with its settings and its numbers of documents and chunks."""
        return await self._send(calls.collection(name))

    async def collections(self) -> AsyncIterator[answers.CollectionResponse]:
        """All collections, sorted by name."""
        page = await self._send(calls.collections(None))
        for each in page.items:
            yield each
        while page.cursor:
            page = await self._send(calls.collections(page.cursor))
            for each in page.items:
                yield each

    async def update_collection(
        self, name: str, **changes: Unpack[CollectionChanges]
    ) -> answers.CollectionResponse:
        """Change how a collection is searched, from the next search on."""
        return await self._send(calls.update_collection(name, **changes))

    async def delete_collection(self, name: str) -> None:
        """Delete a collection with its documents."""
        await self._send(calls.delete_collection(name))

    async def ingest(
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
            done = await self._send(calls.ingest(collection, batch, atomic=atomic))
            total = total.plus(done, after=sent)
            sent += len(batch)
        return total

    async def document(self, collection: str, document_id: str) -> answers.DocumentResponse:
        """A document with its chunks."""
        return await self._send(calls.document(collection, document_id))

    async def documents(self, collection: str) -> AsyncIterator[answers.DocumentResponse]:
        """All documents of a collection, sorted by id, without their chunks."""
        page = await self._send(calls.documents(collection))
        for each in page.items:
            yield each
        while page.cursor:
            page = await self._send(calls.documents(collection, cursor=page.cursor))
            for each in page.items:
                yield each

    async def related(
        self,
        collection: str,
        document_id: str,
        *,
        limit: int = calls.RELATED_PER_PAGE,
        cursor: str | None = None,
    ) -> RelatedResponse:
        """A page of the stored list of documents related to a document; no model runs."""
        return await self._send(calls.related(collection, document_id, limit=limit, cursor=cursor))

    async def document_page(
        self, collection: str, *, limit: int = calls.DOCUMENTS_PER_PAGE, cursor: str | None = None
    ) -> answers.DocumentPage:
        """A page of documents; `cursor` of the previous page."""
        return await self._send(calls.documents(collection, limit=limit, cursor=cursor))

    async def update_document(
        self, collection: str, document_id: str, **changes: Unpack[DocumentChanges]
    ) -> answers.DocumentResponse:
        """Change metadata or URI of a document by a JSON merge patch. Embeds nothing."""
        return await self._send(calls.update_document(collection, document_id, **changes))

    async def delete_document(self, collection: str, document_id: str) -> None:
        """Delete a document."""
        await self._send(calls.delete_document(collection, document_id))

    async def delete_documents(
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

        total = done = await self._send(call(at_most))
        while done.deleted and done.remaining:
            done = await self._send(call(None if at_most is None else at_most - total.deleted))
            total = total.plus(done)
        return total

    async def judgment_page(
        self,
        collection: str,
        *,
        limit: int = 100,
        cursor: str | None = None,
        **knobs: Unpack[JudgmentKnobs],
    ) -> JudgmentPage:
        """A page of judgments, newest first, feedback included; `cursor` of the previous page."""
        return await self._send(management.judgments(collection, limit, cursor, **knobs))

    async def delete_judgment(self, judgment_id: UUID | str) -> None:
        """Delete a judgment or a piece of feedback."""
        await self._send(management.delete_judgment(judgment_id))

    async def terms(self, collection: str) -> dict[str, float]:
        """The terms of a collection that raise candidates, with their weights."""
        return (await self._send(management.terms(collection))).terms

    async def put_terms(
        self, collection: str, terms: Mapping[str, float] | Sequence[str]
    ) -> dict[str, float]:
        """Replace the terms of a collection. Returns them with their weights."""
        return (await self._send(management.put_terms(collection, terms))).terms

    async def field_boosts(self, collection: str) -> dict[str, management.BoostByField]:
        """The fields of metadata that raise candidates of a collection."""
        return (await self._send(management.terms(collection))).fields

    async def put_field_boosts(
        self, collection: str, fields: management.Fields
    ) -> dict[str, management.BoostByField]:
        """Replace the boosts of a collection by fields of metadata. Returns them."""
        return (await self._send(management.put_field_boosts(collection, fields))).fields

    async def calibrate(self, **knobs: Unpack[CalibrationKnobs]) -> CalibrationResponse:
        """Fit a calibration to judgments. Takes one search for each judged query."""
        return await self._send(management.calibrate(**knobs))

    async def calibrations(
        self, *, collection: str | None = None
    ) -> AsyncIterator[CalibrationResponse]:
        """All calibrations, newest first, without their cut-off points."""
        page = await self._send(management.calibrations(collection, None))
        for each in page.items:
            yield each
        while page.cursor:
            page = await self._send(management.calibrations(collection, page.cursor))
            for each in page.items:
                yield each

    async def calibration(self, calibration_id: UUID | str) -> CalibrationResponse:
        """A calibration with its curve, its quality, and precision and recall by cut-off."""
        return await self._send(management.one_calibration(calibration_id))

    async def delete_calibration(self, calibration_id: UUID | str) -> None:
        """Delete a calibration and the thresholds derived from it. An older one may apply again."""
        await self._send(management.delete_calibration(calibration_id))

    async def thresholds(self) -> list[ThresholdResponse]:
        """All thresholds, sorted by name."""
        return (await self._send(management.thresholds())).items

    async def put_threshold(
        self, collection: str, name: str, **knobs: Unpack[ThresholdKnobs]
    ) -> ThresholdSet:
        """Set a threshold. Raises RefusedError if no cut-off keeps the precision."""
        return await self._send(management.put_threshold(collection, name, **knobs))

    async def delete_threshold(self, collection: str, name: str) -> None:
        """Delete a threshold. Searches that name it are refused from then on."""
        await self._send(management.delete_threshold(collection, name))

    async def keys(self) -> AsyncIterator[key.Key]:
        """All API keys of the tenant, newest first, without secrets. Needs the scope `admin`."""
        page = await self._send(management.keys(None))
        for each in page.items:
            yield each
        while page.cursor:
            page = await self._send(management.keys(page.cursor))
            for each in page.items:
                yield each

    async def issue_key(
        self,
        name: str,
        *,
        scopes: Sequence[key.KeyScope] = ("search",),
        expires_at: datetime | None = None,
    ) -> key.IssuedKey:
        """Issue an API key. Needs the scope `admin`. Only this answer has its secret."""
        return await self._send(management.issue_key(name, scopes, expires_at))

    async def revoke_key(self, key_id: UUID | str) -> None:
        """Revoke an API key immediately. Needs the scope `admin`."""
        await self._send(management.revoke_key(key_id))

    async def _send(self, call: Call[T]) -> T:
        async def attempt() -> T:
            return await self._attempt(call)

        return await self._patience.asynchronous(call)(attempt)

    async def _attempt(self, call: Call[T]) -> T:
        request = wire.request(self._http, self._access, call)
        try:
            response = await self._http.send(request)
        except wire.FAILURES as error:
            failure = wire.failure(self._access, error)
        else:
            return wire.read(self._access, call, response)
        raise failure
