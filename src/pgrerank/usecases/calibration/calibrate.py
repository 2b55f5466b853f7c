"""Fit a calibration to judged queries, scored by searches, or to supplied pairs."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import CalibrationCurve, CandidatePool, Fitted, Method, Sample
from pgrerank.domain.candidate import Passage
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.score_scale import SearchScale
from pgrerank.ports.scorer import Scorer
from pgrerank.ports.services import Services
from pgrerank.usecases import second_stage
from pgrerank.usecases.calibration import assess, fit, held_out, scale
from pgrerank.usecases.calibration.judged_pairs import (
    CalibrationPlan,
    JudgedPairs,
    sample,
    sample_of_pairs,
)

#: minimum for a calibration, and what it takes to be reliable
LEAST_QUERIES, LEAST_PAIRS = 10, 10
GOOD_QUERIES, GOOD_POSITIVES = 50, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPair:
    """A judged pair that the caller supplies."""

    query: str
    text: str
    grade: int


async def calibrate(
    services: Services,
    tenant_id: TenantId,
    collection_name: str | None,
    plan: CalibrationPlan,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Fitted:
    """Fit a calibration of the running reranker to judged queries, and store it.

    Args:
        services: The ports.
        tenant_id: The tenant.
        collection_name: The collection; None: one calibration for all collections of the tenant,
            from all their judgments.
        plan: How to calibrate.
        progress: Called with the number of queries done, and of all queries.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: There is too little data, or relevance does not rise with the score;
            gives the figures.
        ConflictError, OverloadedError, UnavailableError: As a search.
    """
    collections = await _collections(services, tenant_id, collection_name)
    model = _model(services, tenant_id, collections, plan)
    well = JudgedPairs(
        services=services, tenant_id=tenant_id, plan=plan, model=model, progress=progress
    )
    pairs = [pair for collection in collections for pair in await well.collect(collection)]
    chosen, warnings = sample_of_pairs(pairs, plan.unjudged)
    fitted = await _fit(services, chosen, plan, model, warnings)
    return await _store(
        services, tenant_id, collections[0] if collection_name else None, fitted, chosen
    )


async def calibrate_pairs(
    services: Services,
    tenant_id: TenantId,
    collection_name: str | None,
    plan: CalibrationPlan,
    pairs: Sequence[GivenPair],
) -> Fitted:
    """Score supplied pairs with the reranker, fit a calibration to them, and store it.

    The pairs should be like those that searches rerank: a curve holds only for such pairs. Raises
    as `calibrate`.
    """
    collection = (
        None
        if collection_name is None
        else await services.collections.by_name(tenant_id, collection_name)
    )
    scorer = _scorer(services, collection)
    names = {query: number for number, query in enumerate(dict.fromkeys(g.query for g in pairs))}
    rows: list[tuple[int, float, bool]] = []
    for query, number in names.items():
        of_query = [pair for pair in pairs if pair.query == query]
        scores = await _scores(scorer, tenant_id, query, of_query)
        rows += [
            (number, score, pair.grade >= plan.relevant_from)
            for pair, score in zip(of_query, scores, strict=True)
            if score is not None
        ]
    pair_sample = sample(
        [number for number, _, _ in rows],
        [score for _, score, _ in rows],
        [relevant for _, _, relevant in rows],
        [1.0] * len(rows),
    )
    fitted = await _fit(services, pair_sample, plan, scorer.model, [])
    return await _store(services, tenant_id, collection, fitted, pair_sample)


def fit_pairs(
    pairs: Sample, plan: CalibrationPlan, model: ModelCard, *, warnings: Iterable[str] = ()
) -> Fitted:
    """Fit and assess a calibration, without a collection. Takes seconds of CPU time.

    Raises:
        InvalidRequestError: There is too little data, or relevance does not rise with the score.
    """
    _require_enough(pairs)
    _require_rise(pairs)
    tried = held_out.probabilities(pairs, plan.method)
    losses = {method: fit.loss(pairs, told) for method, told in tried.items()}
    fitted = scale.fit_scale(pairs)
    chosen = scale.log_odds_pairs(pairs, fitted)
    curves = _rising(chosen, tried)
    best = min(curves, key=losses.__getitem__)
    is_search = isinstance(fitted, SearchScale)
    uncalibrated = fit.probability(scale.generic_log_odds(pairs))
    return Fitted(
        id=uuid7(),
        created_at=None,
        collection=None,
        reranker=model.name,
        fingerprint=model.fingerprint,
        searches=fitted if is_search else None,
        documents=scale.rising_document_scale(pairs) if is_search else fitted,
        curve=curves[best],
        answerable=fit.answerable(fit.best_of_each(chosen)),
        pool=CandidatePool.of(plan.request),
        unjudged=plan.unjudged,
        relevant_from=plan.relevant_from,
        queries=pairs.query_count,
        pairs=pairs.pair_count,
        positives=pairs.positive_count,
        quality=assess.quality(
            chosen, tried[best], uncalibrated, {str(k): v for k, v in losses.items()}
        ),
        warnings=[*warnings, *_doubts(pairs, losses[best])],
        points=assess.points(chosen, curves[best]),
    )


def in_log_odds(pairs: Sample, fitted: Fitted) -> Sample:
    """The pairs with their log-odds by a calibration that was fitted to them."""
    fitted_scale = fitted.searches or fitted.documents
    return pairs if fitted_scale is None else scale.log_odds_pairs(pairs, fitted_scale)


async def _collections(
    services: Services, tenant_id: TenantId, name: str | None
) -> Sequence[Collection]:
    if name is not None:
        return [await services.collections.by_name(tenant_id, name)]
    collections: list[Collection] = []
    cursor = None
    while True:
        page = await services.collections.page(tenant_id, limit=500, cursor=cursor)
        collections += page.items
        cursor = page.cursor
        if cursor is None:
            return collections


def _model(
    services: Services,
    tenant_id: TenantId,
    collections: Sequence[Collection],
    plan: CalibrationPlan,
) -> ModelCard:
    """The model whose scores order the results; it must be the same in all collections."""
    models: dict[str, ModelCard] = {}
    for collection in collections:
        served = services.for_collection(collection)
        model = second_stage.of(served, tenant_id, collection, plan.request).model
        models[model.fingerprint] = model
    if len(models) > 1:
        raise InvalidRequestError(
            "collection", "must be named: the tenant's collections are reranked differently"
        )
    return next(iter(models.values()), services.scorer.model)


def _scorer(services: Services, collection: Collection | None) -> Scorer:
    """The reranker of a collection; without one, that of the settings."""
    return services.scorer if collection is None else services.for_collection(collection).scorer


def _require_enough(pairs: Sample) -> None:
    positives = pairs.positive_count
    negatives = pairs.pair_count - positives
    if pairs.query_count < LEAST_QUERIES or min(positives, negatives) < LEAST_PAIRS:
        raise InvalidRequestError(
            "judgments",
            f"are too few: {pairs.query_count} queries with {positives} relevant and {negatives} "
            f"irrelevant pairs; at least {LEAST_QUERIES} queries and {LEAST_PAIRS} pairs of either "
            "kind are needed",
        )


def _require_rise(pairs: Sample) -> None:
    """Refuse pairs whose relevance does not rise with the score.

    The means decide: a logistic curve rises if and only if the mean score of relevant pairs is
    higher, and then the best rising curve of any other shape rises too.
    """
    relevant, others = fit.mean_scores(pairs)
    if relevant <= others:
        positives = pairs.positive_count
        raise InvalidRequestError(
            "judgments",
            "say that a higher score does not mean more relevance: the mean score of "
            f"{positives} relevant pairs is {relevant:.4g}, that of {pairs.pair_count - positives} "
            f"irrelevant ones {others:.4g}. Nothing was stored. Check whether the judgments are of "
            "these documents and queries (pgrerank judge), and whether this reranker fits them "
            "(pgrerank evaluate)",
        )


def _rising(pairs: Sample, methods: Iterable[Method]) -> dict[Method, CalibrationCurve]:
    curves = {method: fit.FITS[method](pairs) for method in methods}
    rising = {method: curve for method, curve in curves.items() if curve.rises}
    if not rising:
        raise InvalidRequestError(
            "method", f"{', '.join(curves)} gives no curve that rises with the score; leave it out"
        )
    return rising


def _doubts(pairs: Sample, held_out_loss: float) -> list[str]:
    doubts: list[str] = []
    base = fit.base_loss(pairs)
    if held_out_loss >= base:
        doubts.append(
            "on held-out queries the scores say no more than the share of relevant pairs does: "
            f"log loss {held_out_loss:.3f}, and {base:.3f} without scores"
        )
    if pairs.query_count < GOOD_QUERIES:
        doubts.append(f"{pairs.query_count} queries are few: {GOOD_QUERIES} make it reliable")
    if pairs.positive_count < GOOD_POSITIVES:
        doubts.append(
            f"{pairs.positive_count} relevant pairs are few: {GOOD_POSITIVES} make it reliable"
        )
    return doubts


async def _scores(
    scorer: Scorer, tenant_id: TenantId, query: str, pairs: Sequence[GivenPair]
) -> Sequence[float | None]:
    passages = [Passage(text=p.text, content_hash=passage_hash("", p.text)) for p in pairs]
    scores = await scorer.score(query, passages, tenant_id=tenant_id)
    return [each.value for each in scores]


async def _fit(
    services: Services,
    pairs: Sample,
    plan: CalibrationPlan,
    model: ModelCard,
    warnings: Sequence[str],
) -> Fitted:
    # In a thread: it takes seconds, and other requests must not wait.
    fitted = await asyncio.to_thread(fit_pairs, pairs, plan, model, warnings=warnings)
    return replace(fitted, created_at=services.clock.now())


async def _store(
    services: Services,
    tenant_id: TenantId,
    collection: Collection | None,
    fitted: Fitted,
    pairs: Sample,
) -> Fitted:
    stored = replace(fitted, collection=collection and collection.name)
    model = next(
        each.model
        for each in (services.scorer, services.late, *services.rerankers.values())
        if each is not None and each.model.fingerprint == fitted.fingerprint
    )
    await services.calibrations.add(
        tenant_id, collection, model, stored, in_log_odds(pairs, stored)
    )
    return stored
