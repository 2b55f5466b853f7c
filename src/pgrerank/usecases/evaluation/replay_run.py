"""Replay a set of logged searches, and summarise how their rankings and results change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median
from uuid import UUID

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.log import RankingFilter
from pgrerank.ports.services import AdminServices, Services
from pgrerank.usecases.evaluation import replay_thresholds
from pgrerank.usecases.evaluation.replay import Measured, Replay, ReplayPlan, measure, replay, save
from pgrerank.usecases.evaluation.replay_thresholds import ThresholdEffect, ThresholdOverrides

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySelection:
    """The searches to replay: those of these ids, or else the latest ones."""

    ranking_ids: Sequence[UUID]
    filter: RankingFilter
    #: number of the latest searches
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """What to change, and what to do with the result."""

    plan: ReplayPlan
    #: thresholds to cut results by; None: compare whole rankings
    cuts: ThresholdOverrides | None = None
    #: label to store the result under, as an evaluation of the filter's collection; None: do not
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRun:
    """The replays of a run, and their measures by judgments."""

    replays: Sequence[Replay]
    measured: Measured
    #: before and after, if results are cut
    left: tuple[ThresholdEffect, ThresholdEffect] | None

    @property
    def inexact(self) -> int:
        """Number of replays of which some candidates are not stored any more."""
        return sum(not each.is_exact for each in self.replays)

    @property
    def statuses(self) -> Mapping[str, int]:
        """Number of replays by their rerank status."""
        return Counter(str(each.rerank.status) for each in self.replays)

    @property
    def reranker(self) -> str | None:
        """Name of the reranker; None: none ran."""
        return next((each.rerank.model for each in self.replays if each.rerank.model), None)

    @property
    def tau(self) -> float | None:
        """Mean of Kendall's tau between the logged and the new order; None: of no search."""
        return _mean([each.tau for each in self.replays])

    @property
    def top10_kept(self) -> float | None:
        """Mean share of the first ten that stay in the first ten; None: of no search."""
        return _mean([each.top10_kept for each in self.replays])

    @property
    def pairs(self) -> int:
        """Number of scored pairs."""
        return sum(each.rerank.scored for each in self.replays)

    @property
    def rerank_ms_p50(self) -> float | None:
        """Median time of reranking in milliseconds; None: nothing was reranked."""
        times = [each.rerank_ms for each in self.replays if each.rerank.scored]
        return median(times) if times else None


async def selected(
    admin_services: AdminServices, tenant_id: TenantId, selection: ReplaySelection
) -> Sequence[RankingId]:
    """Ids of the selected searches, at least one.

    Raises:
        NotFoundError: There is no ranking of one of the ids.
        InvalidRequestError: One of them is not of the filter's collection, or the log has no search
            that the filter passes.
    """
    ranking_ids = [RankingId(each) for each in selection.ranking_ids]
    for ranking_id in ranking_ids:
        ranking = await admin_services.rankings.get(tenant_id, ranking_id)
        if selection.filter.collection not in (None, ranking.collection):
            raise InvalidRequestError("collection", f"the search {ranking_id} is of another one")
    chosen = ranking_ids or await _latest(admin_services, tenant_id, selection)
    if not chosen:
        raise InvalidRequestError("collection", "the log has no such search")
    return chosen


async def replay_all(
    services: Services,
    tenant_id: TenantId,
    selection: ReplaySelection,
    settings: ReplaySettings,
    *,
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
) -> ReplayRun:
    """Replay the selected searches in turn; stores the result if the settings have a label.

    Args:
        services: All ports.
        tenant_id: The owner of the searches.
        selection: The searches.
        settings: What to change.
        progress: Called after each search with the number done and the number of all.

    Raises:
        NotFoundError, ConflictError, InvalidRequestError: As `selected`, `replay` and `save`.
    """
    chosen = await selected(services, tenant_id, selection)
    replays: list[Replay] = []
    for ranking_id in chosen:
        made = await replay(services, tenant_id, ranking_id, settings.plan)
        if settings.cuts is not None:
            made = await replay_thresholds.apply_thresholds(
                services, tenant_id, made, settings.plan, settings.cuts
            )
        replays.append(made)
        progress(len(replays), len(chosen))
    if settings.label and (name := selection.filter.collection):
        await save(services, tenant_id, name, replays, settings.plan, label=settings.label)
    return ReplayRun(
        replays=replays,
        measured=await measure(services, tenant_id, replays),
        left=None
        if settings.cuts is None
        else await replay_thresholds.summarise(services, tenant_id, replays),
    )


async def _latest(
    admin_services: AdminServices, tenant_id: TenantId, selection: ReplaySelection
) -> Sequence[RankingId]:
    found: list[RankingId] = []
    cursor: str | None = None
    while len(found) < selection.last:
        page = await admin_services.rankings.page(
            tenant_id,
            selection.filter,
            limit=min(_PAGE, selection.last - len(found)),
            cursor=cursor,
        )
        found.extend(ranking.id for ranking in page.items)
        cursor = page.cursor
        if cursor is None:
            break
    return found


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None
