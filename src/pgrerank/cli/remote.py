"""Commands that call a running service instead of using their own database and models."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec
from click.core import ParameterSource

from pgrerank.cli import option
from pgrerank.cli.command import Failed, Misused, read_settings
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.client import AsyncClient
    from pgrerank.domain.ids import TenantId
    from pgrerank.ports.services import AdminServices, Services

Answer = TypeVar("Answer")

#: seconds to wait for an answer, and for one that takes models: a calibration runs many searches
TIMEOUT_S, MODEL_TIMEOUT_S = 30.0, 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """URL and API key of a running service."""

    url: str
    key: str


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--url` and `--key` to a command."""
    url = click.option(
        "--url",
        metavar="URL",
        help="Use the service at this URL, and neither a database nor models here. "
        "Default: PGRERANK_URL.",
    )
    key = click.option(
        "--key",
        metavar="KEY",
        help="API key of the service. Prefer PGRERANK_KEY, which the process list does not show.",
    )
    return url(key(command))


def service(settings: Settings, url: str | None, key: str | None) -> Service | None:
    """Service to call, or None if no URL is set. Raises Misused if its key is missing."""
    address, secret = url or settings.url, key or settings.key
    if address is None:
        if key is not None:
            raise Misused("--key goes with --url or PGRERANK_URL")
        return None
    if secret is None:
        raise Misused("set PGRERANK_KEY to an API key of the service, with the scope `search`")
    return Service(url=address, key=secret)


tenant: option.Decorator = click.option(
    "--tenant",
    "-t",
    "tenant_name",
    envvar=option.TENANT,
    metavar="NAME",
    help=f"Tenant. Default: {option.TENANT}. With --url, the key determines it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The database, with the tenant of a command."""

    services: "AdminServices"
    tenant_id: "TenantId"


@dataclass(frozen=True, slots=True, kw_only=True)
class HereWithModels:
    """The database and the models, with the tenant of a command."""

    services: "Services"
    tenant_id: "TenantId"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPlace:
    """Where a command runs: at a service, or in the database."""

    settings: Settings
    service: Service | None
    tenant_name: str | None

    def ask(
        self,
        there: "Callable[[AsyncClient], Awaitable[Answer]]",
        here: Callable[[Here], Awaitable[Answer]],
    ) -> Answer:
        """The answer of the service, or of the database.

        Args:
            there: Asks a service.
            here: Asks the database.

        Raises:
            Failed: The service refused, with its message.
        """
        if self.service is not None:
            return ask(self.service, there)
        return asyncio.run(self._ask_here(here))

    def ask_models(
        self,
        there: "Callable[[AsyncClient], Awaitable[Answer]]",
        here: Callable[[HereWithModels], Awaitable[Answer]],
        *,
        check: "Callable[[AdminServices], Awaitable[None]]",
    ) -> Answer:
        """The answer of the service, or of the database and the models.

        Args:
            there: Asks a service.
            here: Asks the database and the models.
            check: Refuses what the database does not have, before models are loaded.

        Raises:
            Failed: The service refused, with its message.
        """
        if self.service is not None:
            return ask(self.service, there, timeout_s=MODEL_TIMEOUT_S)
        return asyncio.run(self._ask_models_here(here, check))

    async def _ask_models_here(
        self,
        here: Callable[[HereWithModels], Awaitable[Answer]],
        check: "Callable[[AdminServices], Awaitable[None]]",
    ) -> Answer:
        from pgrerank import wiring

        async with wiring.all_services(self.settings, check=check) as services:
            found = await services.tenants.by_name(self.tenant_name or "")
            return await here(HereWithModels(services=services, tenant_id=found.id))

    async def _ask_here(self, here: Callable[[Here], Awaitable[Answer]]) -> Answer:
        from pgrerank import wiring

        async with wiring.admin_services(self.settings) as admin_services:
            found = await admin_services.tenants.by_name(self.tenant_name or "")
            return await here(Here(services=admin_services, tenant_id=found.id))


def place(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--tenant`, `--url` and `--key` to a command, which gets a CommandPlace for them."""

    @wraps(command)
    def with_place(
        *, tenant_name: str | None, url: str | None, key: str | None, **arguments: Any
    ) -> Any:
        context = click.get_current_context()
        settings = read_settings(context)
        source = context.get_parameter_source("tenant_name")
        named = tenant_name if source is ParameterSource.COMMANDLINE else None
        called = service_unless_tenant(settings, url, key, named)
        if called is None and tenant_name is None:
            raise Misused("name a tenant with --tenant, or a service with --url")
        return command(
            CommandPlace(settings=settings, service=called, tenant_name=tenant_name), **arguments
        )

    return tenant(options(with_place))


def service_unless_tenant(
    settings: Settings, url: str | None, key: str | None, tenant_name: str | None
) -> Service | None:
    """Service to call, or None for the database. Raises Misused for --tenant with --url, --key."""
    if tenant_name is None:
        return service(settings, url, key)
    if url is not None or key is not None:
        raise Misused("--tenant is for the database; with --url the key determines the tenant")
    return None


def as_client(served: msgspec.Struct, kind: type[Answer]) -> Answer:
    """A response as a client would receive it from the service."""
    return msgspec.convert(served, kind, from_attributes=True)


def ask(
    place: Service,
    call: "Callable[[AsyncClient], Awaitable[Answer]]",
    *,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """Send a call to the service and return its answer. Raises Failed with its error message."""
    return asyncio.run(_ask(place, call, timeout_s))


async def _ask(
    place: Service, call: "Callable[[AsyncClient], Awaitable[Answer]]", timeout_s: float
) -> Answer:
    from pgrerank.client import AsyncClient, ClientError

    try:
        async with AsyncClient(place.url, place.key, timeout_s=timeout_s) as client:
            return await call(client)
    except ClientError as error:
        raise Failed(str(error)) from error
