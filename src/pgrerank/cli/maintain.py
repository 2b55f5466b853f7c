"""pgrerank maintain."""

import click
from rich_click import RichCommand


@click.command(cls=RichCommand)
def maintain() -> None:
    """Keep the database in shape."""
