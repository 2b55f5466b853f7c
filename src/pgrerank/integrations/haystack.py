"""Haystack: a retriever for a collection, and a ranker for any documents.

    retriever = PgrerankRetriever(url, "docs", Secret.from_env_var("PGRERANK_KEY"))
    documents = retriever.run("how do I rotate a key?")["documents"]

With the knob `compress`, documents hold only the sentences that answer the query;
with `neighbours`, also the chunks around theirs. `per_document` and `diversity` keep one document,
or many that are alike, from filling the results.

Documents of the ranker have a score from 0 to 1 that follows their order. The score of documents
of the retriever is the probability of relevance, None without a calibration. `meta["pgrerank"]`
has details on how each was found, with all raw scores by name.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, Self

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.utils import Secret

from pgrerank.client import InvalidCallError, RankKnobs, SearchKnobs
from pgrerank.client.answers import RerankResponse, SearchResponse
from pgrerank.client.calls import Rankable
from pgrerank.client.checks import check_knobs
from pgrerank.integrations import results
from pgrerank.integrations.haystack_filter import translate
from pgrerank.integrations.service import Service

_KEY = Secret.from_env_var("PGRERANK_KEY")


@component
class PgrerankRetriever:
    """Searches a collection.

    Args:
        url: URL of the service.
        collection: Name of the collection.
        key: An API key. Default: the environment variable PGRERANK_KEY.
        knobs: Knobs of every search. `filters` and `top_k` of a run override them.
        timeout_s: Timeout in seconds for connecting, and for each read and write.
    """

    def __init__(
        self,
        url: str,
        collection: str,
        key: Secret = _KEY,
        *,
        knobs: SearchKnobs | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        self.url = url
        self.collection = collection
        self.key = key
        check_knobs(knobs or {}, SearchKnobs)
        self.knobs: SearchKnobs = knobs or {}
        self.timeout_s = timeout_s
        self._service = Service(url, key.resolve_value() or "", timeout_s)

    def to_dict(self) -> dict[str, Any]:
        """The serialized component, without the value of the key."""
        return default_to_dict(
            self,
            url=self.url,
            collection=self.collection,
            key=self.key.to_dict(),
            knobs=dict(self.knobs),
            timeout_s=self.timeout_s,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """A component from its serialized form."""
        return default_from_dict(cls, data)

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """Search the collection. Returns chunks, best first."""
        service = self._service.blocking
        knobs = _search_knobs(self.knobs, filters, top_k)
        return _search_documents(service.search(self.collection, query, **knobs))

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query: str, filters: dict[str, Any] | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """Like `run`, for asyncio."""
        knobs = _search_knobs(self.knobs, filters, top_k)
        async with self._service.open_client() as service:
            return _search_documents(await service.search(self.collection, query, **knobs))


@component
class PgrerankRanker:
    """Reranks documents from anywhere.

    Args:
        url: URL of the service.
        key: An API key. Default: the environment variable PGRERANK_KEY.
        knobs: Knobs of every ranking. `top_k` of a run overrides their `limit`.
        fields: Fields of `meta` that the reranker reads before the content.
        timeout_s: Timeout in seconds for connecting, and for each read and write.
    """

    def __init__(
        self,
        url: str,
        key: Secret = _KEY,
        *,
        knobs: RankKnobs | None = None,
        fields: Sequence[str] = (),
        timeout_s: float = 30.0,
    ) -> None:
        self.url = url
        self.key = key
        check_knobs(knobs or {}, RankKnobs)
        self.knobs: RankKnobs = knobs or {}
        self.fields = list(fields)
        self.timeout_s = timeout_s
        self._service = Service(url, key.resolve_value() or "", timeout_s)

    def to_dict(self) -> dict[str, Any]:
        """The serialized component, without the value of the key."""
        return default_to_dict(
            self,
            url=self.url,
            key=self.key.to_dict(),
            knobs=dict(self.knobs),
            fields=self.fields,
            timeout_s=self.timeout_s,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """A component from its serialized form."""
        return default_from_dict(cls, data)

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, documents: list[Document], top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """Rank documents by relevance to the query. Returns copies, best first."""
        if not documents:
            return {"documents": []}
        answer = self._service.blocking.rank(
            query, self._rankables(documents), **_with_limit(self.knobs, top_k)
        )
        return _reranked_documents(documents, answer)

    @component.output_types(documents=list[Document])
    async def run_async(
        self, query: str, documents: list[Document], top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """Like `run`, for asyncio."""
        if not documents:
            return {"documents": []}
        async with self._service.open_client() as service:
            answer = await service.rank(
                query, self._rankables(documents), **_with_limit(self.knobs, top_k)
            )
        return _reranked_documents(documents, answer)

    def _rankables(self, documents: Sequence[Document]) -> list[Rankable]:
        return [results.rankable(each.content or "", each.meta, self.fields) for each in documents]


def _search_knobs(
    knobs: SearchKnobs, filters: Mapping[str, Any] | None, top_k: int | None
) -> SearchKnobs:
    combined: SearchKnobs = {**knobs}
    if filters:
        combined["filter"] = translate(filters)
    if top_k is not None:
        combined["limit"] = _check_top_k(top_k)
    return combined


def _with_limit(knobs: RankKnobs, top_k: int | None) -> RankKnobs:
    return knobs if top_k is None else {**knobs, "limit": _check_top_k(top_k)}


def _check_top_k(top_k: int) -> int:
    """Validate `top_k` here, so that the error uses this name and not `limit`."""
    if top_k < 1:
        raise InvalidCallError("top_k", f"must be an integer from 1, not {top_k}")
    return top_k


def _search_documents(answer: SearchResponse) -> dict[str, list[Document]]:
    documents = [
        Document(id=str(result.chunk.id), content=results.text(result), meta=metadata, score=score)
        for result, score, metadata in results.search_results(answer)
    ]
    return {"documents": documents}


def _reduced(document: Document, extract: str | None) -> str | None:
    return None if document.content is None else results.reduced(document.content, extract)


def _reranked_documents(
    documents: Sequence[Document], answer: RerankResponse
) -> dict[str, list[Document]]:
    extracts = results.extracts(answer)
    ranked = [
        replace(
            documents[index],
            content=_reduced(documents[index], extracts.get(index)),
            score=score,
            meta={**deepcopy(documents[index].meta), results.FACTS: facts},
        )
        for index, score, facts in results.rerank_results(answer)
    ]
    return {"documents": ranked}
