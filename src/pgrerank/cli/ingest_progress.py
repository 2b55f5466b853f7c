"""How far an ingest has come: a bar in a terminal, plain lines now and then elsewhere."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pgrerank.cli.output import messages
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import IngestReport
from pgrerank.formats.boilerplate import Boilerplate

if TYPE_CHECKING:
    from pgrerank.formats.row import Row

#: seconds between two lines where there is no terminal
EVERY = 10.0
#: tells what is going on, and which part of the whole is done, if that is known
Show = Callable[[str, float | None], None]


class Meter:
    """What an ingest has read, embedded and stored, for people who wait.

    Args:
        show: Where it is told.
        size: Bytes of the sources; 0: not known.
        elapsed: A clock, in seconds.
    """

    def __init__(self, show: Show, size: int, *, elapsed: Callable[[], float] = monotonic) -> None:
        self.report = IngestReport()
        self.boilerplate = Boilerplate()
        self._show = show
        self._size = size
        self._elapsed = elapsed
        self._started = elapsed()
        self._finished = 0
        self._source = ""
        self._position = 0
        self._read = 0

    def loading(self) -> None:
        """The models are being loaded."""
        self._show("loading the models", None)

    def track(self, rows: "Iterable[Row]") -> "Iterator[Row]":
        """The rows, remembering where the reader stands."""
        self._started = self._elapsed()
        for row in rows:
            if row.source != self._source:
                self._finished += self._position
                self._source = row.source
            self._position = row.position
            self._read += 1
            if isinstance(row.item, Document):
                self.boilerplate.see(row.item)
            self._show(f"reading, {self._read} rows{self._summary()}", self._part())
            yield row

    def embedding(self, done: int, total: int) -> None:
        """So many chunks of those at hand are embedded."""
        self._show(f"embedding, {done} of {total} chunks at hand{self._summary()}", self._part())

    def note_stored(self, report: IngestReport) -> None:
        """What was read so far is stored or rejected."""
        self.report = report
        self._show(f"stored{self._summary()}", self._part())

    def _summary(self) -> str:
        report = self.report
        seconds = max(self._elapsed() - self._started, 0.001)
        return (
            f"; {report.accepted} documents stored, {len(report.rejected)} rejected, "
            f"{report.chunks / seconds:.0f} chunks/s"
        )

    def _part(self) -> float | None:
        return (self._finished + self._position) / self._size if self._size else None


@contextmanager
def progress_display() -> Generator[Show]:
    """Progress on standard error, from the first moment on."""
    console = messages()
    if not console.is_terminal:
        yield _Lines(lambda line: console.print(line, soft_wrap=True, markup=False))
        return
    columns = [BarColumn(), TaskProgressColumn(), TimeElapsedColumn()]
    with Progress(*columns, TextColumn("{task.description}", markup=False), console=console) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda text, part: bar.update(
            task, description=text, total=None if part is None else 1.0, completed=part or 0.0
        )


class _Lines:
    """A line when something else begins, and every ten seconds while it goes on."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._activity = ""
        self._last = -EVERY

    def __call__(self, text: str, part: float | None) -> None:
        activity = text.partition(",")[0]
        is_new = not self._activity or self._activity.startswith("loading")
        if not is_new and monotonic() - self._last < EVERY:
            return
        self._activity, self._last = activity, monotonic()
        percent = "" if part is None else f"{part:4.0%} "
        self._write(f"{percent}{text}")
