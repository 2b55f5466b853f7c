"""pgrerank tenant."""

import asyncio
from typing import Any

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, examples, read_settings
from pgrerank.domain.tenant import Tenant
from pgrerank.settings import Settings

_MOST = 2**31 - 1  # maximum of a Postgres integer


class PairsPerSecond(click.ParamType[int | None]):
    """A number of at least 0, or `default`, which becomes None."""

    name = "number or default"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """Parse the argument."""
        if value == "default":
            return None
        return click.IntRange(0, _MOST).convert(value, param, ctx)


@click.group(cls=Commands)
def tenant() -> None:
    """Manage tenants: customers whose data is isolated from each other."""


@tenant.command(epilog=examples("pgrerank tenant add acme"))
@click.argument("name", type=option.NAME)
@option.as_json
@click.pass_context
def add(context: click.Context, *, name: str, as_json: bool) -> None:
    """Create a tenant."""
    created = asyncio.run(_create(read_settings(context), name))
    if as_json:
        output.as_json(created)
    else:
        click.echo(
            f"Tenant {created.name} created. Next: pgrerank collection add docs --tenant {created.name}"
        )


@tenant.command(name="list", epilog=examples("pgrerank tenant list --json"))
@option.as_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List all tenants by name."""
    tenants = asyncio.run(_all(read_settings(context)))
    if as_json:
        output.as_json(tenants)
    else:
        rows = [(t.name, t.id, t.created_at, _quota(t), t.keep_texts) for t in tenants]
        output.table(["name", "id", "created", "pairs/s", "keeps texts"], rows)


@tenant.command(
    epilog=examples("pgrerank tenant quota acme 200", "pgrerank tenant quota acme default")
)
@click.argument("name")
@click.argument("pairs_per_second", type=PairsPerSecond())
@option.as_json
@click.pass_context
def quota(
    context: click.Context, *, name: str, pairs_per_second: int | None, as_json: bool
) -> None:
    """Set a tenant's quota of reranked pairs per second.

    0 means unlimited; `default` means PGRERANK_PAIRS_PER_SECOND. A running service applies it from
    the next request on.
    """
    changed = asyncio.run(_set_quota(read_settings(context), name, pairs_per_second))
    if as_json:
        output.as_json(changed)
    else:
        click.echo(f"Reranked pairs per second of tenant {changed.name}: {_quota(changed)}.")


@tenant.command(
    epilog=examples("pgrerank tenant texts acme --keep", "pgrerank tenant texts acme --forget")
)
@click.argument("name")
@click.option(
    "--keep/--forget", "keep_texts", required=True, help="Whether to keep the texts from now on."
)
@option.as_json
@click.pass_context
def texts(context: click.Context, *, name: str, keep_texts: bool, as_json: bool) -> None:
    """Set whether the log keeps the texts of documents that callers supply for ranking.

    The log always keeps their hashes. Texts kept so far stay until their month is dropped.
    """
    changed = asyncio.run(_set_texts(read_settings(context), name, keep_texts=keep_texts))
    if as_json:
        output.as_json(changed)
    else:
        verb = "keeps" if changed.keep_texts else "does not keep"
        click.echo(f"The log of tenant {changed.name} {verb} the texts that callers supply.")


@tenant.command(epilog=examples("pgrerank tenant remove acme --yes"))
@click.argument("name")
@option.yes
@click.pass_context
def remove(context: click.Context, *, name: str) -> None:
    """Delete a tenant with its collections, documents, keys and rerank log."""
    asyncio.run(_remove(read_settings(context), name))
    click.echo(f"Tenant {name} is deleted.")


def _quota(tenant: Tenant) -> str:
    names = {None: "default", 0: "unlimited"}
    return names.get(tenant.pairs_per_second, str(tenant.pairs_per_second))


async def _set_quota(settings: Settings, name: str, pairs_per_second: int | None) -> Tenant:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        return await admin_services.tenants.set_quota(name, pairs_per_second)


async def _set_texts(settings: Settings, name: str, *, keep_texts: bool) -> Tenant:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        return await admin_services.tenants.set_keep_texts(name, keep_texts=keep_texts)


async def _create(settings: Settings, name: str) -> Tenant:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        return await admin_services.tenants.create(name)


async def _all(settings: Settings) -> list[Tenant]:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        return [tenant async for tenant in admin_services.tenants.all()]


async def _remove(settings: Settings, name: str) -> None:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        await admin_services.tenants.delete(name)
