"""Progress bars on standard error, so that standard output stays clean."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from pgrerank.cli.output import messages

#: sets the amount done and the note behind the bar
Advance = Callable[[float, str], None]


@contextmanager
def bar(label: str, total: float | None) -> Generator[Advance]:
    """Progress bar up to `total`, or None if the total is unknown."""
    columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()]
    note = TextColumn("{task.fields[note]}")
    with Progress(*columns, note, TimeRemainingColumn(), console=messages()) as shown:
        task = shown.add_task(label, total=total, note="")
        yield lambda done, text: shown.update(task, completed=done, note=text)


@contextmanager
def count(label: str, total: int) -> Generator[Callable[[], None]]:
    """Progress bar that counts steps."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, TimeRemainingColumn(), console=messages()) as shown:
        task = shown.add_task(label, total=total)
        yield lambda: shown.advance(task)
