"""Each port's fake and its Postgres implementation: both do what the port's docstring says."""

from dataclasses import replace
from functools import cache

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import Fitted, Method, Sample, Unjudged
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.services import Services
from pgrerank.usecases.calibration.calibrate import fit_pairs, in_log_odds
from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan
from tests import fakes
from tests.api.conftest import services_over
from tests.fixtures.samples import Law

MODEL = fakes.FakeScorer.model
#: judged pairs of searches, and such that a caller supplied
SEARCHES = Law().searches(30, 10, seed=1)
SUPPLIED = Law().sample(30, 10, seed=1)


@pytest.fixture(params=["fake", "postgres"])
def part(request) -> str:
    """Which of the two implementations a test uses."""
    return request.param


@pytest.fixture
def ports(part, request) -> Services:
    """All ports of one implementation; models are fake in both."""
    if part == "fake":
        return fakes.services()
    return services_over(
        request.getfixturevalue("database"), request.getfixturevalue("service_pool")
    )


@pytest.fixture
def make_tenant(part, request):
    """Makes tenants of that implementation."""
    if part == "fake":
        return lambda: TenantId(uuid7())
    return request.getfixturevalue("database").new_tenant


@pytest.fixture
def tenant_id(make_tenant) -> TenantId:
    """A new tenant."""
    return make_tenant()


@pytest.fixture
async def docs(ports, tenant_id) -> Collection:
    """An empty collection of the tenant."""
    return await ports.collections.create(
        tenant_id, "docs", text_search="english", embedder=ports.embedder.model
    )


@cache
def fit(pairs: Sample) -> Fitted:
    """A calibration fitted to the pairs; fitting takes half a second."""
    plan = CalibrationPlan(
        request=SearchRequest(query=""), method=Method.PLATT, unjudged=Unjudged.IRRELEVANT
    )
    return fit_pairs(pairs, plan, MODEL, warnings=[])


@pytest.fixture
def calibrate(ports, tenant_id, docs):
    """Stores a calibration of the collection, or of the tenant."""

    async def stored(collection=docs, model=MODEL, pairs=SEARCHES):
        made = replace(
            fit(pairs),
            id=uuid7(),
            reranker=model.name,
            fingerprint=model.fingerprint,
            created_at=docs.created_at,
            collection=collection and collection.name,
        )
        await ports.calibrations.add(tenant_id, collection, model, made, in_log_odds(pairs, made))
        return made

    return stored
