"""What every command shares: how it fails, how its help shows examples, where settings come from."""

from pathlib import Path
from typing import Any

import click
import msgspec
from rich_click import RichGroup

from pgrerank.domain.errors import InvalidRequestError, PgrerankError
from pgrerank.settings import Settings


class Failed(Exception):  # noqa: N818 - what the command did, not a kind of error
    """A command cannot do what it was asked to: one line on standard error."""

    exit_code = 1


class Misused(Failed):
    """The command was called wrongly."""

    exit_code = 2


class Commands(RichGroup):
    """A group whose commands fail with one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it or pgrerank refuses on purpose becomes one line."""
        try:
            return super().invoke(ctx)
        except (PgrerankError, Failed) as error:
            click.echo(f"pgrerank: {error}", err=True)
            ctx.exit(_exit_code(error))


def _exit_code(error: PgrerankError | Failed) -> int:
    if isinstance(error, InvalidRequestError):
        return Misused.exit_code
    return error.exit_code if isinstance(error, Failed) else Failed.exit_code


def examples(*lines: str) -> str:
    """An epilog that shows command lines, each on its own."""
    return "\n\n".join(["Examples:", *(f"$ {line}" for line in lines)])


def settings(context: click.Context) -> Settings:
    """The settings of this call. Raises SettingsError."""
    found = Settings.from_environ()
    data_dir: Path | None = context.find_root().obj
    return msgspec.structs.replace(found, data_dir=data_dir) if data_dir else found
