"""The real service as a separate process that can be killed and restarted."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx
import psycopg
from psycopg.sql import SQL, Identifier

from pgrerank.storage import embedded

OPERATOR_TOKEN = "operator-token-for-tests"
COLLECTION = "docs"
PATIENCE_S = 240  # on a busy machine models take a minute to load


def eventually(condition: Callable[[], Any]) -> Any:
    """Wait until the condition is true. Returns its value; fails if that takes minutes."""
    give_up = monotonic() + PATIENCE_S
    pause = Event()
    while not (found := condition()):
        assert monotonic() < give_up, "waited in vain"
        pause.wait(0.02)
    return found


class Service:
    """`pgrerank serve` over an embedded server in a folder, with its own settings."""

    def __init__(
        self,
        data_dir: Path,
        *,
        python: Path | str = sys.executable,
        key: str = "",
        **settings: str,
    ) -> None:
        self._python = python
        self._data_dir = data_dir
        self._settings = settings
        self._log = data_dir / "service.log"
        self._key = key
        self.client = httpx.Client()
        self.start()
        self._key = key or self._first_key()

    def start(self) -> None:
        """Start it, and wait until it logs its address."""
        self._log.unlink(missing_ok=True)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    self._python,
                    "-m",
                    "pgrerank",
                    "--data-dir",
                    self._data_dir,
                    "serve",
                    "--port",
                    "0",
                ],
                stderr=log,
                stdout=log,
                env=os.environ
                | {
                    "PGRERANK_OPERATOR_TOKEN": OPERATOR_TOKEN,
                    "PGRERANK_REQUESTS_PER_MINUTE": "0",
                    "PGRERANK_DRAIN_SECONDS": "0",
                }
                | self._settings,
            )
        found = eventually(self._address)
        self.client.close()  # not when the service ends, since another thread may still use it
        self.client = httpx.Client(
            base_url=found[1], headers={"Authorization": f"Bearer {self._key}"}, timeout=PATIENCE_S
        )

    def _address(self) -> re.Match[str] | None:
        """The address that it logs once it listens."""
        said = self._log.read_text()
        assert self._process.poll() is None, said
        return re.search(r"listens on (http://\S+?),", said)

    @property
    def key(self) -> str:
        """The API key for calls."""
        return self._key

    @property
    def pid(self) -> int:
        """Process id of `pgrerank serve`."""
        return self._process.pid

    def stop(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end. Returns the exit code."""
        self.signal(number)
        return self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal without waiting."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for the end. Returns the exit code."""
        return self._process.wait(PATIENCE_S)

    def close(self) -> None:
        """Stop it and close the HTTP client."""
        self.stop(signal.SIGTERM)
        self.client.close()

    @property
    def postmaster(self) -> int:
        """Process id of Postgres."""
        return int((self._data_dir / "postgres" / "postmaster.pid").read_text().split()[0])

    def search(self, query: str) -> httpx.Response:
        """A search that is reranked."""
        return self.client.post(
            f"/v1/collections/{COLLECTION}/search", json={"query": query, "rerank": "always"}
        )

    def ingest(self, documents: Sequence[dict[str, str]]) -> httpx.Response:
        """Send documents as a stream of lines."""
        return self.client.put(
            f"/v1/collections/{COLLECTION}/documents",
            content="\n".join(json.dumps(document) for document in documents),
            headers={"Content-Type": "application/x-ndjson"},
        )

    def documents(self) -> Iterator[dict[str, Any]]:
        """Every stored document, page by page."""
        cursor: str | None = None
        while True:
            given = {"limit": 1000} | ({"cursor": cursor} if cursor else {})
            page = self.client.get(f"/v1/collections/{COLLECTION}/documents", params=given).json()
            yield from page["items"]
            cursor = page["cursor"]
            if cursor is None:
                return

    def command(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run another pgrerank process over the same server."""
        command = [sys.executable, "-m", "pgrerank", "--data-dir", self._data_dir, *arguments]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def rows(self, table: str) -> int:
        """Number of rows in one of our tables."""
        query = SQL("select count(*) from pgrerank.{}").format(Identifier(table))
        with self.admin() as connection:
            (count,) = connection.execute(query).fetchone()
            return count

    @contextmanager
    def admin(self) -> Generator[psycopg.Connection]:
        """A transaction of the administrator."""
        with (
            embedded.running(self._data_dir) as server,
            psycopg.connect(server.admin_url) as connection,
        ):
            yield connection

    def _first_key(self) -> str:
        operator = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
        self.client.post("/v1/tenants", json={"name": "acme"}, headers=operator).raise_for_status()
        wanted = {"name": "test", "scopes": ["search", "ingest"]}
        made = self.client.post("/v1/tenants/acme/keys", json=wanted, headers=operator)
        secret = made.raise_for_status().json()["secret"]
        self.client.headers["Authorization"] = f"Bearer {secret}"
        self.client.put(f"/v1/collections/{COLLECTION}", json={}).raise_for_status()
        return secret
