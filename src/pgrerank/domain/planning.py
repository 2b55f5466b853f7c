"""Whether reranking is worthwhile for a request, and the report of a rerank."""

import re
from collections.abc import Sequence

from pgrerank.domain.candidate import CascadeReport, PairScore, RerankReport, RerankStatus
from pgrerank.domain.collection import Collection
from pgrerank.domain.model import ModelCard
from pgrerank.domain.request import RerankMode, SearchRequest

#: below this many chunks, the first stage returns nearly everything already
SMALL_COLLECTION = 1_000
#: milliseconds; in less time, no model can read a useful number of passages
SHORT_BUDGET_MS = 50

_PHRASE = re.compile(r'\s*"[^"]+"\s*')
#: one token that is an identifier rather than a word: with a digit, an underscore, an inner
#: capital, or parts joined by a dot, slash, colon or arrow
_IDENTIFIER = re.compile(
    r"\s*(?=\S*[\d_]|\S*[a-z][A-Z]|\S*\w(?:[./:]|::|->)\w)[\w./:>#@-]+(?:\(\))?\s*"
)


def reason_to_skip(
    request: SearchRequest, collection: Collection, candidate_count: int
) -> str | None:
    """Why reranking is skipped; None if it should run.

    Args:
        request: The search.
        collection: The collection; its size matters.
        candidate_count: Number of candidates that the first stage returned.
    """
    if request.rerank is RerankMode.NEVER:
        return "the request says `rerank: never`"
    if candidate_count == 0:
        return "there are no candidates"
    if request.rerank is RerankMode.ALWAYS or request.cuts_by_score:
        return None
    return _reason_it_cannot_pay(request, collection, candidate_count)


def _reason_it_cannot_pay(
    request: SearchRequest, collection: Collection, candidate_count: int
) -> str | None:
    reasons = {
        f"the budget is under {SHORT_BUDGET_MS} ms": (request.budget_ms or SHORT_BUDGET_MS)
        < SHORT_BUDGET_MS,
        f"the collection has fewer than {SMALL_COLLECTION} chunks": collection.chunk_count
        < SMALL_COLLECTION,
        f"all {candidate_count} candidates fit the limit of {request.limit}": candidate_count
        <= request.limit,
        "the query asks for an exact match": is_exact_match(request.query),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def is_exact_match(query: str) -> bool:
    """Whether the query is one quoted phrase or one identifier."""
    return bool(_PHRASE.fullmatch(query) or _IDENTIFIER.fullmatch(query))


def outcome(
    scored: int, requested: int, *, budget_ms: int | None
) -> tuple[RerankStatus, str | None]:
    """Status of a rerank that scored `scored` of `requested` pairs, and the reason if it is not full.

    Without a budget no score can be late, so a missing score means that the model failed.
    """
    if scored == requested:
        return RerankStatus.FULL, None
    cause = "scored" if budget_ms is None else f"scored within {budget_ms} ms"
    reason = f"{scored} of {requested} pairs could be {cause}"
    if scored:
        return RerankStatus.PARTIAL, reason
    return RerankStatus.FAILED if budget_ms is None else RerankStatus.SKIPPED, reason


def report(
    model: ModelCard,
    scores: Sequence[PairScore],
    *,
    budget_ms: int | None,
    cascade: CascadeReport | None = None,
) -> RerankReport:
    """The report of a rerank by a model that gave these scores, one for each requested pair."""
    scored = sum(score.value is not None for score in scores)
    status, reason = outcome(scored, len(scores), budget_ms=budget_ms)
    return RerankReport(
        status=status,
        reason=reason,
        scored=scored,
        model=model.name if scored else None,
        fingerprint=model.fingerprint if scored else None,
        cascade=cascade,
        tokens=sum(score.tokens for score in scores),
        cost=sum(score.cost for score in scores),
    )
