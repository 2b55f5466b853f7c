"""pgrerank migrate."""

import asyncio
from typing import TYPE_CHECKING

import click

from pgrerank.cli.command import Command, examples, read_settings

if TYPE_CHECKING:
    from pgrerank.wiring import Database


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank migrate  # migrate the database to this version",
        "pgrerank migrate --check  # exit with 1 if a migration is needed",
    ),
)
@click.option("--check", is_flag=True, help="Change nothing; fail unless the database is ready.")
@click.pass_context
def migrate(context: click.Context, *, check: bool) -> None:
    """Migrate the database to this version of pgrerank.

    Safe while older processes still serve, safe to run concurrently, and fast if there is nothing
    to do. Uses PGRERANK_ADMIN_DATABASE_URL if set. Plain `alembic upgrade head` does the same.
    """
    from pgrerank import wiring
    from pgrerank.storage import migrate as migrations
    from pgrerank.storage import sqlfile

    with wiring.open_database(read_settings(context)) as database:
        if check:
            asyncio.run(_verify(database))
        else:
            migrations.upgrade(database.admin_url)
        click.echo(f"The database is at revision {sqlfile.revisions()[0]}.")


async def _verify(database: "Database") -> None:
    """Verify the schema and the service's login, as far as the URLs that are set allow."""
    from pgrerank.storage import address, startup

    if not address.is_services_alone(database.admin_url):
        await startup.verify_schema(database.admin_url)
    if address.variable_of(database.service_url) != address.ADMINISTRATOR:
        await startup.verify(database.service_url)
    else:
        click.echo(
            f"{address.SERVICE} is not set, so no login of the service is checked.", err=True
        )
