"""A stop that callers behind a load balancer do not notice."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.resilience.running import Service, eventually


@pytest.fixture
def service() -> Iterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="pgr"))
    try:
        with closing(Service(folder, PGRERANK_DRAIN_SECONDS="3600")) as running:
            yield running
    finally:
        shutil.rmtree(folder)


def test_drained_service_serves_new_connections_until_the_second_signal(service):
    url = str(service.client.base_url)
    service.signal(signal.SIGTERM)
    eventually(lambda: httpx.get(f"{url}/health/ready").status_code == 503)

    assert service.search("anything").status_code == 200
    assert httpx.get(f"{url}/health/live").status_code == 200
    assert service.stop(signal.SIGTERM) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/health/live")
