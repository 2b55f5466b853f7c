"""Commands that are imported when they run, since the help of their group needs only summaries."""

from importlib import import_module

import click

from pgrerank.cli.command import Commands


class DeferredCommand(click.Command):
    """Stands for a command in the help of its group.

    Args:
        name: Name of the command; its function has this name, with underscores.
        summary: First paragraph of its help.
        module: Module of `pgrerank.cli` that defines it; None: the one named like its function.
    """

    def __init__(self, name: str, summary: str, module: str | None = None) -> None:
        super().__init__(name, help=summary)
        self._attribute = name.replace("-", "_")
        self._module = module or self._attribute

    def load(self) -> click.Command:
        """Import the command itself."""
        return getattr(import_module(f"pgrerank.cli.{self._module}"), self._attribute)


class DeferredCommands(Commands):
    """A group of commands that are imported when they run."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name, loaded, with its name and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, DeferredCommand) else command, rest
