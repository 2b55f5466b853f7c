"""The second stage of a search: a reranker, late interaction, or a cascade of both."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from pgrerank.domain import agreement, order, planning
from pgrerank.domain.candidate import (
    Candidate,
    CandidateNeeds,
    CascadeReport,
    Hit,
    PairScore,
    Passage,
    RerankReport,
    RerankStatus,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.errors import InvalidRequestError, OverloadedError, ScoringError
from pgrerank.domain.hit_scores import ScoreParts
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.relevance import CalibrationContext, StoredCalibrations
from pgrerank.domain.relevance_model import GENERIC, Evidence
from pgrerank.domain.request import MAX_CANDIDATES, RerankMode, SearchRequest
from pgrerank.domain.vector import Vector
from pgrerank.ports.scorer import LateInteraction, Scorer
from pgrerank.ports.services import Services
from pgrerank.usecases.pair_scoring import PairScoring, failure_report, no_rerank_report

_UNSCORED = PairScore(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """The scores of the head of a fused list. All sequences are in the order of the list."""

    report: RerankReport
    #: raw scores of the reranker; empty: it did not run
    scores: Sequence[PairScore] = ()
    #: raw scores of the first step of a cascade; empty: there was no cascade
    cascade_scores: Sequence[PairScore] = ()
    #: parts of the log-odds of relevance; None: not scored; empty: nothing was
    parts: Sequence[ScoreParts | None] = ()
    #: added to the log-odds by terms and fields of the collection; empty: nothing
    boosts: Sequence[float] = ()

    def ordered(self, candidates: Sequence[Candidate]) -> tuple[Hit, ...]:
        """The fused list in its final order. See order.final_order."""
        return order.final_order(
            candidates, self.scores, self.cascade_scores, self.parts, self.boosts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStage:
    """The second stage of one search. No connection is held while its models run."""

    collection: Collection
    request: SearchRequest
    scorer: Scorer
    #: the model that reads the collection's token vectors; None: they are not used in this search
    late: LateInteraction | None
    scoring: PairScoring

    @property
    def model(self) -> ModelCard:
        """The model whose scores order the results."""
        return self._last_scorer.model

    @property
    def needs(self) -> CandidateNeeds:
        """What must be retrieved with the candidates."""
        return CandidateNeeds(
            token_model=None if self.late is None else self.late.model,
            embeddings=self.request.diversity > 0 or _may_run(self.request, self.collection),
        )

    def unknown_share(self) -> float:
        """Share of the query that the model does not know, 0..1. See ports.Scorer."""
        return self._last_scorer.unknown_share(self.request.query)

    async def calibration(self) -> CalibrationContext:
        """The calibration and the bounds of this search; none without reranking.

        Raises:
            ConflictError: A bound was requested, and no calibration of the model is stored.
            NotFoundError: There is no threshold of this name.
        """
        if self.request.rerank is RerankMode.NEVER:
            return CalibrationContext()
        return await self.scoring.calibration(self.model)

    def calibration_of(self, stored: StoredCalibrations) -> CalibrationContext:
        """As `calibration`, from what is stored for the collection."""
        if self.request.rerank is RerankMode.NEVER:
            return CalibrationContext()
        return self.scoring.resolve_calibration(stored.of(self.model), self.model)

    @asynccontextmanager
    async def reading_ahead(self) -> AsyncGenerator[None]:
        """Encode the query for late interaction while the block runs, if it will be compared."""
        reading = asyncio.create_task(self._read_query())
        try:
            yield
        finally:
            reading.cancel()
            await asyncio.wait([reading])

    async def rerank(self, candidates: Sequence[Candidate], vector: Vector | None) -> Reranked:
        """Score the head of the fused list by the deadline, if reranking is worthwhile.

        Overload and a failed model raise no error; the report states them.

        Args:
            candidates: The fused list, best first, retrieved with `needs`.
            vector: Embedding of the query; None without a dense leg.
        """
        reason = planning.reason_to_skip(self.request, self.collection, len(candidates))
        if reason is not None:
            return Reranked(report=no_rerank_report(RerankStatus.SKIPPED, reason))
        passages = [_passage(each) for each in candidates[: self.request.effective_depth]]
        try:
            reranked = await self._score(passages)
        except (OverloadedError, ScoringError) as error:
            return Reranked(report=failure_report(error))
        if not reranked.scores:
            return reranked
        parts = self._parts(reranked.scores, candidates, vector)
        texts = [each.text for each in passages]
        log_odds = [None if each is None else each.total for each in parts]
        metadata = [each.metadata for each in candidates[: len(passages)]]
        boosts = self.scoring.boosts(texts, reranked.scores, log_odds, metadata)
        return replace(reranked, parts=parts, boosts=boosts)

    async def _read_query(self) -> None:
        late = self.late
        if late is None or not (self.request.cascade or self._last_scorer is late):
            return
        # What fails here fails in `rerank` again, which reports it.
        with suppress(OverloadedError, ScoringError):
            await late.read_query(self.request.query, deadline=self.scoring.deadline)

    @property
    def _last_scorer(self) -> Scorer:
        late, survivors = self.late, self.request.cascade
        if late is None or survivors:
            return self.scorer
        stands_in = survivors == 0 or late.model.can_replace(self.scorer.model)
        return late if stands_in else self.scorer

    def _parts(
        self, scores: Sequence[PairScore], candidates: Sequence[Candidate], vector: Vector | None
    ) -> list[ScoreParts | None]:
        """Parts of the log-odds of the candidates; None for those that were not scored in time."""
        values = {place: score.value for place, score in enumerate(scores)}
        raw = {place: value for place, value in values.items() if value is not None}
        if not raw:
            return []
        scored = [candidates[place] for place in raw]
        embeddings = [candidate.embedding for candidate in scored]
        parts = GENERIC.parts(
            Evidence(
                reranker=list(raw.values()),
                similarity=agreement.cosines(vector, embeddings),
                words=[candidate.keyword_score for candidate in scored],
                agreement=agreement.by_embeddings(embeddings),
            )
        )
        by_place = dict(zip(raw, parts, strict=True))
        return [by_place.get(place) for place in values]

    async def _score(self, passages: Sequence[Passage]) -> Reranked:
        if self.late is not None and self.request.cascade:
            return await self._cascade(self.late, self.request.cascade, passages)
        scorer = self._last_scorer
        scores = await self.scoring.scores(scorer, passages)
        return Reranked(report=self.scoring.report(scorer.model, scores), scores=scores)

    async def _cascade(
        self, late: LateInteraction, survivors: int, passages: Sequence[Passage]
    ) -> Reranked:
        first = await self.scoring.scores(late, passages)
        best = sorted(
            range(len(first)), key=lambda i: (first[i].value is None, -(first[i].value or 0))
        )
        chosen = best[:survivors]
        second = await self.scoring.scores(self.scorer, [passages[place] for place in chosen])
        by_place = dict(zip(chosen, second, strict=True))
        cascade = CascadeReport(
            scored=sum(score.value is not None for score in first),
            model=late.model.name,
            fingerprint=late.model.fingerprint,
        )
        return Reranked(
            report=self.scoring.report(self.scorer.model, second, cascade),
            scores=[by_place.get(place, _UNSCORED) for place in range(len(passages))],
            cascade_scores=first,
        )


def of(
    services: Services,
    tenant_id: TenantId,
    collection: Collection,
    request: SearchRequest,
    deadline: float | None = None,
    *,
    now: datetime | None = None,
) -> SecondStage:
    """The second stage of a search.

    Args:
        services: The ports, with the models of the collection (`Services.for_collection`).
        tenant_id: The tenant.
        collection: The collection.
        request: The search.
        deadline: Instant of Clock.monotonic() by which scores are needed; None: no limit.
        now: From when ages of dates in metadata count; None: from now.

    Raises:
        InvalidRequestError: A cascade was requested, and the collection has no token vectors.
    """
    return SecondStage(
        collection=collection,
        request=request,
        scorer=services.scorer,
        late=_late_interaction(services, collection, request),
        scoring=PairScoring(
            tenant_id=tenant_id,
            collection=collection,
            request=request,
            calibrations=services.calibrations,
            deadline=deadline,
            now=now or services.clock.now(),
        ),
    )


def _late_interaction(
    services: Services, collection: Collection, request: SearchRequest
) -> LateInteraction | None:
    """The model that reads the collection's token vectors in this search, or None.

    It is the first step of a cascade, replaces a reranker that is the full form of the same model,
    or is part of a reranker that blends it with another model.
    """
    late = services.late if collection.stores_tokens else None
    if request.cascade is not None and late is None:
        raise InvalidRequestError(
            "cascade",
            f"needs token vectors, which the collection `{collection.name}` does not store. "
            "`pgrerank collection tokens` adds them",
        )
    if late is None or not _may_run(request, collection):
        return None
    reranker = services.scorer.model
    is_read = late.model.can_replace(reranker) or reranker.reads == late.model.fingerprint
    return late if is_read or request.cascade is not None else None


def _may_run(request: SearchRequest, collection: Collection) -> bool:
    """Whether reranking can be worthwhile, assuming the maximum number of candidates."""
    return planning.reason_to_skip(request, collection, 2 * MAX_CANDIDATES) is None


def _passage(candidate: Candidate) -> Passage:
    text = passage(candidate.title, candidate.content or "")
    return Passage(text=text, content_hash=candidate.content_hash, tokens=candidate.tokens)
