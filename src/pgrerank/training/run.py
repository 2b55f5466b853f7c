"""A training run, started or resumed, that ends with a model in a folder."""
# pyright: reportUnknownMemberType=false

import json
import shutil
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from transformers.utils import logging as transformers_logging

from pgrerank.domain import lesson as lessons_of
from pgrerank.domain.errors import ConflictError, InvalidRequestError
from pgrerank.domain.lesson import Lesson
from pgrerank.training import model
from pgrerank.training.clock import (
    Rhythm,
    TrainingClock,
    TrainingProgress,
    Watch,
    checkpoints,
    newest,
)
from pgrerank.training.judge import Judge, ndcg, teachers_ndcg
from pgrerank.training.loss import ListLoss
from pgrerank.training.model import Pupil
from pgrerank.training.recipe import Recipe
from pgrerank.training.schedule import Schedule
from pgrerank.training.teacher import spread
from pgrerank.training.trainer import ListTrainer

_RECORD = "run.json"
_LOG = "log.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Inputs of a run."""

    recipe: Recipe
    #: folder of the base model
    base: Path
    #: fingerprint of its files, and of those of the embeddings
    base_fingerprint: str
    #: folder of the model whose embeddings replace those of the base
    embeddings: Path | None = None
    train: Sequence[Lesson]
    dev: Sequence[Lesson]
    #: folder of the model; its subfolder `run` holds what resuming needs
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of a run, with nDCG@10 on the held-out queries, 0 to 1."""

    before: float
    after: float
    #: None: no teacher
    teacher: float | None
    #: step of the best weights; None if they are a mean
    step: int | None
    steps: int
    seconds: float
    learning: int
    parameters: int


def folder(out: Path) -> Path:
    """Folder of a run inside that of its model, created if missing."""
    run_folder = out / "run"
    run_folder.mkdir(parents=True, exist_ok=True)
    return run_folder


def claim(out: Path, recipe: Recipe, data: Sequence[Lesson], base_fingerprint: str) -> bool:
    """Claim the folder for this run. Returns whether it resumes an interrupted run.

    Raises:
        ConflictError: The folder has a finished model, or a run with another recipe, base or data.
    """
    current = {
        "recipe": json.loads(json.dumps(recipe.deciding())),
        "data": lessons_of.digest(data),
        "base": base_fingerprint,
    }
    path = folder(out) / _RECORD
    if not path.exists():
        if any((out / name).exists() for name in ("config.json", "model.safetensors")):
            raise ConflictError(f"{out} holds a model that this command did not make.")
        _write(path, current)
        return False
    stored = json.loads(path.read_text())
    if stored.get("finished"):
        raise ConflictError(f"{out} holds a finished model. Name another folder, or say --restart.")
    if changed := _changed_options(stored, current):
        raise ConflictError(
            f"{out} holds a run that was cut off, and {changed} changed since. "
            "Say the same as then to go on with it, name another folder, or say --restart."
        )
    return newest(folder(out)) is not None


def restart(out: Path) -> None:
    """Delete a run and its result, but keep the teacher's scores."""
    run = folder(out)
    if not (run / _RECORD).exists():
        return
    for checkpoint in run.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)
    for path in [run / _RECORD, run / _LOG, *(p for p in out.iterdir() if p.is_file())]:
        path.unlink(missing_ok=True)


def train(course: Course, watch: Watch) -> Outcome:
    """Run the course to its end. Blocking: may take hours.

    The folder must have been claimed. Called again after a kill, it resumes from the last
    checkpoint with the next batches.

    Raises:
        InvalidRequestError: There is no data to train or to measure on.
        ModelError: The base cannot be trained.
    """
    _silence_progress_bars()
    steps = len(Schedule(course.train, course.recipe))
    if not (course.dev and steps):
        raise InvalidRequestError(
            "data", "holds too few queries with both relevant passages and others"
        )
    run = folder(course.out)
    pupil = model.open_pupil(course.base, course.recipe, course.embeddings)
    judge = Judge(course.dev, bf16=course.recipe.bf16)
    before = _measure_once(run, "before", lambda: ndcg(judge(pupil.encoder)))
    checkpoint, spent = newest(run) or (None, 0.0)
    limit = None if course.recipe.minutes is None else course.recipe.minutes * 60
    clock = TrainingClock(steps, limit, spent)
    trainer = _trainer(course, pupil, judge, clock, _with_log(run, watch))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries warn about each other
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    after, step = _best(pupil, judge, trainer, course.recipe, run)
    learning = sum(weight.numel() for weight in pupil.learning().values())
    encoder = pupil.plain_encoder()
    model.write(encoder, course.out)
    return Outcome(
        before=before,
        after=after,
        teacher=teachers_ndcg(course.dev),
        step=step,
        steps=trainer.state.global_step,
        seconds=clock.seconds,
        learning=learning,
        parameters=sum(weight.numel() for weight in encoder.parameters()),
    )


def finish(out: Path, outcome: Outcome) -> None:
    """Mark the run as finished, and delete its checkpoints."""
    run = folder(out)
    record = json.loads((run / _RECORD).read_text())
    _write(run / _RECORD, {**record, "finished": True, "outcome": asdict(outcome)})
    for checkpoint in run.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)


def _trainer(
    course: Course, pupil: Pupil, judge: Judge, clock: TrainingClock, watch: Watch
) -> ListTrainer:
    recipe = course.recipe
    mean, deviation = spread(course.train)
    rhythm = Rhythm(
        clock,
        evaluations=recipe.evaluations,
        pairs=recipe.batch * (1 + recipe.negatives),
        watch=watch,
    )
    return ListTrainer(
        pupil=pupil,
        schedule=Schedule(course.train, recipe),
        judge=judge,
        loss=ListLoss(pupil.encoder, recipe, mean=mean, deviation=deviation, states=pupil.states),
        clock=clock,
        rhythm=rhythm,
        recipe=recipe,
        run=folder(course.out),
    )


def _best(
    pupil: Pupil, judge: Judge, trainer: ListTrainer, recipe: Recipe, run: Path
) -> tuple[float, int | None]:
    """Load the best checkpoint, or the mean of the last ones if it is not worse.

    Returns:
        Its nDCG@10, and its step, None for the mean.
    """
    best = trainer.state.best_model_checkpoint
    result, step = float(trainer.state.best_metric or 0.0), trainer.state.best_global_step
    if best is None or recipe.average < 2:  # noqa: PLR2004 - the mean of one is itself
        return result, step
    pupil.restore(*checkpoints(run)[-recipe.average :])
    averaged = ndcg(judge(pupil.encoder))
    if averaged >= result:
        return averaged, None
    pupil.restore(Path(best))
    return result, step


def _measure_once(run: Path, name: str, measure: Callable[[], float]) -> float:
    """A figure that is measured only in the first part of a run, and recorded."""
    record: dict[str, Any] = json.loads((run / _RECORD).read_text())
    if name not in record:
        record[name] = measure()
        _write(run / _RECORD, record)
    return float(record[name])


def _with_log(run: Path, watch: Watch) -> Watch:
    def tell(state: TrainingProgress) -> None:
        with (run / _LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(state)) + "\n")
        watch(state)

    return tell


def _changed_options(stored: dict[str, Any], current: dict[str, Any]) -> str:
    names = [
        f"--{name.replace('_', '-')}"
        for name, value in current["recipe"].items()
        if stored["recipe"].get(name) != value
    ]
    if stored["data"] != current["data"]:
        names.append("the data")
    if stored["base"] != current["base"]:
        names.append("the base model")
    return ", ".join(names)


def _write(path: Path, record: dict[str, Any]) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(record, indent=2) + "\n")
    draft.replace(path)


def _silence_progress_bars() -> None:
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
