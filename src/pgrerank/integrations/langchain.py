"""LangChain: a retriever for a collection, and a compressor that reranks any documents.

    retriever = PgrerankRetriever(url=url, key=key, collection="docs", knobs={"limit": 5})
    documents = retriever.invoke("how do I rotate a key?")

With the knob `compress`, documents hold only the sentences that answer the query;
with `neighbours`, also the chunks around theirs. `per_document` and `diversity` keep one document,
or many that are alike, from filling the results.

`metadata["relevance_score"]` is from 0 to 1 and, without `diversity`, never
rises from one document to the next.
Documents of the retriever have it only with a calibration; it is their probability of relevance.
`metadata["pgrerank"]` has all other details of a result, with raw scores by name in `scores`.
"""

from collections.abc import Sequence
from copy import deepcopy
from functools import cached_property
from typing import Any, Unpack

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
    Callbacks,
)
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, SecretStr, model_validator
from typing_extensions import override

from pgrerank.client import RankKnobs, SearchKnobs
from pgrerank.client.answers import RerankResponse, SearchResponse
from pgrerank.client.calls import Rankable
from pgrerank.integrations import results
from pgrerank.integrations.arguments import check_arguments
from pgrerank.integrations.service import Service

SCORE = "relevance_score"
#: pydantic's errors must not show the input, which may contain the key
_CONFIG = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)


class PgrerankRetriever(BaseRetriever):
    """Searches a collection. Further arguments of `invoke` are knobs of that search only."""

    model_config = _CONFIG

    url: str
    key: SecretStr
    collection: str
    #: knobs of every search
    knobs: SearchKnobs = Field(default_factory=SearchKnobs)
    #: timeout in seconds for connecting, and for each read and write
    timeout_s: float = 30.0

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, arguments: Any) -> Any:
        check_arguments(arguments, cls.model_fields, SearchKnobs)
        return arguments

    @override
    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        _ = self._service  # refuses a URL or key that cannot be used

    @cached_property
    def _service(self) -> Service:
        return Service(self.url, self.key.get_secret_value(), self.timeout_s)

    @override
    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        **knobs: Unpack[SearchKnobs],
    ) -> list[Document]:
        combined: SearchKnobs = {**self.knobs, **knobs}
        return _search_documents(self._service.blocking.search(self.collection, query, **combined))

    @override
    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        **knobs: Unpack[SearchKnobs],
    ) -> list[Document]:
        combined: SearchKnobs = {**self.knobs, **knobs}
        async with self._service.open_client() as service:
            return _search_documents(await service.search(self.collection, query, **combined))


class PgrerankCompressor(BaseDocumentCompressor):
    """Reranks documents from anywhere. With the knob `limit`, only the best remain."""

    model_config = _CONFIG

    url: str
    key: SecretStr
    knobs: RankKnobs = Field(default_factory=RankKnobs)
    #: fields of the metadata that the reranker reads before the text
    fields: Sequence[str] = ()
    timeout_s: float = 30.0

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, arguments: Any) -> Any:
        check_arguments(arguments, cls.model_fields, RankKnobs)
        return arguments

    @override
    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        _ = self._service  # refuses a URL or key that cannot be used

    @cached_property
    def _service(self) -> Service:
        return Service(self.url, self.key.get_secret_value(), self.timeout_s)

    @override
    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """Rank documents by relevance to the query. Returns copies, best first."""
        if not documents:
            return []
        rankables = self._rankables(documents)
        return _reranked_documents(
            documents, self._service.blocking.rank(query, rankables, **self.knobs)
        )

    @override
    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """Like `compress_documents`, for asyncio."""
        if not documents:
            return []
        async with self._service.open_client() as service:
            answer = await service.rank(query, self._rankables(documents), **self.knobs)
        return _reranked_documents(documents, answer)

    def _rankables(self, documents: Sequence[Document]) -> list[Rankable]:
        return [
            results.rankable(each.page_content, each.metadata, self.fields) for each in documents
        ]


def _search_documents(answer: SearchResponse) -> list[Document]:
    return [
        Document(
            id=str(result.chunk.id),
            page_content=results.text(result),
            metadata=metadata if score is None else {**metadata, SCORE: score},
        )
        for result, score, metadata in results.search_results(answer)
    ]


def _reranked_documents(documents: Sequence[Document], answer: RerankResponse) -> list[Document]:
    extracts = results.extracts(answer)
    return [
        _with_score(documents[index], score, facts, extracts.get(index))
        for index, score, facts in results.rerank_results(answer)
    ]


def _with_score(
    document: Document, score: float, facts: dict[str, Any], extract: str | None
) -> Document:
    metadata = {**deepcopy(document.metadata), SCORE: score, results.FACTS: facts}
    content = results.reduced(document.page_content, extract)
    return document.model_copy(update={"metadata": metadata, "page_content": content})
