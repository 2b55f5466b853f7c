"""LlamaIndex: a retriever for a collection, and a postprocessor that reranks any nodes.

    retriever = PgrerankRetriever(url, key, "docs", knobs={"limit": 5})
    nodes = retriever.retrieve("how do I rotate a key?")

With the knob `compress`, nodes hold only the sentences that answer the query;
with `neighbours`, also the chunks around theirs. `per_document` and `diversity` keep one document,
or many that are alike, from filling the results.

The id of a node is that of the chunk; its source is your document. `metadata["pgrerank"]` has
details on how it was found and is hidden from embedders, rerankers and LLMs. Embedders and
rerankers do not see ids and URIs either. The score of nodes of the retriever is the probability of
relevance, None without a calibration. The postprocessor sets scores from 0 to 1 that follow the
order.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.callbacks.base import EventContext
from llama_index.core.instrumentation.events.rerank import ReRankEndEvent, ReRankStartEvent
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index_instrumentation import get_dispatcher
from pydantic import ConfigDict, Field, SecretStr, model_validator
from typing_extensions import override

from pgrerank.client import RankKnobs, SearchKnobs
from pgrerank.client.answers import RerankResponse, Result, SearchResponse
from pgrerank.client.checks import check_knobs
from pgrerank.integrations import results
from pgrerank.integrations.arguments import check_arguments
from pgrerank.integrations.service import Service

_dispatcher = get_dispatcher(__name__)


class PgrerankRetriever(BaseRetriever):
    """Searches a collection."""

    def __init__(
        self,
        url: str,
        key: str,
        collection: str,
        *,
        knobs: SearchKnobs | None = None,
        timeout_s: float = 30.0,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        self._service = Service(url, key, timeout_s)
        self._collection = collection
        check_knobs(knobs or {}, SearchKnobs)
        self._knobs: SearchKnobs = knobs or {}
        super().__init__(callback_manager=callback_manager)  # pyright: ignore[reportUnknownMemberType]

    @override
    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        service = self._service.blocking
        return _search_nodes(
            service.search(self._collection, query_bundle.query_str, **self._knobs)
        )

    @override
    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        async with self._service.open_client() as service:
            return _search_nodes(
                await service.search(self._collection, query_bundle.query_str, **self._knobs)
            )


class PgrerankPostprocessor(BaseNodePostprocessor):
    """Reranks nodes from anywhere. The reranker reads the metadata that embedders see."""

    model_config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)

    url: str
    key: SecretStr = Field(exclude=True)
    knobs: RankKnobs = Field(default_factory=RankKnobs)
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

    @classmethod
    @override
    def class_name(cls) -> str:
        """Name of the class in serialized form."""
        return "PgrerankPostprocessor"

    @override
    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        query = _query(query_bundle)
        if not nodes:
            return []
        with self._start_event(query, nodes) as event:
            answer = self._service.blocking.rank(query, _texts(nodes), **self.knobs)
            ranked = _reranked_nodes(nodes, answer)
            event.on_end(payload={EventPayload.NODES: ranked})
        _dispatcher.event(ReRankEndEvent(nodes=ranked))
        return ranked

    @override
    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        query = _query(query_bundle)
        if not nodes:
            return []
        with self._start_event(query, nodes) as event:
            async with self._service.open_client() as service:
                answer = await service.rank(query, _texts(nodes), **self.knobs)
            ranked = _reranked_nodes(nodes, answer)
            event.on_end(payload={EventPayload.NODES: ranked})
        _dispatcher.event(ReRankEndEvent(nodes=ranked))
        return ranked

    def _start_event(
        self, query: str, nodes: list[NodeWithScore]
    ) -> AbstractContextManager[EventContext]:
        """Report the start of reranking. Returns the callback event, which the caller ends."""
        limit = self.knobs.get("limit") or len(nodes)
        model = self.knobs.get("model") or "pgrerank"
        _dispatcher.event(ReRankStartEvent(query=query, nodes=nodes, top_n=limit, model_name=model))
        return self.callback_manager.event(
            CBEventType.RERANKING,
            payload={
                EventPayload.NODES: nodes,
                EventPayload.MODEL_NAME: model,
                EventPayload.QUERY_STR: query,
                EventPayload.TOP_K: limit,
            },
        )


def _query(bundle: QueryBundle | None) -> str:
    if bundle is None:
        raise ValueError("reranking needs a query")
    return bundle.query_str


def _texts(nodes: Sequence[NodeWithScore]) -> list[str]:
    return [node.node.get_content(metadata_mode=MetadataMode.EMBED) for node in nodes]


def _search_nodes(answer: SearchResponse) -> list[NodeWithScore]:
    return [
        NodeWithScore(node=_node(result, metadata), score=score)
        for result, score, metadata in results.search_results(answer)
    ]


def _node(result: Result, metadata: dict[str, object]) -> TextNode:
    return TextNode(
        id_=str(result.chunk.id),
        text=results.text(result),
        metadata=metadata,
        excluded_embed_metadata_keys=[results.FACTS, "document_id", "uri"],
        excluded_llm_metadata_keys=[results.FACTS],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=result.document.id)},
    )


def _reranked_nodes(nodes: Sequence[NodeWithScore], answer: RerankResponse) -> list[NodeWithScore]:
    extracts = results.extracts(answer)
    return [
        NodeWithScore(node=_reduced(nodes[index].node, extracts.get(index)), score=score)
        for index, score, _ in results.rerank_results(answer)
    ]


def _reduced(node: BaseNode, extract: str | None) -> BaseNode:
    """The node, or with an extract a copy that holds only that. Its metadata are kept apart."""
    if extract is None:
        return node
    copied = node.model_copy()
    copied.set_content(results.reduced(node.get_content(), extract))
    return copied
