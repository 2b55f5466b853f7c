"""pgrerank key."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import click

from pgrerank.cli import listing, option, output
from pgrerank.cli.command import Commands, examples, read_settings
from pgrerank.domain.tenant import ApiKey, Scope
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.api.v1.schema.responses import Key

_SPAN = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def _expiry(context: click.Context, option: click.Parameter, value: str | None) -> datetime | None:
    """The instant after a time span such as 12h, 90d or 4w."""
    if value is None:
        return None
    match = _SPAN.fullmatch(value)
    if match is None:
        raise click.BadParameter(f"{value!r} is not a span such as 12h, 90d or 4w", context, option)
    return datetime.now(UTC) + timedelta(**{_UNITS[match[2]]: int(match[1])})


@click.group(cls=Commands)
def key() -> None:
    """Manage API keys, which a tenant's applications send as `Authorization: Bearer`."""


@key.command(
    epilog=examples(
        "pgrerank key add website --tenant acme --scope search",
        "pgrerank key add loader --tenant acme --scope ingest --scope search --expires 90d",
    )
)
@click.argument("name")
@option.tenant
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    callback=option.distinct(),
    type=click.Choice([str(scope) for scope in Scope]),
    default=[str(Scope.SEARCH)],
    show_default=True,
    help="Scope of the key; may be repeated.",
)
@click.option(
    "--expires",
    "expires_at",
    callback=_expiry,
    metavar="SPAN",
    help="Lifetime, such as 12h, 90d or 4w. Default: no expiry.",
)
@option.as_json
@click.pass_context
def add(
    context: click.Context,
    *,
    name: str,
    tenant_name: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
    as_json: bool,
) -> None:
    """Create a key. The secret is shown once and cannot be retrieved later."""
    issued, secret = asyncio.run(
        _issue(read_settings(context), tenant_name, name, scopes, expires_at)
    )
    if as_json:
        output.as_json({"key": _plain(issued), "secret": secret})
    else:
        click.echo(secret)
        output.messages().print(
            f"This is the key {name} of {tenant_name}. Keep it: only its hash is stored.",
            style="dim",
        )


@key.command(name="list", epilog=examples("pgrerank key list --tenant acme"))
@option.tenant
@option.as_json
@click.pass_context
def list_(context: click.Context, *, tenant_name: str, as_json: bool) -> None:
    """List a tenant's keys, newest first, including revoked ones; without secrets."""
    keys = asyncio.run(_all(read_settings(context), tenant_name))
    if as_json:
        output.as_json([_plain(key) for key in keys])
        return
    now = datetime.now(UTC)
    output.table(
        ["name", "id", "prefix", "scopes", "state", "created"],
        [
            (k.name, k.id, k.prefix, " ".join(sorted(k.scopes)), _state(k, now), k.created_at)
            for k in keys
        ],
    )


@key.command(
    epilog=examples("pgrerank key revoke 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b --tenant acme")
)
@click.argument("key_id", type=click.UUID)
@option.tenant
@click.pass_context
def revoke(context: click.Context, *, key_id: UUID, tenant_name: str) -> None:
    """Revoke a key immediately, by the id that `key list` shows."""
    asyncio.run(_revoke(read_settings(context), tenant_name, key_id))
    click.echo(f"Key {key_id} is revoked.")


async def _issue(
    settings: Settings,
    tenant_name: str,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
) -> tuple[ApiKey, str]:
    from pgrerank import wiring
    from pgrerank.usecases import access

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        granted = frozenset(Scope(scope) for scope in scopes)
        return await access.issue(admin_services, tenant.id, name, granted, expires_at)


async def _all(settings: Settings, tenant_name: str) -> list[ApiKey]:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await listing.everything(
            lambda cursor: admin_services.keys.page(tenant.id, limit=listing.PAGE, cursor=cursor)
        )


async def _revoke(settings: Settings, tenant_name: str, key_id: UUID) -> None:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        await admin_services.keys.revoke(tenant.id, key_id)


def _plain(key: ApiKey) -> "Key":
    from pgrerank.api.v1.schema.responses import Key

    return Key.of(key)


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "valid"
    return "expired" if key.expires_at <= now else f"valid until {key.expires_at:%Y-%m-%d %H:%M}"
