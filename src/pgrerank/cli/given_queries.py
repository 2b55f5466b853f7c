"""Queries that a command is given, instead of those of the log."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import click

from pgrerank.cli import option
from pgrerank.cli.command import refuse_unused
from pgrerank.formats import beir

_TEXTS: option.Decorator = click.option(
    "--query",
    "texts",
    multiple=True,
    callback=option.distinct(),
    help="Query to judge; may be repeated.",
)
_FILE: option.Decorator = click.option(
    "--queries",
    "query_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON Lines with `_id` and `text` of each query.",
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--query` (`texts`) and `--queries` (`query_file`) to a command."""
    return _TEXTS(_FILE(command))


def chosen(
    context: click.Context,
    texts: Sequence[str],
    query_file: Path | None,
    *,
    of_log: Collection[str],
) -> Sequence[str]:
    """The queries of both options; none: those of the log are meant.

    Args:
        context: The context of the command.
        texts: Value of `--query`.
        query_file: Value of `--queries`.
        of_log: Parameters that are for queries of the log.

    Raises:
        Misused: A parameter of the log is given beside these options.
    """
    if texts or query_file:
        refuse_unused(context, of_log, "is for queries of the log")
    return [*texts, *(beir.texts(query_file).values() if query_file else ())]
