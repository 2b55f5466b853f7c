"""Open the database of the settings."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from pgrerank.domain.errors import MissingExtensionError, UnmigratedError
from pgrerank.domain.model import ModelCard
from pgrerank.settings import Settings, variable
from pgrerank.storage import address, embedded, startup, tenancy
from pgrerank.storage import models as registry
from pgrerank.storage.embedded import EmbeddedServer
from pgrerank.storage.pool import Pool, pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """URLs of Postgres for the operator and for the service."""

    admin_url: str
    service_url: str
    #: the embedded server; None: the settings name another server
    server: EmbeddedServer | None = None


@contextmanager
def open_database(settings: Settings) -> Generator[Database]:
    """The database that the settings name, or else the embedded server, which is started.

    Raises:
        DatabaseUnreachableError: The embedded server does not start.
        SettingsError: A URL is malformed.
    """
    addresses = {
        name: value
        for name in ("database_url", "admin_database_url")
        if (value := getattr(settings, name)) is not None
    }
    if addresses:
        given = [
            address.parse(url, variable(name), is_only=len(addresses) == 1)
            for name, url in addresses.items()
        ]
        yield Database(service_url=given[0], admin_url=given[-1])
        return
    with embedded.running(settings.data_dir) as server:
        yield Database(admin_url=server.admin_url, service_url=server.service_url, server=server)


async def register(settings: Settings, card: ModelCard) -> None:
    """Add a model to the database's registry, unless it is there already.

    Raises:
        StartupError: The database is refused; the message names the remedy.
    """
    with open_database(settings) as database:
        async with (
            open_pool(database, settings) as connections,
            tenancy.nobody(connections) as link,
        ):
            await registry.register(link, card)


@asynccontextmanager
async def open_pool(database: Database, settings: Settings) -> AsyncGenerator[Pool]:
    """A pool of connections to a verified database; a new embedded one is migrated first.

    Raises:
        StartupError: The database is refused; the message names the remedy.
    """
    try:
        await startup.verify(database.service_url)
    except (MissingExtensionError, UnmigratedError) as error:
        if database.server is None or not _is_new(error):
            raise
        # Nobody else migrates a new embedded server.
        from pgrerank.storage import migrate  # noqa: PLC0415 - alembic takes long to import

        await asyncio.to_thread(migrate.upgrade, database.admin_url)
    async with pool(database.service_url, size=settings.pool_size) as connections:
        yield connections


def _is_new(error: MissingExtensionError | UnmigratedError) -> bool:
    return isinstance(error, MissingExtensionError) or error.revision is None
