"""A person grades the results of queries, one by one."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from pgrerank.domain.candidate import Candidate
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import PERSON, Judgment
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.ports.services import AdminServices, Services
from pgrerank.usecases import lookup
from pgrerank.usecases.search import search_unlogged


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingPlan:
    """What a person grades."""

    tenant_name: str
    collection_name: str
    #: empty: queries of the log, latest first
    queries: Sequence[str]
    #: number of queries to take from the log, at least 1
    logged_queries: int
    #: number of results of each query, at least 1
    top: int
    #: name of the person
    judged_by: str


@dataclass(slots=True, kw_only=True)
class UngradedResult:
    """A result of a query that the person had not graded before."""

    query: str
    candidate: Candidate
    #: number of the query, and of the result among its ungraded ones, from 1
    query_number: int
    number: int
    #: ungraded results of the query
    count: int
    #: the judgment stored in this session
    judgment: Judgment | None = None


async def queries_to_grade(admin_services: AdminServices, plan: GradingPlan) -> Sequence[str]:
    """The queries of a plan.

    Raises:
        NotFoundError: There is no such tenant or collection.
        ConflictError: The plan has none, and the log has none of the collection.
    """
    place = await lookup.place(admin_services, plan.tenant_name, plan.collection_name)
    return await _queries(admin_services, plan, *place)


async def begin_grading(services: Services, plan: GradingPlan) -> "GradingSession":
    """A session at the first ungraded result. Raises as `queries_to_grade`."""
    tenant_id, collection = await lookup.place(services, plan.tenant_name, plan.collection_name)
    return GradingSession(
        services=services,
        tenant_id=tenant_id,
        collection=collection,
        queries=await _queries(services, plan, tenant_id, collection),
        top=plan.top,
        judged_by=plan.judged_by,
    )


async def ungraded_results(
    services: Services,
    tenant_id: TenantId,
    collection: Collection,
    query: str,
    *,
    top: int,
    done: Container[tuple[str, str, ChunkId | None]],
) -> Sequence[Candidate]:
    """The first results of a query, without those that a judge has done, best first.

    The search is not logged.
    """
    request = SearchRequest(query=query, limit=top, rerank=RerankMode.ALWAYS)
    _, outcome = await search_unlogged(services, tenant_id, collection.name, request)
    results = (hit.candidate for hit in outcome.results)
    return [each for each in results if (query, each.external_id, each.chunk_id) not in done]


async def _queries(
    admin_services: AdminServices, plan: GradingPlan, tenant_id: TenantId, collection: Collection
) -> Sequence[str]:
    return plan.queries or await queries_of_log(
        admin_services, tenant_id, collection, limit=plan.logged_queries
    )


async def queries_of_log(
    admin_services: AdminServices,
    tenant_id: TenantId,
    collection: Collection,
    *,
    limit: int,
    first: Sequence[str] = (),
) -> Sequence[str]:
    """Some queries, and then the latest of the log, each once.

    Args:
        admin_services: The services.
        tenant_id: The tenant.
        collection: Its collection.
        limit: Number of queries to take from the log.
        first: Queries that come before them.

    Raises:
        ConflictError: There is none.
    """
    latest = await admin_services.judgments.logged_queries(tenant_id, collection, limit=limit)
    queries = [*dict.fromkeys([*first, *latest])]
    if not queries:
        raise ConflictError("the log has no search of this collection: give queries with --query")
    return queries


@dataclass(slots=True, kw_only=True)
class GradingSession:
    """The results in order. A query is searched when it is reached; every grade is stored at once."""

    services: Services
    tenant_id: TenantId
    collection: Collection
    queries: Sequence[str]
    top: int
    judged_by: str
    _results: list[UngradedResult] = field(default_factory=list[UngradedResult], init=False)
    _searched: int = field(default=0, init=False)
    _position: int = field(default=0, init=False)
    #: positions that were left, latest last
    _left: list[int] = field(default_factory=list[int], init=False)

    @property
    def graded(self) -> int:
        """Number of grades stored in this session."""
        return sum(result.judgment is not None for result in self._results)

    async def current(self) -> UngradedResult | None:
        """The result to grade now; None: none is left."""
        while self._position == len(self._results):
            if self._searched == len(self.queries):
                return None
            self._results += await self._search_next()
        return self._results[self._position]

    async def grade(self, grade: int) -> None:
        """Store a grade of the current result, 0 to 3, and go to the next."""
        result = self._results[self._position]
        result.judgment = Judgment(
            query=result.query,
            external_id=result.candidate.external_id,
            chunk_id=result.candidate.chunk_id,
            grade=grade,
            source=PERSON,
            judged_by=self.judged_by,
        )
        await self.services.judgments.add(self.tenant_id, self.collection, [result.judgment])
        self.skip()

    def skip(self) -> None:
        """Go to the next result."""
        self._go_to(self._position + 1)

    def skip_query(self) -> None:
        """Go to the first result of the next query."""
        query = self._results[self._position].query
        later = range(self._position + 1, len(self._results))
        others = (place for place in later if self._results[place].query != query)
        self._go_to(next(others, len(self._results)))

    async def undo(self) -> Judgment | None:
        """Go back to the result before, and remove its grade.

        Returns:
            The removed judgment; None: it had none.

        Raises:
            ConflictError: There is no result before.
        """
        if not self._left:
            raise ConflictError("there is nothing to undo")
        self._position = self._left.pop()
        result = self._results[self._position]
        removed, result.judgment = result.judgment, None
        if removed is not None:
            await self.services.judgments.remove(self.tenant_id, self.collection, removed)
        return removed

    def _go_to(self, position: int) -> None:
        self._left.append(self._position)
        self._position = position

    async def _search_next(self) -> list[UngradedResult]:
        """Results of the next query that this person has not graded."""
        query = self.queries[self._searched]
        self._searched += 1
        done = await self.services.judgments.of_judge(
            self.tenant_id, self.collection, self.judged_by
        )
        ungraded = await ungraded_results(
            self.services, self.tenant_id, self.collection, query, top=self.top, done=done
        )
        return [
            UngradedResult(
                query=query,
                candidate=candidate,
                query_number=self._searched,
                number=number,
                count=len(ungraded),
            )
            for number, candidate in enumerate(ungraded, start=1)
        ]
