"""Keep pairs to score, score them, and say what changed since the last time."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from uuid_utils.compat import uuid7

from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.name import validate_name
from pgrerank.domain.reference import (
    MAX_PAIRS,
    ReferencePair,
    ReferenceSet,
    Run,
    ScoredSet,
)
from pgrerank.domain.rescoring import compare_with_previous
from pgrerank.ports.services import AdminServices, Services

#: a set that was scored so recently is not scored again by the clock
_FRESH = timedelta(hours=12)


async def keep(
    admin_services: AdminServices, tenant_id: TenantId, name: str, pairs: Sequence[ReferencePair]
) -> int:
    """Keep pairs under a name, in place of those that were there; says how many.

    Raises:
        InvalidRequestError: There is no pair, or there are over 10,000; or nothing may be called
            like this.
    """
    distinct = list(dict.fromkeys(pairs))
    if not 1 <= len(distinct) <= MAX_PAIRS:
        raise InvalidRequestError("pairs", f"must be 1 to {MAX_PAIRS}, not {len(distinct)}")
    made = ReferenceSet(
        id=uuid7(), name=validate_name(name), pairs=distinct, created_at=admin_services.clock.now()
    )
    await admin_services.references.put(tenant_id, made)
    return len(distinct)


async def keep_from_log(
    admin_services: AdminServices,
    tenant_id: TenantId,
    name: str,
    *,
    collection: str | None,
    pairs: int,
) -> int:
    """The same of pairs that searches reranked. Raises as `keep`."""
    found = await admin_services.references.sample(tenant_id, collection, pairs=pairs)
    return await keep(admin_services, tenant_id, name, found)


async def score(
    services: Services, tenant_id: TenantId, name: str, environment: Mapping[str, str]
) -> ScoredSet:
    """Score all pairs of a set with the running reranker, and store the run.

    Nothing is stored unless all were scored. The scorer must keep no scores of earlier calls.

    Args:
        services: All ports.
        tenant_id: Whose set.
        name: Which.
        environment: What else decides the scores: versions of libraries, the processor.

    Raises:
        NotFoundError: There is no such set.
        OverloadedError: The reranker's waiting line is full.
        ScoringError: The model failed.
    """
    reference = await services.references.by_name(tenant_id, name)
    before = await services.references.newest(tenant_id, reference)
    return await _rescore(services, tenant_id, reference, before, environment)


async def score_all(services: Services, environment: Mapping[str, str]) -> Sequence[ScoredSet]:
    """Score every set of every tenant that has not been within twelve hours, as things are now.

    What was scored before a kill is therefore not scored twice, and another model, library or
    processor shows at once. Raises as `score`; what was scored by then is stored.
    """
    return [
        scored
        async for tenant in services.tenants.all()
        for each in await services.references.all(tenant.id)
        if (scored := await _rescore_if_due(services, tenant.id, each.name, environment))
        is not None
    ]


async def _rescore_if_due(
    services: Services, tenant_id: TenantId, name: str, environment: Mapping[str, str]
) -> ScoredSet | None:
    reference = await services.references.by_name(tenant_id, name)
    before = await services.references.newest(tenant_id, reference)
    if before is not None and _still_holds(services, reference, before, environment):
        return None
    return await _rescore(services, tenant_id, reference, before, environment)


def _still_holds(
    services: Services, reference: ReferenceSet, run: Run, environment: Mapping[str, str]
) -> bool:
    return (
        run.digest == reference.digest
        and run.model.fingerprint == services.scorer.model.fingerprint
        and run.environment == environment
        and services.clock.now() - run.created_at < _FRESH
    )


async def _rescore(
    services: Services,
    tenant_id: TenantId,
    reference: ReferenceSet,
    before: Run | None,
    environment: Mapping[str, str],
) -> ScoredSet:
    scores = await _scores(services, reference.pairs)
    run = Run(
        id=uuid7(),
        created_at=services.clock.now(),
        digest=reference.digest,
        model=services.scorer.model,
        environment=environment,
        scores=[each.value for each in scores],
        truncated=[each.truncated for each in scores],
    )
    scored = ScoredSet(name=reference.name, run=run, comparison=compare_with_previous(run, before))
    await services.references.add(tenant_id, reference, scored)
    return scored


async def _scores(services: Services, pairs: Sequence[ReferencePair]) -> list[PairScore]:
    by_query: dict[str, list[int]] = {}
    for place, pair in enumerate(pairs):
        by_query.setdefault(pair.query, []).append(place)
    found: dict[int, PairScore] = {}
    for query, places in by_query.items():
        texts = [pairs[place].passage for place in places]
        passages = [Passage(text=text, content_hash=passage_hash("", text)) for text in texts]
        found |= zip(places, await services.scorer.score(query, passages), strict=True)
    return [found[place] for place in range(len(pairs))]
