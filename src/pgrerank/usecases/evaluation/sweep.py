"""Measure quality and latency for combinations of candidates, depth and reranker."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import TypeAlias

import numpy as np

from pgrerank.domain import significance
from pgrerank.domain.errors import InvalidRequestError, ScoringError
from pgrerank.domain.evaluation import EvaluatedQuery, Question
from pgrerank.domain.request import RerankMode
from pgrerank.domain.significance import Difference
from pgrerank.ports.services import Services
from pgrerank.usecases.evaluation.evaluate import EvaluationPlan, answers, without_log
from pgrerank.usecases.evaluation.judged_collection import JudgedCollection, evaluation_plan

#: share of the best setting's gain that a recommended faster setting must keep
MIN_GAIN_SHARE = 0.99
_WARMING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """One setting of a sweep."""

    candidates: int
    #: None: not reranked
    depth: int | None
    #: None: not reranked
    reranker: str | None


#: opens the services with a reranker of a name, which must not cache scores
OpenServices: TypeAlias = Callable[[str], AbstractAsyncContextManager[Services]]
#: counts the searches with a reranker: takes its name and their number
SweepCounter: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPlan:
    """What to measure, and with which settings."""

    judged: JudgedCollection
    #: names of rerankers; with the first, no reranking is measured too
    rerankers: Sequence[str]
    candidates: Sequence[int]
    depths: Sequence[int]
    #: one of evaluation.MEASURES
    measure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPoint:
    """The results of a setting: value and time of each query, in the same order for all points."""

    knobs: Knobs
    values: tuple[float, ...]
    #: milliseconds of whole searches
    times_ms: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean of the measure over the queries."""
        return fmean(self.values)

    @property
    def p50_ms(self) -> float:
        """Median time of a search, milliseconds."""
        return median(self.times_ms)

    @property
    def p95_ms(self) -> float:
        """95th percentile of the time of a search, milliseconds."""
        return float(np.percentile(self.times_ms, 95))


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepVerdict:
    """Whether a reranker is worthwhile, and its fastest good setting."""

    reranker: str
    #: the best point without reranking
    bare: SweepPoint
    #: the best point of the reranker
    best: SweepPoint
    #: gain over `bare`, cross-validated: measured on queries not used to choose the point
    gain: Difference
    #: the fastest point that keeps the share KEPT of the gain of `best`
    enough: SweepPoint

    @property
    def gain_share(self) -> float:
        """Share of the gain of `best` that `enough` keeps."""
        whole = self.best.mean - self.bare.mean
        return (self.enough.mean - self.bare.mean) / whole if whole else 1.0

    @property
    def time_share(self) -> float:
        """Median time of `enough` as a share of that of `best`."""
        return self.enough.p50_ms / self.best.p50_ms


def settings(
    candidates: Sequence[int], depths: Sequence[int], reranker: str, *, bare: bool
) -> tuple[Knobs, ...]:
    """The settings of a sweep of one reranker; with `bare`, also those without reranking."""
    combinations = [
        Knobs(candidates=number, depth=depth, reranker=reranker)
        for number in sorted(set(candidates))
        for depth in sorted(set(depths))
    ]
    without = [
        Knobs(candidates=number, depth=None, reranker=None) for number in sorted(set(candidates))
    ]
    return (*(without if bare else ()), *combinations)


async def sweep_rerankers(
    open_services: OpenServices,
    plan: SweepPlan,
    *,
    counter: SweepCounter = lambda _name, _total: nullcontext(lambda: None),
) -> list[SweepPoint]:
    """Measure all settings of all rerankers of a plan, one reranker after the other.

    Raises:
        NotFoundError: There is no such tenant or collection.
        ConflictError: No judged query has a relevant document.
        InvalidRequestError, ScoringError, OverloadedError, UnavailableError: As `sweep_settings`.
    """
    points: list[SweepPoint] = []
    for place, name in enumerate(plan.rerankers):
        combinations = settings(plan.candidates, plan.depths, name, bare=place == 0)
        async with open_services(name) as opened:
            services = replace(opened, fixed_models=True)
            evaluation = await evaluation_plan(services, plan.judged)
            with counter(name, len(combinations) * len(evaluation.questions)) as step:
                points += await sweep_settings(
                    services, evaluation, combinations, plan.measure, progress=step
                )
    return points


async def sweep_settings(
    services: Services,
    plan: EvaluationPlan,
    combinations: Sequence[Knobs],
    measure: str,
    *,
    progress: Callable[[], None] = lambda: None,
) -> list[SweepPoint]:
    """Search for every question with every setting, without logging.

    Settings take turns on each question, each time starting with another one, so that other load
    on the machine affects all of them equally. The scorer must not cache pairs, or later settings
    would appear faster.

    Args:
        services: The ports, whose scorer is the reranker of the settings.
        plan: The collection, the questions and the search.
        combinations: The settings.
        measure: One of evaluation.MEASURES.
        progress: Called after each measured search.

    Raises:
        InvalidRequestError: There are too few questions.
        ScoringError: The reranker did not score all pairs.
        ConflictError, OverloadedError, UnavailableError: As a search.
    """
    if len(plan.questions) < significance.FEWEST:
        raise InvalidRequestError("queries", f"must be at least {significance.FEWEST}")
    silent = without_log(services)
    for question in plan.questions[:_WARMING]:
        await _answer(silent, plan, question, combinations[-1])
    answers_by_knobs: dict[Knobs, list[EvaluatedQuery]] = {knobs: [] for knobs in combinations}
    for turn, question in enumerate(plan.questions):
        first = turn % len(combinations)
        for knobs in (*combinations[first:], *combinations[:first]):
            answers_by_knobs[knobs].append(await _answer(silent, plan, question, knobs))
            progress()
    return [_point(knobs, found, measure) for knobs, found in answers_by_knobs.items()]


def verdicts(points: Sequence[SweepPoint]) -> list[SweepVerdict]:
    """A verdict for each reranker, in the order of the points."""
    bare = _best([point for point in points if point.knobs.depth is None])
    names = dict.fromkeys(point.knobs.reranker for point in points if point.knobs.reranker)
    return [
        _verdict(name, bare, [point for point in points if point.knobs.reranker == name])
        for name in names
    ]


async def _answer(
    services: Services, plan: EvaluationPlan, question: Question, knobs: Knobs
) -> EvaluatedQuery:
    request = replace(
        plan.request,
        candidates=knobs.candidates,
        depth=knobs.depth or plan.request.depth,
        rerank=RerankMode.NEVER if knobs.depth is None else RerankMode.ALWAYS,
    )
    one = replace(plan, questions=(question,), request=request)
    [evaluated] = [answer async for answer in answers(services, one)]
    if evaluated.status in ("failed", "partial"):
        raise ScoringError("The reranker")
    return evaluated


def _point(knobs: Knobs, evaluated: Sequence[EvaluatedQuery], measure: str) -> SweepPoint:
    return SweepPoint(
        knobs=knobs,
        values=tuple(answer.metrics[measure] for answer in evaluated),
        times_ms=tuple(answer.total_ms for answer in evaluated),
    )


def _verdict(name: str, bare: SweepPoint, points: Sequence[SweepPoint]) -> SweepVerdict:
    best = _best(points)
    needed = bare.mean + MIN_GAIN_SHARE * (best.mean - bare.mean)
    good = [point for point in points if point.mean >= needed] or [best]
    return SweepVerdict(
        reranker=name,
        bare=bare,
        best=best,
        gain=_gain(bare, points),
        enough=min(good, key=lambda point: point.p50_ms),
    )


def _gain(bare: SweepPoint, points: Sequence[SweepPoint]) -> Difference:
    """Cross-validated gain over `bare` of the best point, chosen on the training folds."""
    values = np.array([point.values for point in points])
    unseen = np.zeros(len(bare.values))
    for train, test in significance.folds(len(unseen)):
        chosen = int(np.argmax(values[:, train].mean(axis=1)))
        unseen[test] = values[chosen, test]
    return significance.paired_difference(bare.values, unseen)


def _best(points: Sequence[SweepPoint]) -> SweepPoint:
    """The point with the highest mean; of equal ones the first, which is the cheapest."""
    return max(points, key=lambda point: point.mean)
