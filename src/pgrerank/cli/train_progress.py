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

        def tell(state: "TrainingProgress") -> None:
            advance(state.progress, _note(state))
            if state.ndcg is not None:
                output.messages().print(_line(state))

        yield tell


def _note(state: "TrainingProgress") -> str:
    return (
        f"loss {number(state.loss)}  dev nDCG@10 {number(state.best_ndcg)}  "
        f"{state.pairs_per_s:.0f} pairs/s"
    )


def _line(state: "TrainingProgress") -> str:
    best = " best so far" if state.ndcg == state.best_ndcg else ""
    return (
        f"{state.seconds / 60:6.1f} min  step {state.step}  loss {number(state.loss)}  "
        f"dev nDCG@10 {number(state.ndcg, 4)}{best}"
    )
