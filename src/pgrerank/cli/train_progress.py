"""Progress of a training run: a bar, and a line for each measurement."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pgrerank.cli import output, progress
from pgrerank.cli.output import number

if TYPE_CHECKING:
    from pgrerank.training.clock import TrainingProgress


@contextmanager
def training_progress() -> Generator[Callable[["TrainingProgress"], None]]:
    """Yield a callback that shows progress on standard error."""
    with progress.bar("training", 1.0) as advance:

        def tell(standing: "TrainingProgress") -> None:
            advance(standing.progress, _note(standing))
            if standing.ndcg is not None:
                output.messages().print(_line(standing))

        yield tell


def _note(standing: "TrainingProgress") -> str:
    return (
        f"loss {number(standing.loss)}  dev nDCG@10 {number(standing.best_ndcg)}  "
        f"{standing.pairs_per_s:.0f} pairs/s"
    )


def _line(standing: "TrainingProgress") -> str:
    best = " best so far" if standing.ndcg == standing.best_ndcg else ""
    return (
        f"{standing.seconds / 60:6.1f} min  step {standing.step}  loss {number(standing.loss)}  "
        f"dev nDCG@10 {number(standing.ndcg, 4)}{best}"
    )
