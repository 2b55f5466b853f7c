"""Store reference sets, score them, and compare the scores with the previous run."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from uuid_utils.compat import uuid7

from pgrerank.domain import suggestion
from pgrerank.domain.candidate import PairScore, Passage
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
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

#: `score_all` skips sets that were scored more recently than this
_FRESH = timedelta(hours=12)


async def keep(
    admin_services: AdminServices, tenant_id: TenantId, name: str, pairs: Sequence[ReferencePair]
) -> int:
    """Store pairs under a name, replacing existing ones; returns the number of distinct pairs.

    Raises:
        InvalidRequestError: There is no pair, there are over 10,000, or the name is invalid.
    """
    distinct = list(dict.fromkeys(pairs))
    if not 1 <= len(distinct) <= MAX_PAIRS:
        raise InvalidRequestError("pairs", f"must be 1 to {MAX_PAIRS}, not {len(distinct)}")
    reference_set = ReferenceSet(
        id=uuid7(), name=validate_name(name), pairs=distinct, created_at=admin_services.clock.now()
    )
    await admin_services.references.put(tenant_id, reference_set)
    return len(distinct)


async def keep_from_log(
    admin_services: AdminServices,
    tenant_id: TenantId,
    name: str,
    *,
    collection: str | None,
    pairs: int,
) -> int:
    """Store a sample of logged pairs that searches reranked. Returns and raises as `keep`."""
    sampled = await admin_services.references.sample(tenant_id, collection, pairs=pairs)
    return await keep(admin_services, tenant_id, name, sampled)


async def names(
    admin_services: AdminServices, tenant_id: TenantId, name: str | None
) -> Sequence[str]:
    """Names of the sets to score: this one, or all of the tenant if it is None.

    Raises:
        NotFoundError: The tenant has no set of this name.
        ConflictError: It has no set.
    """
    known = [each.name for each in await admin_services.references.all(tenant_id)]
    if not known:
        raise ConflictError("there is no set yet: pgrerank reference set --help")
    if name is not None and name not in known:
        raise NotFoundError("reference set", name, suggestion.remedy(name, known))
    return [name] if name else known


async def score(
    services: Services, tenant_id: TenantId, name: str, environment: Mapping[str, str]
) -> ScoredSet:
    """Score all pairs of a set with the running reranker, and store the run.

    If an error is raised, nothing is stored. The scorer must not cache scores.

    Args:
        services: All ports.
        tenant_id: The owner of the set.
        name: The set.
        environment: What else affects scores: versions of libraries, the processor.

    Raises:
        NotFoundError: There is no such set.
        OverloadedError: The reranker's queue is full.
        ScoringError: The model failed.
    """
    reference = await services.references.by_name(tenant_id, name)
    return await _rescore(services, tenant_id, reference, environment)


async def score_all(services: Services, environment: Mapping[str, str]) -> Sequence[ScoredSet]:
    """Score all sets of all tenants that were not scored as they are within the last twelve hours.

    So after an interruption, finished sets are not scored again, while a change of the pairs, the
    model or the environment takes effect at once. Raises as `score`; finished runs stay stored.
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
    return await _rescore(services, tenant_id, reference, environment)


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
    environment: Mapping[str, str],
) -> ScoredSet:
    scores = await _scores(services, reference.pairs)
    while True:  # again, without scoring, if another run was stored meanwhile
        before = await services.references.newest(tenant_id, reference)
        run = Run(
            id=uuid7(),
            created_at=services.clock.now(),
            digest=reference.digest,
            model=services.scorer.model,
            environment=environment,
            scores=[each.value for each in scores],
            truncated=[each.truncated for each in scores],
        )
        comparison = compare_with_previous(run, before)
        scored = ScoredSet(name=reference.name, run=run, comparison=comparison)
        if await services.references.add(tenant_id, reference, scored, after=before):
            return scored


async def _scores(services: Services, pairs: Sequence[ReferencePair]) -> list[PairScore]:
    by_query: dict[str, list[int]] = {}
    for place, pair in enumerate(pairs):
        by_query.setdefault(pair.query, []).append(place)
    by_place: dict[int, PairScore] = {}
    for query, places in by_query.items():
        texts = [pairs[place].passage for place in places]
        passages = [Passage(text=text, content_hash=passage_hash("", text)) for text in texts]
        by_place |= zip(places, await services.scorer.score(query, passages), strict=True)
    return [by_place[place] for place in range(len(pairs))]
