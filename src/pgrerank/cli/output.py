"""How results are printed: tables for people, JSON for programs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click
import msgspec
from rich.console import Console
from rich.table import Table


def as_json(value: object) -> None:
    """Print a value as indented JSON on standard output."""
    encoded = msgspec.json.encode(value, enc_hook=str)
    click.echo(msgspec.json.format(encoded, indent=2).decode())


def console() -> Console:
    """Standard output, as wide as the terminal; 120 columns where there is none."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=120)


def messages() -> Console:
    """Standard error: progress and remarks."""
    return Console(stderr=True, highlight=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows under column heads; numbers to the right."""
    drawn = Table(title=title or None, title_justify="left", box=None, header_style="bold")
    cells = [[_cell(value) for value in row] for row in rows]
    for place, name in enumerate(columns):
        numeric = bool(cells) and all(_is_number(row[place]) for row in cells)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        drawn.add_row(*row)
    console().print(drawn)


def number(value: float | None, digits: int = 3) -> str:
    """A score, or a dash for none."""
    return "-" if value is None else f"{value:.{digits}f}"


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    return "-" if value is None else str(value)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit() or text == "-"
