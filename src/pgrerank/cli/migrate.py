"""pgrerank migrate."""

import asyncio

import click
from rich_click import RichCommand

from pgrerank.cli.command import examples, settings


@click.command(
    cls=RichCommand,
    epilog=examples(
        "pgrerank migrate  # bring the database up to this version",
        "pgrerank migrate --check  # exit 1 and say so if that is needed",
    ),
)
@click.option("--check", is_flag=True, help="Change nothing; fail unless the database is ready.")
@click.pass_context
def migrate(context: click.Context, *, check: bool) -> None:
    """Bring the database up to this version of pgrerank.

    Safe while older processes still serve, safe to run from any number of places at once, and
    quick when there is nothing to do. Uses PGRERANK_ADMIN_DATABASE_URL where it is set. Plain
    `alembic upgrade head` does the same.
    """
    from pgrerank import wiring
    from pgrerank.storage import migrate as migrations
    from pgrerank.storage import startup

    with wiring.database(settings(context)) as database:
        if not check:
            migrations.upgrade(database.admin_url)
        if check:
            asyncio.run(startup.verify(database.service_url))
        click.echo(f"The database is at revision {migrations.revisions()[0]}.")
