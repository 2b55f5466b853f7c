"""Report on the searches of a tenant in an interval, compared with the previous interval."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn import metrics

from pgrerank.domain import measures, significance
from pgrerank.domain.calibration import Sample
from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.ids import CollectionId, RankingId, TenantId
from pgrerank.domain.judgment import RELEVANT
from pgrerank.domain.significance import Difference
from pgrerank.ports.reports import Interval, JudgedDocument, LoggedSearch
from pgrerank.ports.services import AdminServices
from pgrerank.usecases.calibration import assess

STAGES = ("embed", "retrieve", "rerank", "total")
TOPS = (1, 3, 10)
MEASURE = "nDCG@10"
#: fewest judged candidates with a probability for a reliability diagram
FEWEST = 50
_NEWEST = 500

#: a query with its collection
_Question: TypeAlias = tuple[CollectionId, str]
_Floats = NDArray[np.float64]
_stats: Any = stats  # half typed, like the next
_metrics: Any = metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSamples:
    """Scores of one reranker in the interval and in the previous one."""

    reranker: str
    fingerprint: str
    now: _Floats
    before: _Floats
    #: Kolmogorov-Smirnov distance of the two, 0..1; None if either is empty
    distance: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """A reliability diagram: predicted probabilities and judgments in bins of equal mass."""

    #: mean probability of each bin, 0..1, ascending
    predicted: Sequence[float]
    #: share of relevant candidates of each bin
    observed: Sequence[float]
    candidates: int
    #: mean of |said - found|: the expected calibration error
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionRecallCurve:
    """Precision and recall at each cut-off; the sequences have equal lengths."""

    cutoffs: Sequence[float]
    precision: Sequence[float]
    recall: Sequence[float]
    #: whether cut-offs are probabilities; otherwise they are raw scores of the reranker
    is_relevance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Latency of one stage, in milliseconds."""

    searches: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect of reranking."""

    reranked: int
    #: share of reranked searches whose top N contains a chunk that fusion ranked below N, by N
    changed: Mapping[int, float]
    #: number of reranked searches with judged documents
    judged: int
    #: gain of nDCG@10 from fused to final order, over judged queries; None: nothing was judged
    gain: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The data of a report."""

    interval: Interval
    previous: Interval
    searches: int
    statuses: Mapping[str, int]
    scores: Sequence[ScoreSamples]
    latency: Mapping[str, Latency]
    effect: Effect
    #: whether there is a calibration for these searches
    is_calibrated: bool
    #: number of judged documents with a probability
    judged_relevances: int
    #: None: there are too few judgments
    reliability: Reliability | None
    curve: PrecisionRecallCurve | None


async def report(admin_services: AdminServices, tenant_id: TenantId, interval: Interval) -> Report:
    """Report on an interval and on the previous interval of the same length.

    Raises:
        NotFoundError: There is no such collection.
    """
    if interval.collection is not None:
        await admin_services.collections.by_name(tenant_id, interval.collection)
    length = interval.until - interval.since
    previous = Interval(
        since=interval.since - length, until=interval.since, collection=interval.collection
    )
    now = await admin_services.reports.searches(tenant_id, interval)
    before = await admin_services.reports.searches(tenant_id, previous)
    judged = await admin_services.reports.judged_documents(tenant_id, interval)
    return Report(
        interval=interval,
        previous=previous,
        searches=len(now),
        statuses=_statuses(now),
        scores=_scores(now, before),
        latency={stage: found for stage in STAGES if (found := _latency(now, stage))},
        effect=_effect(now, judged),
        is_calibrated=await _is_calibrated(admin_services, tenant_id, interval.collection),
        judged_relevances=sum(each.relevance is not None for each in judged),
        reliability=_reliability(judged),
        curve=_curve(judged),
    )


async def _is_calibrated(
    admin_services: AdminServices, tenant_id: TenantId, collection: str | None
) -> bool:
    page = await admin_services.calibrations.page(tenant_id, None, limit=_NEWEST, cursor=None)
    return any(collection is None or each.collection in (None, collection) for each in page.items)


def _statuses(searches: Sequence[LoggedSearch]) -> dict[str, int]:
    statuses = [str(search.status) for search in searches]
    return {str(status): statuses.count(status) for status in RerankStatus if status in statuses}


def _scores(now: Sequence[LoggedSearch], before: Sequence[LoggedSearch]) -> list[ScoreSamples]:
    """Scores by reranker, since scores of different fingerprints are on different scales."""
    names = {each.fingerprint: each.reranker for each in [*before, *now] if each.fingerprint}
    return [
        ScoreSamples(
            reranker=name or "",
            fingerprint=fingerprint,
            now=(recent := _of(now, fingerprint)),
            before=(past := _of(before, fingerprint)),
            distance=_distance(recent, past),
        )
        for fingerprint, name in names.items()
    ]


def _of(searches: Sequence[LoggedSearch], fingerprint: str) -> _Floats:
    values = [
        score
        for search in searches
        if search.fingerprint == fingerprint
        for score in search.rerank_scores
        if score is not None
    ]
    return np.array(values, dtype=np.float64)


def _distance(now: _Floats, before: _Floats) -> float | None:
    if not (now.size and before.size):
        return None
    return float(_stats.ks_2samp(now, before).statistic)


def _latency(searches: Sequence[LoggedSearch], stage: str) -> Latency | None:
    # Searches that were not reranked would make the rerank stage look faster than it is.
    took_part = [each for each in searches if stage != "rerank" or each.is_reranked]
    spent = [each.timings_ms[stage] for each in took_part if stage in each.timings_ms]
    if not spent:
        return None
    p50, p95 = np.percentile(spent, [50, 95])
    return Latency(searches=len(spent), p50_ms=float(p50), p95_ms=float(p95))


def _effect(searches: Sequence[LoggedSearch], judged: Sequence[JudgedDocument]) -> Effect:
    reranked = [each for each in searches if each.is_reranked and len(each.final_ranks)]
    changed = {
        top: float(np.mean([_is_changed(each, top) for each in reranked])) if reranked else 0.0
        for top in TOPS
    }
    compared = [each for each in judged if each.is_reranked]
    return Effect(
        reranked=len(reranked),
        changed=changed,
        judged=len({each.ranking_id for each in compared}),
        gain=_gain(compared),
    )


def _is_changed(search: LoggedSearch, top: int) -> bool:
    pairs = zip(search.fused_ranks, search.final_ranks, strict=True)
    return any(fused > top >= final for fused, final in pairs)


def _gain(judged: Sequence[JudgedDocument]) -> Difference | None:
    """Gain of reranking over the judged queries, each by the mean of its searches."""
    questions = {each.ranking_id: (each.collection_id, each.query) for each in judged}
    if not questions:
        return None
    before, after = (
        _by_question(questions, _ndcg(judged, name)) for name in ("fused_rank", "final_rank")
    )
    return significance.paired_difference(
        [before[name] for name in before], [after[name] for name in before]
    )


def _by_question(
    questions: Mapping[RankingId, _Question], values: Mapping[RankingId, float]
) -> dict[_Question, float]:
    by_question: dict[_Question, list[float]] = {}
    for ranking_id, question in questions.items():
        by_question.setdefault(question, []).append(values[ranking_id])
    return {question: fmean(each) for question, each in by_question.items()}


def _ndcg(judged: Sequence[JudgedDocument], rank: str) -> dict[RankingId, float]:
    """nDCG@10 of each judged search by one of its orders.

    Unjudged documents are left out (condensed lists, Sakai 2007). The ideal order is over the
    candidates only, since reranking cannot add documents that no leg returned.
    """
    run: dict[str, dict[str, float]] = {}
    qrels: dict[str, dict[str, int]] = {}
    for each in judged:
        name = str(each.ranking_id)
        run.setdefault(name, {})[each.external_id] = -float(getattr(each, rank))
        qrels.setdefault(name, {})[each.external_id] = each.grade
    values = measures.by_query([MEASURE], run, qrels)[MEASURE]
    return {each.ranking_id: values[str(each.ranking_id)] for each in judged}


def _reliability(judged: Sequence[JudgedDocument]) -> Reliability | None:
    scored = [each for each in judged if each.relevance is not None]
    if len(scored) < FEWEST:
        return None
    predicted = np.array([each.relevance for each in scored], dtype=np.float64)
    sample = Sample(
        queries=np.zeros(len(scored), dtype=np.int64),
        scores=predicted,
        relevant=np.array([each.grade >= RELEVANT for each in scored]),
        weights=np.ones(len(scored)),
    )
    bins = assess.bins(sample, predicted)
    gaps = [abs(each.predicted - each.observed) for each in bins]
    return Reliability(
        predicted=[each.predicted for each in bins],
        observed=[each.observed for each in bins],
        candidates=len(scored),
        error=float(np.average(gaps, weights=[each.pairs for each in bins])),
    )


def _curve(judged: Sequence[JudgedDocument]) -> PrecisionRecallCurve | None:
    """Curve by probability if there is any, else by raw scores of the most frequent reranker."""
    is_relevance = any(each.relevance is not None for each in judged)
    name = "relevance" if is_relevance else "rerank_score"
    scored = [each for each in judged if getattr(each, name) is not None]
    if not is_relevance:
        # Scores of different rerankers are on different scales.
        most = Counter(each.fingerprint for each in scored).most_common(1)
        scored = [each for each in scored if (each.fingerprint,) == most[0][:1]]
    labels = [each.grade >= RELEVANT for each in scored]
    if not any(labels) or all(labels):
        return None
    values = [getattr(each, name) for each in scored]
    precision, recall, cutoffs = _metrics.precision_recall_curve(labels, values)
    return PrecisionRecallCurve(
        cutoffs=cutoffs.tolist(),
        precision=precision[:-1].tolist(),
        recall=recall[:-1].tolist(),
        is_relevance=is_relevance,
    )
