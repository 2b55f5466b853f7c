"""Run a campaign against its own service: python -m tests.fuzz --requests 100000 --seed 1."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from time import perf_counter

import click

from tests.fuzz.campaign import Outcome, run
from tests.fuzz.requests import Requests
from tests.resilience.running import COLLECTION, OPERATOR_TOKEN, Service

#: requests after which the collection is recreated, in case one deleted it
ROUND = 500
SHOWN = 50


def campaign(service: Service, count: int, seed: int) -> Outcome:
    """Run all rounds."""
    description = service.client.get("/openapi.json").json()
    key = service.client.headers["Authorization"].removeprefix("Bearer ")
    requests = Requests(description, {"": key, "/v1/tenants": OPERATOR_TOKEN}, seed)
    whole = Outcome()
    url = service.client.base_url
    for start in range(0, count, ROUND):
        service.client.put(f"/v1/collections/{COLLECTION}", json={})
        service.ingest([{"id": f"d{n}", "text": f"text {n} about a red fox"} for n in range(20)])
        part = asyncio.run(run(url.host, url.port or 80, requests, min(ROUND, count - start)))
        whole.statuses += part.statuses
        for request, problem in part.failures:
            click.echo(f"{request.route}\n  {request.data!r}\n  {problem}")
        whole.failures += part.failures
        if start % (ROUND * 10) == 0:
            click.echo(f"{start + ROUND}: {dict(whole.statuses)}", err=True)
    return whole


def main() -> None:
    """Read the command line, send, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pgr"))
    started = perf_counter()
    try:
        with closing(Service(folder)) as service:
            outcome = campaign(service, given.requests, given.seed)
    finally:
        shutil.rmtree(folder)
    click.echo(f"{sum(outcome.statuses.values())} requests in {perf_counter() - started:.0f} s")
    click.echo(f"by status: {dict(sorted(outcome.statuses.items()))}")
    click.echo(f"failures: {len(outcome.failures)}")
    sys.exit(bool(outcome.failures))


if __name__ == "__main__":
    main()
