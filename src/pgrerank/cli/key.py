"""pgrerank key."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from pgrerank.cli import listing, option, output, remote
from pgrerank.cli.command import Commands, examples
from pgrerank.domain.tenant import Scope

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client import AsyncClient
    from pgrerank.client.key import IssuedKey, Key

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
        "PGRERANK_KEY=pgr_... pgrerank key add website --url http://127.0.0.1:8080"
        "  # with a key of the scope admin",
    )
)
@click.argument("name")
@remote.place
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
def add(
    place: "CommandPlace",
    *,
    name: str,
    scopes: Sequence[Any],
    expires_at: datetime | None,
    as_json: bool,
) -> None:
    """Create a key. The secret is shown once and cannot be retrieved later."""
    issued = place.ask(
        lambda client: client.issue_key(name, scopes=scopes, expires_at=expires_at),
        lambda here: _issued(here, name, scopes, expires_at),
    )
    if as_json:
        output.as_json(issued)
        return
    click.echo(issued.secret)
    owner = "your tenant" if place.service else place.tenant_name
    output.messages().print(
        f"This is the key {name} of {owner}. Keep it: only its hash is stored.", style="dim"
    )


@key.command(name="list", epilog=examples("pgrerank key list --tenant acme"))
@remote.place
@option.as_json
def list_(place: "CommandPlace", *, as_json: bool) -> None:
    """List a tenant's keys, newest first, including revoked ones; without secrets."""
    keys = place.ask(_listed, _all)
    if as_json:
        output.as_json(keys)
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
@remote.place
def revoke(place: "CommandPlace", *, key_id: UUID) -> None:
    """Revoke a key immediately, by the id that `key list` shows."""
    place.ask(
        lambda client: client.revoke_key(key_id),
        lambda here: here.services.keys.revoke(here.tenant_id, key_id),
    )
    click.echo(f"Key {key_id} is revoked.")


async def _issued(
    here: "Here", name: str, scopes: Sequence[str], expires_at: datetime | None
) -> "IssuedKey":
    from pgrerank.api.v1.schema.responses import IssuedKey as Served
    from pgrerank.api.v1.schema.responses import Key
    from pgrerank.client.key import IssuedKey
    from pgrerank.usecases import access

    granted = frozenset(Scope(scope) for scope in scopes)
    issued, secret = await access.issue(here.services, here.tenant_id, name, granted, expires_at)
    return remote.as_client(Served(key=Key.of(issued), secret=secret), IssuedKey)


async def _listed(client: "AsyncClient") -> "list[Key]":
    return [each async for each in client.keys()]  # noqa: SIM118 - no mapping


async def _all(here: "Here") -> "list[Key]":
    from pgrerank.api.v1.schema.responses import Key as Served
    from pgrerank.client.key import Key

    keys = await listing.everything(
        lambda cursor: here.services.keys.page(here.tenant_id, limit=listing.PAGE, cursor=cursor)
    )
    return [remote.as_client(Served.of(each), Key) for each in keys]


def _state(key: "Key", now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "valid"
    return "expired" if key.expires_at <= now else f"valid until {key.expires_at:%Y-%m-%d %H:%M}"
