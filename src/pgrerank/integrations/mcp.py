"""MCP server (Model Context Protocol): assistants search, rerank and explain results.

An assistant can read whatever the client's key can read. Only the rerank log is written.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import msgspec
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict, override

from pgrerank import __version__
from pgrerank.client import AsyncClient, ClientError, RankKnobs, SearchKnobs
from pgrerank.client.answers import Result
from pgrerank.client.checks import check_names
from pgrerank.client.reports import RerankReport
from pgrerank.integrations import results

Limit = Annotated[int, Field(ge=1, le=100, description="Maximum number of results.")]
Query = Annotated[str, Field(description="Question or keywords.")]

PerDocument = Annotated[
    int | None, Field(ge=1, le=100, description="Maximum number of passages of one document.")
]
Neighbours = Annotated[
    int, Field(ge=0, le=10, description="Chunks around each passage to include in its text.")
]
CollectionName = Annotated[
    str | None, Field(description="Name of the collection. Unset: the default collection.")
]
Filter = Annotated[
    dict[str, Any] | None,
    Field(description='Condition on metadata: {"lang": "en", "year": {"$gte": 2020}}.'),
]
MinRelevance = Annotated[
    float | None, Field(ge=0, le=1, description="Minimum probability of relevance of a passage.")
]
Queries = Annotated[
    list[str] | None,
    Field(
        max_length=8,
        description="Other wordings of the query, or parts of it, that may find more passages. "
        "They are ranked by how well they answer `query`.",
    ),
]
Compress = Annotated[
    bool, Field(description="Reduce each passage to the sentences that answer the query.")
]

_INSTRUCTIONS = (
    "Searches collections of documents. `collections` lists them; `search` finds passages and "
    "their probability of relevance; `explain` tells why a document is, or is not, among the "
    "results; `rerank` orders texts that you supply. Cite the `document` of passages that you use."
)
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


class ResultPassage(TypedDict):
    """A passage found by the search."""

    #: id of its document
    document: str
    title: str
    uri: str | None
    text: str
    metadata: dict[str, Any]
    #: probability that it answers the query; None without a calibration
    relevance: float | None


class FoundPassages(TypedDict):
    """Passages, best first. Pass `ranking` to `explain`."""

    ranking: str
    #: status of reranking, with the reason if it is not `full`
    rerank: str
    #: whether any candidate is likely to answer the query; None without a calibration
    answerable: bool | None
    #: reasons to distrust the order
    warnings: list[str]
    passages: list[ResultPassage]


class Placed(TypedDict):
    """A ranked text."""

    #: its index in the given list, from 0
    index: int
    text: str
    #: 0 to 1, follows the order
    score: float


class CollectionSize(TypedDict):
    """A collection and its number of documents."""

    name: str
    documents: int


def server(service: AsyncClient, collection: str | None = None) -> MCPServer:
    """The MCP server, which calls the service through a client.

    Args:
        service: The client. It must stay open as long as the server runs.
        collection: Default collection of searches.
    """
    mcp_server = _Server(
        "pgrerank",
        instructions=_INSTRUCTIONS
        + (f" The default collection is `{collection}`." if collection else ""),
        version=__version__,
        log_level="WARNING",
    )
    tools = _Tools(service, collection)
    for tool in (tools.search, tools.rerank, tools.explain, tools.collections):
        mcp_server.add_tool(tool, annotations=_READS)
    return mcp_server


class _Server(MCPServer):
    """Refuses unknown arguments of a tool, which MCPServer would ignore."""

    @override
    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        tool = self._tool_manager.get_tool(name)
        if tool is not None:
            async with _tell_refusals():
                check_names(arguments, list(tool.parameters["properties"]), "argument")
        return await super().call_tool(name, arguments, context)


class _Tools:
    """The tools. Their docstrings are the descriptions that assistants read."""

    def __init__(self, service: AsyncClient, collection: str | None) -> None:
        self._service = service
        self._collection = collection

    async def search(
        self,
        query: Query,
        *,
        queries: Queries = None,
        collection: CollectionName = None,
        limit: Limit = 5,
        filter: Filter = None,  # noqa: A002 - as the API calls it
        min_relevance: MinRelevance = None,
        per_document: PerDocument = None,
        neighbours: Neighbours = 0,
        compress: Compress = False,
    ) -> FoundPassages:
        """Find the passages of a collection that best answer a query, reranked."""
        knobs: SearchKnobs = {"limit": limit, "rerank": "always"}
        if queries:
            knobs["queries"] = queries
        if compress:
            knobs["compress"] = True
        if per_document is not None:
            knobs["per_document"] = per_document
        if neighbours:
            knobs["neighbours"] = neighbours
        if filter is not None:
            knobs["filter"] = filter
        if min_relevance is not None:
            knobs["min_relevance"] = min_relevance
        async with _tell_refusals():
            answer = await self._service.search(self._collection_name(collection), query, **knobs)
        return FoundPassages(
            ranking=str(answer.id),
            rerank=_stage(answer.rerank),
            answerable=answer.answerable.value if answer.answerable else None,
            warnings=answer.warnings,
            passages=[
                _passage(result, score) for result, score, _ in results.search_results(answer)
            ],
        )

    async def rerank(
        self,
        query: Query,
        documents: Annotated[
            list[str], Field(min_length=1, max_length=1000, description="Texts to rank.")
        ],
        limit: Limit = 10,
    ) -> list[Placed]:
        """Rank texts by how well they answer a query, best first."""
        knobs: RankKnobs = {"limit": limit}
        async with _tell_refusals():
            answer = await self._service.rank(query, documents, **knobs)
        return [
            Placed(index=index, text=documents[index], score=score)
            for index, score, _ in results.rerank_results(answer)
        ]

    async def explain(
        self,
        ranking: Annotated[str, Field(description="`ranking` from the result of a search.")],
        document: Annotated[str, Field(description="Id of the document.")],
    ) -> dict[str, Any]:
        """Explain at which stage a past search dropped a document, or that it was returned."""
        async with _tell_refusals():
            answer = await self._service.why(ranking, document)
        return msgspec.to_builtins(answer)

    async def collections(self) -> list[CollectionSize]:
        """List the collections that can be searched."""
        async with _tell_refusals():
            return [
                CollectionSize(name=each.name, documents=each.documents)
                async for each in self._service.collections()
            ]

    def _collection_name(self, collection: str | None) -> str:
        name = collection or self._collection
        if name is None:
            raise ToolError("Name a collection; `collections` lists them.")
        return name


def _passage(result: Result, relevance: float | None) -> ResultPassage:
    return ResultPassage(
        document=result.document.id,
        title=result.document.title,
        uri=result.document.uri,
        text=results.text(result),
        metadata=result.document.metadata,
        relevance=relevance,
    )


def _stage(report: RerankReport) -> str:
    return f"{report.status}: {report.reason}" if report.reason else report.status


@asynccontextmanager
async def _tell_refusals() -> AsyncGenerator[None]:
    """Report errors of the client to the assistant, which can then correct its call."""
    try:
        yield
    except ClientError as error:
        raise ToolError(str(error)) from error
