"""Page through the results of a search, in the logged order, so that pages never shift."""

from dataclasses import dataclass

from pgrerank.domain.candidate import Candidate, Hit
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.explanation import cut_by
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.log import LoggedCandidate, LoggedRanking
from pgrerank.ports.services import Services
from pgrerank.usecases import windows


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """Some results of a logged search."""

    hits: tuple[Hit, ...]
    #: cursor of the next page; None on the last page
    cursor: str | None
    #: number of results of this page whose document was changed or deleted since
    gone: int


async def results(
    services: Services,
    tenant_id: TenantId,
    ranking_id: RankingId,
    *,
    limit: int,
    cursor: str | None,
    neighbours: int = 0,
) -> ResultPage:
    """Results of a logged search from a cursor on, including those beyond its limit.

    Args:
        services: The ports.
        tenant_id: The owner of the search.
        ranking_id: Id of the search.
        limit: Maximum results of a page.
        cursor: Cursor of the previous page or of the search's answer; None: from the start.
        neighbours: Chunks around each result that are joined to it.

    Raises:
        NotFoundError: There is no such ranking, or its collection was deleted.
        InvalidRequestError: The cursor is invalid.
    """
    start = _place(cursor)
    ranking = await services.rankings.get(tenant_id, ranking_id)
    collection = await services.collections.by_name(tenant_id, ranking.searched)
    recalled = await services.history.candidates(tenant_id, collection, ranking_id)
    stored = {each.chunk_id: each for each in recalled.candidates}
    uncut = _uncut_candidates(ranking)
    page = uncut[start : start + limit]
    there = [each for each in page if each.chunk_id in stored]
    hits = [_hit(each, stored[each.chunk_id]) for each in there]
    return ResultPage(
        hits=await windows.attach(services.candidates, tenant_id, hits, neighbours),
        cursor=next_cursor(start + limit, len(uncut)),
        gone=len(page) - len(there),
    )


def next_cursor(place: int, count: int) -> str | None:
    """The cursor of the results from index `place` on, from 0; None if there are none."""
    return str(place) if place < count else None


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()):
        raise InvalidRequestError("cursor", "is not from a search or from this listing")
    return int(cursor)


def _uncut_candidates(ranking: LoggedRanking) -> list[LoggedCandidate]:
    """The candidates that no bound removed, in final order."""
    ordered = sorted(ranking.candidates, key=lambda each: each.final_rank)
    return [each for each in ordered if cut_by(ranking, each) is None]


def _hit(logged: LoggedCandidate, candidate: Candidate) -> Hit:
    return Hit(candidate=candidate, rank=logged.final_rank, scores=logged.scores)
