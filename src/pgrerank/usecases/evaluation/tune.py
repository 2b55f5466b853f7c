"""Tune a collection's first stage and the knobs of its searches on judged queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from pgrerank.domain import significance
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.field_boost import weighed
from pgrerank.domain.request import RerankMode, Strategy
from pgrerank.domain.retrieval import Fusion
from pgrerank.domain.significance import Difference, Places
from pgrerank.ports.services import AdminServices, Services
from pgrerank.usecases import collections
from pgrerank.usecases.evaluation.judged_collection import JudgedCollection, evaluation_plan
from pgrerank.usecases.evaluation.trial import Setting, Trials, TrialSetup

K1 = (0.6, 0.9, 1.2, 1.6)
B = (0.2, 0.4, 0.6, 0.8)
TITLE_BOOSTS = (0.5, 1.0, 2.0, 3.0)
RRF_K = (10, 30, 60)
#: weights of the dense and of the keyword leg
WEIGHTS = ((1.0, 0.25), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.25, 1.0))
FIELD_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
CANDIDATES = (50, 100, 200, 400)
DEPTHS = (10, 20, 30, 50, 100)
#: the smallest number of candidates and depth are chosen that keep this share of the best mean
MIN_SHARE_OF_BEST = 0.995
#: means that differ by less are equal
_ROUNDING = 1e-12

Options = Callable[[Setting], Iterable[Setting]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Values that are chosen together, while the others are fixed."""

    options: Options
    #: take the first option that is nearly the best instead of the best; cheaper options come first
    thrifty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The result of tuning."""

    measure: str
    before: Setting
    #: fitted on all queries
    after: Setting
    #: cross-validated gain, on queries not used for fitting
    gain: Difference
    #: number of folds that chose the value in `after`, by the name of the value
    agreement: Mapping[str, int]
    folds: int
    #: number of settings measured
    tried: int

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Values before and after, of those that changed, by name."""
        before, after = plain(self.before), plain(self.after)
        return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def plain(setting: Setting) -> dict[str, Any]:
    """All values of a setting by name."""
    return {
        **asdict(setting.retrieval),
        **{_of_field(name): weight for name, weight in setting.field_weights},
        "candidates": setting.candidates,
        "depth": setting.depth,
    }


def _of_field(name: str) -> str:
    return f"weight of {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningPlan:
    """What to tune."""

    #: the request is the current search
    judged: JudgedCollection
    #: one of evaluation.MEASURES
    measure: str
    #: store the fitted retrieval settings if their gain is significant
    write: bool = False


async def tune_collection(
    services: Services, plan: TuningPlan, *, progress: Callable[[int], None] = lambda _: None
) -> tuple[Tuning, bool]:
    """Tune a collection from its current settings. Returns whether the result was stored, too.

    Raises:
        NotFoundError: There is no such tenant or collection.
        InvalidRequestError: There are too few judged queries.
        ConflictError: None has a relevant document, or the collection was embedded by another
            model.
    """
    evaluation = await evaluation_plan(services, plan.judged)
    request, collection = evaluation.request, evaluation.collection
    setup = TrialSetup(
        services=services.for_collection(collection),
        tenant_id=evaluation.tenant_id,
        collection=collection,
        questions=evaluation.questions,
        request=request,
        measure=plan.measure,
    )
    start = Setting(
        retrieval=collection.retrieval,
        candidates=request.candidates,
        depth=request.effective_depth if request.rerank is RerankMode.ALWAYS else None,
        field_weights=tuple(
            (name, boost.weight) for name, boost in collection.field_boosts.items()
        ),
    )
    tuning = await tune(setup, start, progress=progress)
    return tuning, plan.write and await apply(services, setup, tuning)


async def tune(
    setup: TrialSetup, start: Setting, *, progress: Callable[[int], None] = lambda _: None
) -> Tuning:
    """Find better settings, and measure their gain on queries not used for finding them.

    Values are chosen one group after the other: k1 and b, the title boost, fusion and weights, the
    weight of each field of metadata that boosts, candidates, depth. The gain is cross-validated: for each fold of the queries, the settings are
    fitted on the other folds and measured on this one.

    Args:
        setup: The context: collection, queries and measure.
        start: The current settings.
        progress: Called with the number of settings measured so far.

    Raises:
        InvalidRequestError: There are too few judged queries.
        ConflictError: The collection was embedded by another model.
    """
    count = len(setup.questions)
    if count < significance.FEWEST:
        raise InvalidRequestError(
            "queries",
            f"must be at least {significance.FEWEST} with a relevant document; {count} are judged",
        )
    trials = Trials(setup, progress)
    steps = _steps(setup.request.strategy, start)
    unseen, chosen = np.zeros(count), list[Setting]()
    for train, test in significance.folds(count):
        setting = await _fit(trials, start, steps, train)
        unseen[test] = (await trials.values(setting))[test]
        chosen.append(setting)
    after = await _fit(trials, start, steps, np.arange(count))
    return Tuning(
        measure=setup.measure,
        before=start,
        after=after,
        gain=significance.paired_difference(await trials.values(start), unseen),
        agreement=_agreement(after, chosen),
        folds=len(chosen),
        tried=trials.count,
    )


async def apply(admin_services: AdminServices, setup: TrialSetup, tuning: Tuning) -> bool:
    """Store the fitted settings of the collection if the gain is significant; returns whether it is.

    A boost by a field whose fitted weight is 0 is removed.

    Candidates and depth are not stored, since callers set them for each search.
    """
    if not tuning.gain.is_gain:
        return False
    fitted = asdict(tuning.after.retrieval)
    changed = {name: fitted[name] for name in tuning.changes if name in fitted}
    retrieval = collections.retrieval_change(changed)
    weights = {
        name: weight
        for name, weight in tuning.after.field_weights
        if _of_field(name) in tuning.changes
    }

    def change(current: Collection) -> Collection:
        boosts = weighed(current.field_boosts, weights)
        return replace(retrieval(current), field_boosts=boosts)

    await admin_services.collections.change(setup.tenant_id, setup.collection.name, change)
    return True


async def _fit(trials: Trials, start: Setting, steps: Sequence[Step], places: Places) -> Setting:
    chosen = start
    for step in steps:
        options = list(dict.fromkeys(step.options(chosen)))
        means = np.array([(await trials.values(each))[places].mean() for each in options])
        enough = means.max() * (MIN_SHARE_OF_BEST if step.thrifty else 1) - _ROUNDING
        chosen = options[int(np.argmax(means >= enough))]
    return chosen


def _steps(strategy: Strategy, start: Setting) -> list[Step]:
    """The steps of the fit. The first of equal options wins: the current one, or the cheapest."""
    steps: list[Step] = []
    if strategy is not Strategy.DENSE:
        steps += [Step(options=_bm25), Step(options=_titles)]
    if strategy is Strategy.HYBRID:
        steps.append(Step(options=_fusions))
    if start.depth is not None:
        steps += [Step(options=partial(_field_weights, name)) for name, _ in start.field_weights]
    steps.append(Step(options=_candidates, thrifty=True))
    if start.depth is not None:
        steps.append(Step(options=_depths, thrifty=True))
    return steps


def _bm25(setting: Setting) -> Iterable[Setting]:
    return _retrieval_variants(setting, ({"k1": k1, "b": b} for k1 in K1 for b in B))


def _titles(setting: Setting) -> Iterable[Setting]:
    return _retrieval_variants(setting, ({"title_boost": boost} for boost in TITLE_BOOSTS))


def _fusions(setting: Setting) -> Iterable[Setting]:
    return _retrieval_variants(
        setting,
        (
            {**way, "dense_weight": dense, "keyword_weight": keyword}
            for way in _fusion_methods()
            for dense, keyword in WEIGHTS
        ),
    )


def _fusion_methods() -> Iterable[Mapping[str, Any]]:
    for method in Fusion:
        if method is Fusion.RRF:
            yield from ({"fusion": method, "rrf_k": k} for k in RRF_K)
        else:
            yield {"fusion": method}


def _retrieval_variants(
    setting: Setting, changes: Iterable[Mapping[str, Any]]
) -> Iterable[Setting]:
    yield setting
    for change in changes:
        yield replace(setting, retrieval=replace(setting.retrieval, **change))


def _field_weights(field: str, setting: Setting) -> Iterable[Setting]:
    yield setting
    for weight in FIELD_WEIGHTS:
        weights = dict(setting.field_weights) | {field: weight}
        yield replace(setting, field_weights=tuple(weights.items()))


def _candidates(setting: Setting) -> Iterable[Setting]:
    for candidates in sorted({*CANDIDATES, setting.candidates}):
        yield replace(setting, candidates=candidates)


def _depths(setting: Setting) -> Iterable[Setting]:
    for depth in sorted({*DEPTHS, setting.depth or DEPTHS[0]}):
        yield replace(setting, depth=depth)


def _agreement(after: Setting, chosen: Sequence[Setting]) -> dict[str, int]:
    values = [plain(each) for each in chosen]
    return {
        name: sum(each[name] == value for each in values) for name, value in plain(after).items()
    }
