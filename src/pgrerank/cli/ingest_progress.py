"""Progress of an ingest: a bar in a terminal, occasional lines elsewhere."""

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

#: seconds between two lines without a terminal
EVERY = 10.0
#: takes the current activity, and the share that is done, or None if unknown
Show = Callable[[str, float | None], None]


class Meter:
    """Tracks and shows what an ingest has read, embedded and stored.

    Args:
        show: Displays the progress.
        size: Bytes of the sources; 0 if unknown.
        keeps_ids: Whether the ids of all documents are kept in `ids`.
        elapsed: Clock in seconds.
    """

    def __init__(
        self,
        show: Show,
        size: int,
        *,
        keeps_ids: bool = False,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self.ids: set[str] = set()
        self._keeps_ids = keeps_ids
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
        """Show that the models are being loaded."""
        self._show("loading the models", None)

    def track(self, rows: "Iterable[Row]") -> "Iterator[Row]":
        """Yield the rows, and record the position of the reader."""
        self._started = self._elapsed()
        for row in rows:
            if row.source != self._source:
                self._finished += self._position
                self._source = row.source
            self._position = row.position
            self._read += 1
            if isinstance(row.item, Document):
                self.boilerplate.see(row.item)
                if self._keeps_ids:
                    self.ids.add(row.item.external_id)
            self._show(f"reading, {self._read} rows{self._summary()}", self._part())
            yield row

    def embedding(self, done: int, total: int) -> None:
        """Show how many chunks of the current batch are embedded."""
        self._show(f"embedding, {done} of {total} chunks at hand{self._summary()}", self._part())

    def note_stored(self, report: IngestReport) -> None:
        """Show that the rows read so far are stored or rejected."""
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
    """Show progress on standard error from the start."""
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
    """Prints a line at the start, after loading, and then at most every ten seconds."""

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
