"""Access to the service for the frameworks' components. Blocking calls share connections."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from weakref import finalize

import httpx

from pgrerank.client import AsyncClient, Client
from pgrerank.client.access import Access


@dataclass(frozen=True)
class Service:
    """URL and API key of the service."""

    url: str
    key: str = field(repr=False)
    timeout_s: float = 30.0

    def __post_init__(self) -> None:
        """Validate the URL and the key. Raises InvalidCallError."""
        Access(self.url, self.key)

    @cached_property
    def blocking(self) -> Client:
        """The client for all blocking calls. It is closed when the component is deleted."""
        client = Client(self.url, self.key, timeout_s=self.timeout_s)
        finalize(self, client.close)
        return client

    @asynccontextmanager
    async def open_client(self) -> AsyncGenerator[AsyncClient]:
        """A client for one call, since frameworks may use a different event loop each time."""
        async with httpx.AsyncClient(verify=self._tls, timeout=self.timeout_s) as http:
            yield AsyncClient(self.url, self.key, http=http)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The TLS context. It is cached, since reading the certificates takes some 20 ms."""
        return httpx.create_ssl_context()
