"""Each port's fake and its Postgres implementation: both do what the port's docstring says."""

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.ports.services import Services
from tests import fakes
from tests.api.conftest import services_over


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
