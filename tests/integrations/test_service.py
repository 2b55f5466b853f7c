"""How the components of frameworks reach the service."""

import gc

import httpx
import pytest

from pgrerank.client import InvalidCallError
from pgrerank.client.errors import UnreachableError
from pgrerank.integrations.service import Service

URL, KEY = "http://127.0.0.1:1", "pgr_secret_key"


@pytest.mark.parametrize(
    ("url", "key", "field"), [("ftp://host", KEY, "url"), (URL, "", "key"), (URL, "a b", "key")]
)
def test_what_cannot_be_called_is_refused_when_it_is_made(url, key, field):
    with pytest.raises(InvalidCallError) as refused:
        Service(url, key)

    assert refused.value.field == field


def test_blocking_calls_share_a_client_that_is_closed_with_the_component():
    service = Service(URL, KEY)
    client = service.blocking
    assert service.blocking is client

    del service
    gc.collect()

    with pytest.raises(UnreachableError, match="client has been closed"):
        client.collection("docs")


async def test_each_call_of_asyncio_has_a_client_of_its_own():
    service = Service(URL, KEY, timeout_s=7.0)

    async with service.open_client() as first, service.open_client() as second:
        assert first is not second
        assert first._http.timeout == httpx.Timeout(7.0)
    with pytest.raises(UnreachableError, match="client has been closed"):
        await first.collection("docs")


def test_the_key_is_not_shown():
    assert KEY not in repr(Service(URL, KEY))
