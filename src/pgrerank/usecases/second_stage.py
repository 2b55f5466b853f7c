"""The second stage of a search: one reranker, or late interaction and then the reranker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pgrerank.domain import evidence, planning, term
from pgrerank.domain.candidate import (
    Candidate,
    CascadeReport,
    PairScore,
    Passage,
    RerankReport,
    RerankStatus,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.errors import (
    InvalidRequestError,
    OverloadedError,
    QuotaError,
    ScoringError,
)
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard, ScoreKind
from pgrerank.domain.request import MAX_CANDIDATES, SearchRequest
from pgrerank.ports import LateInteraction, Scorer, Services, Vector

_UNSCORED = PairScore(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """What the second stage said of the head of the fused list."""

    report: RerankReport
    #: of the reranker, in the order of the list; none at all where it did not run
    scores: Sequence[PairScore] = ()
    #: of the first step of a cascade, likewise
    cascade_scores: Sequence[PairScore] = ()
    #: what the order goes by, likewise; none at all: the reranker's scores decide
    evidence: Sequence[float | None] = ()
    #: what terms of the collection add to that, likewise
    boosts: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A search that comes to its second stage."""

    tenant_id: TenantId
    collection: Collection
    request: SearchRequest
    #: what `reader` gave for it
    late: LateInteraction | None
    #: instant of Clock.elapsed() by which to be done; None: take your time
    deadline: float | None

    @property
    def token_model(self) -> ModelCard | None:
        """Of what the candidates should bring their token vectors."""
        return None if self.late is None else self.late.model

    async def scores(self, scorer: Scorer, passages: Sequence[Passage]) -> Sequence[PairScore]:
        """What a scorer says of passages. Raises as Scorer.score does."""
        return await scorer.score(
            self.request.query, passages, deadline=self.deadline, tenant_id=self.tenant_id
        )


def reader(
    services: Services, collection: Collection, request: SearchRequest
) -> LateInteraction | None:
    """What reads the collection's token vectors in this search; None if nothing does.

    It stands before the reranker in a cascade, in its place where the reranker is the full form of
    the same, and within one that blends it with another model.

    Raises:
        InvalidRequestError: A cascade was asked for where there are no token vectors.
    """
    late = services.late if collection.stores_tokens else None
    if request.cascade is not None and late is None:
        raise InvalidRequestError(
            "cascade",
            f"needs token vectors, which the collection `{collection.name}` does not store. "
            "`pgrerank collection tokens` gives it some",
        )
    if late is None or not _may_run(request, collection):
        return None
    takes = (
        stands_for(late, services.scorer) or services.scorer.model.reads == late.model.fingerprint
    )
    return late if takes or request.cascade is not None else None


def stands_for(late: LateInteraction, scorer: Scorer) -> bool:
    """Whether a reranker is the full form of this one."""
    model = scorer.model
    return model.score_kind is ScoreKind.MAXSIM and late.model.stands_for == model.fingerprint


def last(scorer: Scorer, work: Work) -> Scorer:
    """Whose scores a search ends with."""
    late, survivors = work.late, work.request.cascade
    if late is None or survivors:
        return scorer
    return late if survivors == 0 or stands_for(late, scorer) else scorer


def needs_embeddings(scorer: Scorer, work: Work) -> bool:
    """Whether candidates should bring their embeddings, as far as can be said before they are found."""
    return weighs(scorer, work) and _may_run(work.request, work.collection)


def weighs(scorer: Scorer, work: Work) -> bool:
    """Whether the reranker is one witness of several.

    A cross-encoder of somebody else decides alone. Late interaction compares tokens that were read
    apart, and the cross-encoder of the bundled blend is small: neither knows which words are rare nor
    what else was found, and the order gains from the legs' and from agreement (docs/benchmarks.md).
    """
    model = last(scorer, work).model
    return model.witness or model.score_kind is ScoreKind.MAXSIM


async def rerank(
    scorer: Scorer, work: Work, found: Sequence[Candidate], vector: Vector | None
) -> Reranked:
    """Score the head of the fused list, where it can pay, by the deadline.

    Args:
        scorer: The reranker.
        work: The search.
        found: The fused list; with embeddings, if `needs_embeddings` says so.
        vector: Embedding of the query; None without a dense leg.
    """
    reason = planning.reason_to_skip(work.request, work.collection, len(found))
    if reason is not None:
        return Reranked(report=not_reranked(RerankStatus.SKIPPED, reason))
    passages = [_passage(candidate) for candidate in found[: work.request.effective_depth]]
    scored = await _score(work, scorer, passages)
    if not scored.scores:
        return scored
    totals = _combine_evidence(scored.scores, found, vector) if weighs(scorer, work) else ()
    texts = [passage.text for passage in passages]
    boosts = term.boosts(work.collection.terms, texts, scored.scores, totals)
    return replace(scored, evidence=totals, boosts=boosts)


def _may_run(request: SearchRequest, collection: Collection) -> bool:
    """Whether reranking could pay if both legs returned all they may."""
    return planning.reason_to_skip(request, collection, 2 * MAX_CANDIDATES) is None


async def _score(work: Work, scorer: Scorer, passages: Sequence[Passage]) -> Reranked:
    try:
        return await _steps(work, scorer, passages)
    except OverloadedError as error:
        report = not_reranked(RerankStatus.SKIPPED, refusal(error), error.retry_after_s)
        return Reranked(report=report)
    except ScoringError as error:
        return Reranked(report=not_reranked(RerankStatus.FAILED, error.reason))


def _combine_evidence(
    scores: Sequence[PairScore], found: Sequence[Candidate], vector: Vector | None
) -> list[float | None]:
    """Evidence for each of the scored candidates; None for those that were not scored in time."""
    places = [place for place, score in enumerate(scores) if score.value is not None]
    if not places:
        return []
    heads = [found[place] for place in places]
    embeddings = [candidate.embedding for candidate in heads]
    totals = evidence.combine(
        [
            [scores[place].value for place in places],
            [candidate.keyword_score for candidate in heads],
            evidence.cosines(vector, embeddings),
        ],
        evidence.near(embeddings),
    )
    by_place = dict(zip(places, totals, strict=True))
    return [by_place.get(place) for place in range(len(scores))]


def refusal(error: OverloadedError) -> str:
    """Why an overloaded reranker read nothing, for the log and the answer."""
    if isinstance(error, QuotaError):
        return f"the tenant's quota of {error.pairs_per_second} pairs a second is used up"
    return "the reranker is at capacity"


def not_reranked(
    status: RerankStatus, reason: str, retry_after_s: int | None = None
) -> RerankReport:
    """What to say where no pair was read."""
    return RerankReport(
        status=status, reason=reason, depth=0, model=None, retry_after_s=retry_after_s
    )


async def _steps(work: Work, scorer: Scorer, passages: Sequence[Passage]) -> Reranked:
    if work.late is not None and work.request.cascade:
        return await _cascade(work, work.late, scorer, passages)
    return await _alone(work, last(scorer, work), passages)


async def _alone(work: Work, scorer: Scorer, passages: Sequence[Passage]) -> Reranked:
    scores = await work.scores(scorer, passages)
    return Reranked(report=_report(work, scorer, scores), scores=scores)


async def _cascade(
    work: Work, late: LateInteraction, scorer: Scorer, passages: Sequence[Passage]
) -> Reranked:
    first = await work.scores(late, passages)
    best = sorted(range(len(first)), key=lambda i: (first[i].value is None, -(first[i].value or 0)))
    passed = best[: work.request.cascade]
    second = await work.scores(scorer, [passages[place] for place in passed])
    scores = dict(zip(passed, second, strict=True))
    cascade = CascadeReport(
        scored=sum(score.value is not None for score in first),
        model=late.model.name,
        fingerprint=late.model.fingerprint,
    )
    return Reranked(
        report=_report(work, scorer, second, cascade),
        scores=[scores.get(place, _UNSCORED) for place in range(len(passages))],
        cascade_scores=first,
    )


def _report(
    work: Work,
    scorer: Scorer,
    scores: Sequence[PairScore],
    cascade: CascadeReport | None = None,
) -> RerankReport:
    budget_ms = work.request.budget_ms
    return planning.report(scorer.model, scores, budget_ms=budget_ms, cascade=cascade)


def _passage(candidate: Candidate) -> Passage:
    text = passage(candidate.title, candidate.content or "")
    return Passage(text=text, content_hash=candidate.content_hash, tokens=candidate.tokens)
