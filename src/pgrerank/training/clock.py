"""Progress of a run: when it measures, saves and ends."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from typing_extensions import override

#: file written last into a checkpoint: without it a checkpoint is incomplete
MARK = "whole.json"
_SAVE_EVERY_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgress:
    """Progress report of a run."""

    step: int
    steps: int
    #: share of the run that is done, 0 to 1, by steps or by time, whichever is more
    progress: float
    #: mean loss since the last report; None: no step yet
    loss: float | None
    #: nDCG@10 on held-out queries; None: not measured at this step
    ndcg: float | None
    best_ndcg: float | None
    #: pairs per second since the process started
    pairs_per_s: float
    #: seconds of the run, including its interrupted parts
    seconds: float


Watch = Callable[[TrainingProgress], None]


@dataclass
class TrainingClock:
    """The clock of a run, which measures its progress.

    Args:
        steps: Steps of all epochs.
        limit_s: Maximum seconds of all parts of the run together; None: no limit.
        spent_s: Seconds that earlier parts of the run took.
    """

    steps: int
    limit_s: float | None
    spent_s: float = 0.0
    monotonic: Callable[[], float] = time.perf_counter
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds of all parts so far."""
        return self.spent_s + self.monotonic() - self.started

    def progress(self, step: int) -> float:
        """Share of the run that is done after a step, 0 to 1."""
        by_time = self.seconds / self.limit_s if self.limit_s else 0.0
        return min(1.0, max(by_time, step / self.steps))

    def rate(self, step: int, warmup: float) -> float:
        """Factor of the learning rate: rises linearly during warm-up, then falls linearly."""
        done = self.progress(step)
        # Otherwise the first step of a warm-up by time would have a learning rate of 0.
        if warmup and done <= warmup:
            return min((done + 1 / self.steps) / warmup, 1.0)
        return (1 - done) / (1 - warmup)


class Rhythm(TrainerCallback):
    """Measures and saves at intervals, reports progress, and ends the run in time.

    Args:
        clock: Clock of the run.
        evaluations: Number of measurements in a whole run.
        pairs: Pairs per step, on average.
        watch: Called with every report and measurement.
    """

    def __init__(
        self, clock: TrainingClock, *, evaluations: int, pairs: float, watch: Watch
    ) -> None:
        self._clock = clock
        self._evaluations = evaluations
        self._pairs = pairs
        self._watch = watch
        self._saved = clock.seconds
        self._first_step: int | None = None
        self._measured = 0
        self._loss: float | None = None

    @override
    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self._first_step = state.global_step
        self._measured = int(self._clock.progress(state.global_step) * self._evaluations)

    @override
    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        done = self._clock.progress(state.global_step)
        due = int(done * self._evaluations)
        if due > self._measured or done >= 1:
            self._measured = due
            control.should_evaluate = control.should_save = control.should_log = True
        if self._clock.seconds - self._saved > _SAVE_EVERY_S:
            control.should_save = True
        control.should_training_stop = control.should_training_stop or done >= 1

    @override
    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **named: Any
    ) -> None:
        logs: dict[str, float] = named.get("logs") or {}
        if "loss" in logs:
            self._loss = float(logs["loss"])
            self._tell(state, None)

    @override
    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **named: Any
    ) -> None:
        metrics: dict[str, float] = named.get("metrics") or {}
        value = metrics.get("eval_dev_ndcg@10")
        if value is not None and self._first_step is not None:
            self._tell(state, float(value))

    @override
    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self._saved = self._clock.seconds
        folder = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
        mark(folder, self._clock.seconds)

    def _tell(self, state: TrainerState, ndcg: float | None) -> None:
        values = [value for value in (state.best_metric, ndcg) if value is not None]
        ran = state.global_step - (self._first_step or 0)
        here = self._clock.seconds - self._clock.spent_s
        self._watch(
            TrainingProgress(
                step=state.global_step,
                steps=self._clock.steps,
                progress=self._clock.progress(state.global_step),
                loss=self._loss,
                ndcg=ndcg,
                best_ndcg=max(values, default=None),
                pairs_per_s=ran * self._pairs / max(here, 1e-9),
                seconds=self._clock.seconds,
            )
        )


def mark(folder: Path, seconds: float) -> None:
    """Mark a checkpoint as complete, with the seconds of the run so far."""
    draft = folder / f"{MARK}.new"
    draft.write_text(json.dumps({"seconds": seconds}))
    draft.replace(folder / MARK)


def newest(run: Path) -> tuple[Path, float] | None:
    """Last complete checkpoint of a run with the seconds spent; None if there is none."""
    whole = [path for path in run.glob("checkpoint-*") if (path / MARK).is_file()]
    if not whole:
        return None
    last = max(whole, key=_step)
    return last, float(json.loads((last / MARK).read_text())["seconds"])


def checkpoints(run: Path) -> list[Path]:
    """Complete checkpoints of a run, oldest first."""
    whole = (path for path in run.glob("checkpoint-*") if (path / MARK).is_file())
    return sorted(whole, key=_step)


def _step(path: Path) -> int:
    return int(path.name.rpartition("-")[2])
