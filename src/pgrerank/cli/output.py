"""Printing of results: tables for people, JSON for programs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pgrerank.domain.count import counted
from pgrerank.domain.ingest import Rejection

#: width of a console that is not a terminal, so that nothing is wrapped or cut
UNBOUNDED = 100_000
#: longest word, in characters, that is never broken
_LONGEST_WORD = 40
#: minimum width of a text column whose cells are broken between words
_NARROWEST_TEXT = 16
_GAP = 2


def as_json(value: object) -> None:
    """Print a value as indented JSON on standard output."""
    encoded = msgspec.json.encode(value, enc_hook=str)
    click.echo(msgspec.json.format(encoded, indent=2).decode())


def console() -> Console:
    """Standard output, as wide as the terminal, or unbounded if it is not a terminal."""
    target = Console(highlight=False)
    return target if target.is_terminal else Console(highlight=False, width=UNBOUNDED)


def messages() -> Console:
    """Standard error, for progress and remarks."""
    return Console(stderr=True, highlight=False)


def show(renderable: object) -> None:
    """Print on standard output without trailing spaces."""
    target = console()
    with target.capture() as captured:
        target.print(renderable)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows under column heads, numbers right-aligned.

    Ids, timestamps, numbers and words of up to 40 characters are never wrapped or cut. If the
    terminal is too narrow for the table, each row is printed as a record, one line per value.
    """
    values = [list(row) for row in rows]
    cells = [[_cell(value) for value in row] for row in values]
    if title:
        console().print(Text(title, style="italic"), soft_wrap=True)
    if _narrowest(columns, cells, values) <= console().width:
        show(_table(columns, cells, values))
    else:
        _print_records(columns, cells)


def number(value: float | None, digits: int = 3) -> str:
    """Formatted number, or `-` for None."""
    return "-" if value is None else f"{value:.{digits}f}"


def _table(
    columns: Sequence[str], cells: Sequence[Sequence[str]], values: Sequence[Sequence[object]]
) -> Table:
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(columns):
        numeric = bool(cells) and all(_is_number(row[place]) for row in cells)
        grid.add_column(
            name,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=not all(_is_text(row[place]) for row in values),
            min_width=_column_width(name, place, cells, values),
        )
    for row in cells:
        grid.add_row(*map(Text, row))
    return grid


def _print_records(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    for place, row in enumerate(cells):
        record = Table(box=None, show_header=False, pad_edge=False)
        record.add_column(style="bold", no_wrap=True)
        record.add_column(overflow="fold")
        for name, cell in zip(columns, row, strict=True):
            record.add_row(name, Text(cell))
        if place:
            click.echo()
        show(record)


def _narrowest(
    columns: Sequence[str], cells: Sequence[Sequence[str]], values: Sequence[Sequence[object]]
) -> int:
    widths = [_column_width(name, place, cells, values) for place, name in enumerate(columns)]
    return sum(widths) + _GAP * len(widths)


def _column_width(
    name: str, place: int, cells: Sequence[Sequence[str]], values: Sequence[Sequence[object]]
) -> int:
    """Minimum width of a table column, in characters."""
    texts = [row[place] for row in cells]
    widest = max((len(text) for text in texts), default=0)
    if any(not _is_text(row[place]) for row in values):
        return max(widest, _longest_word(name))
    words = max((_longest_word(text) for text in texts), default=0)
    return max(min(widest, max(min(words, _LONGEST_WORD), _NARROWEST_TEXT)), _longest_word(name))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _is_text(value: object) -> bool:
    """Whether a value may be broken between words."""
    if isinstance(value, str):
        return not _is_number(value)
    return not isinstance(value, UUID | datetime | int | float)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else " ".join(str(value).split())


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit() or text == "-"


def say_left_out(path: Path, rejected: Sequence[Rejection]) -> None:
    """Print on standard error how many corpus rows were rejected, and the first of them."""
    if rejected:
        first = rejected[0]
        name = f" ({first.external_id})" if first.external_id else ""
        rows = counted(len(rejected), "row")
        click.echo(
            f"{path}: {rows} left out, the first on line {first.line}{name}: {first.reason}",
            err=True,
        )
