"""pgrerank completion."""

import click
from click.shell_completion import get_completion_class

from pgrerank.cli.command import Command, Failed, examples

_SHELLS = ("bash", "zsh", "fish")


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank completion bash >> ~/.bashrc",
        "pgrerank completion zsh >> ~/.zshrc  # after the line with compinit",
        "pgrerank completion fish > ~/.config/fish/completions/pgrerank.fish",
    ),
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print a script that completes commands, options and files in bash 4.4, zsh or fish.

    Each Tab runs pgrerank once, without a database and without models. Tenants, collections and
    documents are not completed.
    """
    script = get_completion_class(shell)
    if script is None:  # of another version of click
        raise Failed(f"this version of click completes no {shell}")
    click.echo(script(context.find_root().command, {}, "pgrerank", "_PGRERANK_COMPLETE").source())
