"""A service of several processes: one that dies is replaced, one signal ends all."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from pgrerank.inference.threads import cores
from pgrerank.storage import embedded
from tests.resilience.running import Service, eventually

DOCUMENTS = [{"id": "tea", "text": "Tea is made with boiling water."}]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pgr"))
    yield folder
    # A killed service leaves Postgres running; its last user stops it.
    with embedded.running(folder):
        pass
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def service(folder) -> Iterator[Service]:
    with closing(Service(folder, PGRERANK_WORKERS="2")) as running:
        assert running.ingest(DOCUMENTS).status_code == 200
        yield running


def workers(service: Service) -> list[psutil.Process]:
    """Processes that serve, once there are two."""

    def both():
        children = psutil.Process(service.pid).children()
        found = [child for child in children if is_worker(child)]
        return found if len(found) == 2 else None

    return eventually(both)


def is_worker(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "--socket" in process.cmdline()
    return False


def answers(service: Service) -> bool:
    try:
        return service.search("tea").status_code == 200
    except httpx.TransportError:  # the worker of this connection died
        return False


def answered(service: Service) -> float:
    """Answered searches, as the metrics count them."""
    text = httpx.get(f"{service.client.base_url}/metrics").text
    counts = [line for line in text.splitlines() if line.startswith("pgrerank_searches_total{")]
    return sum(float(line.rpartition(" ")[2]) for line in counts)


def test_killed_worker_is_replaced_and_searches_go_on(service):
    victim, other = workers(service)
    victim.kill()

    eventually(lambda: victim.pid not in {worker.pid for worker in workers(service)})
    assert other.pid in {worker.pid for worker in workers(service)}
    eventually(lambda: answers(service))
    assert [hit["document"]["id"] for hit in service.search("tea").json()["results"]] == ["tea"]


def test_each_worker_serves_after_all_others_died(service):
    for victim in workers(service):
        victim.kill()

    eventually(lambda: answers(service))


def test_metrics_add_up_the_searches_of_all_workers(service):
    url, before = str(service.client.base_url), answered(service)
    headers = dict(service.client.headers)
    for _ in range(20):  # each on a connection of its own, which any worker may take
        found = httpx.post(
            f"{url}/v1/collections/docs/search", json={"query": "tea"}, headers=headers
        )
        assert found.status_code == 200
        assert answered(service) == (before := before + 1)


def test_workers_divide_the_cores(service):
    threads = {worker.environ()["PGRERANK_THREADS"] for worker in workers(service)}

    assert threads == {str(max(cores() // 2, 1))}


def test_postgres_that_dies_under_workers_is_restarted(service):
    os.kill(service.postmaster, signal.SIGKILL)

    eventually(lambda: answers(service))


def test_one_signal_ends_all(folder, service):
    with closing(Service(folder, key=service.key, PGRERANK_WORKERS="2")) as another:
        running = workers(another)

        assert another.stop(signal.SIGTERM) == 0
        assert [worker for worker in running if is_worker(worker)] == []


def test_workers_end_with_the_process_that_started_them(folder, service):
    with closing(Service(folder, key=service.key, PGRERANK_WORKERS="2")) as another:
        running = workers(another)
        another.stop(signal.SIGKILL)

        eventually(lambda: not any(is_worker(worker) for worker in running))


def test_a_refused_model_ends_the_service_with_its_message(folder):
    command = [sys.executable, "-m", "pgrerank", "--data-dir", str(folder)]
    refused = subprocess.run(
        [*command, "serve", "--port", "0", "--workers", "2"],
        env=os.environ | {"PGRERANK_RERANKER": "no such model"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert "no such model" in refused.stderr
    assert "the first worker did not start" in refused.stderr
    assert "Traceback" not in refused.stderr
