"""To a database that is fit to be served from."""

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
    """Where Postgres is, for operators and for the service."""

    admin_url: str
    service_url: str
    #: the server of our own, where no URL names another
    server: EmbeddedServer | None = None


@contextmanager
def database(settings: Settings) -> Generator[Database]:
    """The database of the settings: the one they name, or else the embedded server, started.

    Raises:
        DatabaseUnreachableError: The embedded server does not come up.
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
    """Enter a model into the database's registry, where it is not there already.

    Raises:
        StartupError: The database is refused; says what mends it.
    """
    with database(settings) as found:
        async with open_pool(found, settings) as connections, tenancy.nobody(connections) as link:
            await registry.identifier(link, card)


@asynccontextmanager
async def open_pool(found: Database, settings: Settings) -> AsyncGenerator[Pool]:
    """Connections to a database that was looked over; a new one of our own is migrated first.

    Raises:
        StartupError: It is refused; says what mends it.
    """
    try:
        await startup.verify(found.service_url)
    except (MissingExtensionError, UnmigratedError) as error:
        if found.server is None or not _is_new(error):
            raise
        # A server of our own that is new has nobody else to migrate it.
        from pgrerank.storage import migrate  # noqa: PLC0415 - alembic takes long to import

        await asyncio.to_thread(migrate.upgrade, found.admin_url)
    async with pool(found.service_url, size=settings.pool_size) as connections:
        yield connections


def _is_new(error: MissingExtensionError | UnmigratedError) -> bool:
    return isinstance(error, MissingExtensionError) or error.found is None
