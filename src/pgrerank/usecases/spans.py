"""Find the spans of results, and compress results to them. The order stays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from pgrerank.domain import spans as domain
from pgrerank.domain.candidate import Hit
from pgrerank.domain.errors import OverloadedError, ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.offload import items, offload
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RankedDocument, RerankRequest
from pgrerank.domain.spans import MAX_READ, Extract, ScoredText, SpanReport
from pgrerank.ports.spans import SpanScorer

Result = TypeVar("Result", Hit, RankedDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSpans:
    """What was found in the results of one answer."""

    #: of the first results; fewer than results: the others are returned whole
    extracts: Sequence[Extract]
    report: SpanReport


async def find(
    scorer: SpanScorer | None,
    request: SearchRequest | RerankRequest,
    texts: Sequence[tuple[str, str]],
    *,
    deadline: float | None,
    tenant_id: TenantId | None,
) -> FoundSpans:
    """The spans of results. What fails raises no error: the report gives the reason.

    Args:
        scorer: Reads query and results; None: the service has no model for that.
        request: The request, with what it asks of spans.
        texts: Title and content of each result.
        deadline: Instant of Clock.monotonic() by which to return; None: no limit.
        tenant_id: The tenant whose share of the model is used; None: the operator's.
    """
    if scorer is None:
        return _whole(domain.NO_MODEL)
    read = texts[:MAX_READ]
    try:
        scored = await scorer.scored(request.query, read, deadline=deadline, tenant_id=tenant_id)
    except (OverloadedError, ScoringError) as error:
        return _whole(str(error))
    if scored is None:
        return _whole(domain.OUT_OF_TIME)
    contents = [content for _, content in read]
    found = await offload(
        partial(_found, scorer.model.name, contents, scored, request),
        items=items(contents),
    )
    reason = domain.NOT_ALL_READ if len(read) < len(texts) else None
    return replace(found, report=replace(found.report, reason=reason))


def _whole(reason: str) -> FoundSpans:
    return FoundSpans(extracts=(), report=SpanReport(model=None, reason=reason))


def attach(results: Sequence[Result], found: FoundSpans) -> tuple[Result, ...]:
    """The results in their order, those that were read with their extracts."""
    read = [
        replace(result, extract=extract)
        for result, extract in zip(results, found.extracts, strict=False)
    ]
    return (*read, *results[len(read) :])


def _found(
    model: str,
    contents: Sequence[str],
    scored: Sequence[ScoredText],
    request: SearchRequest | RerankRequest,
) -> FoundSpans:
    extracts = domain.extracts(contents, scored, request.spans)
    kept = sum(map(domain.kept_tokens, scored, extracts))
    total = sum(unit.tokens for units in scored for unit in units)
    if not request.compress:
        extracts = [replace(each, text=None) for each in extracts]
    report = SpanReport(model=model, total_tokens=total, kept_tokens=kept)
    return FoundSpans(extracts=extracts, report=report)
