"""pgrerank login."""

import asyncio
from collections.abc import Sequence

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, Misused, examples, read_settings

_KINDS = ["app", "analyst"]


@click.group(cls=Commands)
def login() -> None:
    """Manage PostgreSQL logins of the service and of analysts, who read with SQL."""


@login.command(
    epilog=examples(
        "pgrerank login add pgrerank_service  # for PGRERANK_DATABASE_URL",
        "pgrerank login add ana --kind analyst --tenant acme",
    )
)
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    default="app",
    show_default=True,
    help="`app` is for the service; `analyst` reads the views of the tenants granted to it.",
)
@click.option(
    "--tenant",
    "-t",
    "tenants",
    multiple=True,
    callback=option.distinct(),
    metavar="NAME",
    help="Tenant an analyst may read; may be repeated.",
)
@option.as_json
@click.pass_context
def add(
    context: click.Context, *, name: str, kind: str, tenants: Sequence[str], as_json: bool
) -> None:
    """Create a login with a random password, and print its connection URL once."""
    if tenants and kind != "analyst":
        raise Misused("--tenant is for analysts: the service may act for every tenant")
    from pgrerank import wiring
    from pgrerank.storage import admin

    role = admin.LoginKind[kind.upper()]
    with wiring.open_database(read_settings(context)) as database:
        url = asyncio.run(admin.add_login(database.admin_url, name, role, tenants=tenants))
    if as_json:
        output.as_json({"login": name, "kind": kind, "tenants": tenants, "url": url})
    else:
        click.echo(url)
        output.messages().print("Keep it: the password cannot be shown again.", style="dim")


@login.command(epilog=examples("pgrerank login remove ana --yes"))
@click.argument("name")
@option.yes
@click.pass_context
def remove(context: click.Context, *, name: str) -> None:
    """Drop a login and its grants."""
    from pgrerank import wiring
    from pgrerank.storage import admin

    with wiring.open_database(read_settings(context)) as database:
        asyncio.run(admin.remove_login(database.admin_url, name))
    click.echo(f"Login {name} is dropped.")


@login.command(epilog=examples("pgrerank login grant ana --tenant acme"))
@click.argument("name")
@option.tenant
@click.pass_context
def grant(context: click.Context, *, name: str, tenant_name: str) -> None:
    """Let an analyst's login read a tenant."""
    from pgrerank import wiring
    from pgrerank.storage import admin

    with wiring.open_database(read_settings(context)) as database:
        asyncio.run(admin.grant(database.admin_url, name, tenant_name))
    click.echo(f"{name} may read {tenant_name}.")


@login.command(epilog=examples("pgrerank login revoke ana --tenant acme"))
@click.argument("name")
@option.tenant
@click.pass_context
def revoke(context: click.Context, *, name: str, tenant_name: str) -> None:
    """Stop an analyst's login from reading a tenant."""
    from pgrerank import wiring
    from pgrerank.storage import admin

    with wiring.open_database(read_settings(context)) as database:
        asyncio.run(admin.revoke(database.admin_url, name, tenant_name))
    click.echo(f"{name} may no longer read {tenant_name}.")


@login.command(name="list", epilog=examples("pgrerank login list"))
@option.as_json
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List which analyst may read which tenant."""
    from pgrerank import wiring
    from pgrerank.storage import admin

    with wiring.open_database(read_settings(context)) as database:
        grants = asyncio.run(admin.grants(database.admin_url))
    if as_json:
        output.as_json(grants)
    else:
        output.table(["login", "tenant"], [(grant.login, grant.tenant) for grant in grants])
