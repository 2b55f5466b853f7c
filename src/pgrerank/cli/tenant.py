"""pgrerank tenant."""

import asyncio
from typing import Any

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, examples, settings
from pgrerank.domain.tenant import Tenant
from pgrerank.settings import Settings

_MOST = 2**31 - 1  # that Postgres keeps in an integer


class PairsPerSecond(click.ParamType[int | None]):
    """A number from 0, or `default`, which is None."""

    name = "number or default"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """Read what was typed."""
        if value == "default":
            return None
        return click.IntRange(0, _MOST).convert(value, param, ctx)


@click.group(cls=Commands)
def tenant() -> None:
    """Tenants: isolated customers, each seeing nothing of any other."""


@tenant.command(epilog=examples("pgrerank tenant add acme"))
@click.argument("name")
@option.as_json
@click.pass_context
def add(context: click.Context, *, name: str, as_json: bool) -> None:
    """Make a tenant."""
    made = asyncio.run(_create(settings(context), name))
    if as_json:
        output.as_json(made)
    else:
        click.echo(
            f"Tenant {made.name} is made. Next: pgrerank collection add docs --tenant {made.name}"
        )


@tenant.command(name="list", epilog=examples("pgrerank tenant list --json"))
@option.as_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Show all tenants, by name."""
    found = asyncio.run(_all(settings(context)))
    if as_json:
        output.as_json(found)
    else:
        rows = [(t.name, t.id, t.created_at, _quota(t), t.keep_texts) for t in found]
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
    """Set how many pairs a second a tenant may have reranked.

    0 lifts every bound, `default` goes back to PGRERANK_PAIRS_PER_SECOND. A running service heeds it
    from the next request on.
    """
    changed = asyncio.run(_set_quota(settings(context), name, pairs_per_second))
    if as_json:
        output.as_json(changed)
    else:
        click.echo(f"Tenant {changed.name} may have pairs reranked a second: {_quota(changed)}.")


@tenant.command(
    epilog=examples("pgrerank tenant texts acme --keep", "pgrerank tenant texts acme --forget")
)
@click.argument("name")
@click.option(
    "--keep/--forget", "keep_texts", required=True, help="Keep them from now on, or not any more."
)
@option.as_json
@click.pass_context
def texts(context: click.Context, *, name: str, keep_texts: bool, as_json: bool) -> None:
    """Say whether the log keeps the texts of documents that callers bring to be ranked.

    The log has their hashes in any case. What was kept stays until its month is dropped.
    """
    changed = asyncio.run(_set_texts(settings(context), name, keep_texts=keep_texts))
    if as_json:
        output.as_json(changed)
    else:
        said = "keeps" if changed.keep_texts else "does not keep"
        click.echo(f"The log of tenant {changed.name} {said} the texts that callers bring.")


@tenant.command(epilog=examples("pgrerank tenant remove acme --yes"))
@click.argument("name")
@option.yes
@click.pass_context
def remove(context: click.Context, *, name: str) -> None:
    """Delete a tenant with all it owns: collections, documents, keys and its rerank log."""
    asyncio.run(_remove(settings(context), name))
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
