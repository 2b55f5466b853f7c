from datetime import timedelta
from uuid import UUID

import pytest

from pgrerank.domain import tenant as tenants
from pgrerank.domain.errors import AuthenticationError, InvalidRequestError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.tenant import Scope
from pgrerank.usecases import access
from tests.fakes import FakeClock, services

TENANT = TenantId(UUID(int=7))
SEARCH = frozenset({Scope.SEARCH})


async def test_issued_key_opens_its_tenant_with_its_scopes():
    ports = services()
    key, secret = await access.issue(ports, TENANT, "app", SEARCH)

    caller = await access.authenticate(ports, secret)

    assert (caller.tenant_id, caller.key_id, caller.scopes) == (TENANT, key.id, SEARCH)


@pytest.mark.parametrize("secret", [None, "", "pgr_", "pgr_unknown-key", "Bearer x", "pgr_ü"])
async def test_no_key_or_an_unknown_one_is_refused(secret):
    ports = services()
    await access.issue(ports, TENANT, "app", SEARCH)

    with pytest.raises(AuthenticationError):
        await access.authenticate(ports, secret)


async def test_key_with_the_right_prefix_and_another_rest_is_refused():
    ports = services()
    _, secret = await access.issue(ports, TENANT, "app", SEARCH)

    with pytest.raises(AuthenticationError):
        await access.authenticate(ports, tenants.secret_prefix(secret) + "x" * 31)


async def test_key_closes_when_it_expires():
    clock = FakeClock()
    ports = services(clock=clock)
    _, secret = await access.issue(ports, TENANT, "app", SEARCH, clock.now() + timedelta(minutes=1))
    await access.authenticate(ports, secret)
    clock.advance(60)

    with pytest.raises(AuthenticationError):
        await access.authenticate(ports, secret)


@pytest.mark.parametrize(
    ("scopes", "shift", "field"),
    [(frozenset(), None, "scopes"), (SEARCH, timedelta(0), "expires_at")],
)
async def test_key_without_use_is_not_issued(scopes, shift, field):
    clock = FakeClock()
    expires_at = None if shift is None else clock.now() + shift

    with pytest.raises(InvalidRequestError) as refusal:
        await access.issue(services(clock=clock), TENANT, "app", scopes, expires_at)

    assert refusal.value.field == field


async def test_expiry_without_a_time_zone_is_refused():
    clock = FakeClock()
    naive = (clock.now() + timedelta(days=1)).replace(tzinfo=None)

    with pytest.raises(InvalidRequestError, match="time zone"):
        await access.issue(services(clock=clock), TENANT, "app", SEARCH, naive)
