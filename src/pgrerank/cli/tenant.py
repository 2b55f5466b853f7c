"""pgrerank tenant."""

import asyncio

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, examples, settings
from pgrerank.domain.tenant import Tenant
from pgrerank.settings import Settings


@click.group(cls=Commands)
def tenant() -> None:
    """Tenants: isolated customers, each seeing nothing of any other."""


@tenant.command(epilog=examples("pgrerank tenant add acme"))
@click.argument("name")
@option.as_json
@click.pass_context
def add(context: click.Context, *, name: str, as_json: bool) -> None:
    """Make a tenant."""
    made = asyncio.run(_made(settings(context), name))
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
        output.table(["name", "id", "created"], [(t.name, t.id, t.created_at) for t in found])


@tenant.command(epilog=examples("pgrerank tenant remove acme --yes"))
@click.argument("name")
@option.yes
@click.pass_context
def remove(context: click.Context, *, name: str) -> None:
    """Delete a tenant with all it owns: collections, documents, keys and its rerank log."""
    asyncio.run(_removed(settings(context), name))
    click.echo(f"Tenant {name} is deleted.")


async def _made(found: Settings, name: str) -> Tenant:
    from pgrerank import wiring

    async with wiring.office(found) as office:
        return await office.tenants.create(name)


async def _all(found: Settings) -> list[Tenant]:
    from pgrerank import wiring

    async with wiring.office(found) as office:
        return [tenant async for tenant in office.tenants.all()]


async def _removed(found: Settings, name: str) -> None:
    from pgrerank import wiring

    async with wiring.office(found) as office:
        await office.tenants.delete(name)
