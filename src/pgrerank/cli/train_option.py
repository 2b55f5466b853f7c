"""Options of `pgrerank train`, in groups, and their conversion to a recipe."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli.command import Misused, refuse_unused
from pgrerank.cli.course import CourseOptions
from pgrerank.cli.option import Decorator, as_json, distinct
from pgrerank.domain.lesson import Lesson

if TYPE_CHECKING:
    from pgrerank.training.recipe import Recipe

_LOSSES = ["listwise", "bce"]
_DISTILLATIONS = ["listwise", "margin", "mse"]
_SHARE = click.FloatRange(0, 1)
_ABOVE_0 = click.FloatRange(0, min_open=True)
_COURSE_FIELDS = ("data", "tenant", "collection", "out", "dev", "dev_queries", "mine", "restart")


def _all(*options: Decorator) -> Decorator:
    """The options as one decorator, shown in this order."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


sources: Decorator = _all(
    click.option(
        "--tenant", "-t", metavar="NAME", help="Learn from this tenant's judgments and log."
    ),
    click.option(
        "--collection",
        "-c",
        metavar="NAME",
        help="Collection of the tenant. Default: all.",
    ),
    click.option(
        "--mine",
        type=click.IntRange(1, 200),
        default=20,
        show_default=True,
        help="Negatives mined for each query of a BEIR folder.",
    ),
    click.option(
        "--weight",
        multiple=True,
        callback=distinct(lambda text: text.rpartition("=")[0]),
        metavar="SET=N",
        help="How often a data set is used per epoch. Default: 1. May be repeated.",
    ),
)
model: Decorator = _all(
    click.option(
        "--base",
        default="all-MiniLM-L6-v2",
        show_default=True,
        metavar="NAME",
        help="Model to start from: a packaged model, a folder, or a hub name.",
    ),
    click.option(
        "--layers",
        type=click.IntRange(1),
        metavar="N",
        help="Keep N layers of the base, evenly spaced from the lowest: 6 of 12 are every second. "
        "Default: all.",
    ),
    click.option(
        "--embeddings",
        metavar="NAME",
        help="Take the embeddings of this model, and do not train them. It must have the tokens "
        "and the width of the base. Default: those of the base.",
    ),
    click.option(
        "--lora",
        type=click.IntRange(0, 256),
        default=0,
        show_default=True,
        metavar="RANK",
        help="Train low-rank adapters of this rank, merged at the end; 0: train the weights.",
    ),
    click.option(
        "--freeze",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        metavar="N",
        help="Do not train the embeddings and the lowest N layers.",
    ),
    click.option(
        "--max-length",
        type=click.IntRange(16, 8192),
        default=256,
        show_default=True,
        help="Maximum tokens of query and passage together, also when serving.",
    ),
)
course: Decorator = _all(
    click.option(
        "--epochs",
        type=click.IntRange(1),
        default=2,
        show_default=True,
        help="Passes over all queries.",
    ),
    click.option(
        "--minutes",
        type=_ABOVE_0,
        help="Stop after this many minutes, measuring included. Default: no limit.",
    ),
    click.option(
        "--batch",
        type=click.IntRange(1),
        default=16,
        show_default=True,
        help="Queries per step, each with its passages.",
    ),
    click.option(
        "--negatives",
        type=click.IntRange(1),
        default=5,
        show_default=True,
        help="Negatives per positive; different ones in each epoch.",
    ),
    click.option(
        "--learning-rate",
        type=_ABOVE_0,
        help="Peak learning rate. Default: 3e-5, or 3e-4 with --lora.",
    ),
    click.option(
        "--head-learning-rate",
        type=_ABOVE_0,
        default=1e-3,
        show_default=True,
        help="Peak learning rate of a head that the base does not have.",
    ),
    click.option(
        "--warmup",
        type=_SHARE,
        default=0.1,
        show_default=True,
        help="Share of the run in which the learning rate rises; then it falls to 0.",
    ),
    click.option(
        "--weight-decay",
        type=click.FloatRange(0),
        default=0.01,
        show_default=True,
        help="Weight decay of AdamW.",
    ),
    click.option(
        "--dropout",
        type=click.FloatRange(0, 1, max_open=True),
        help="Dropout rate. Default: that of the base. 0 trains a quarter faster on a CPU.",
    ),
    click.option(
        "--bf16/--fp32",
        default=None,
        help="Precision of training. Default: bf16 if the hardware supports it.",
    ),
    click.option(
        "--seed",
        type=int,
        default=0,
        show_default=True,
        help="Random seed for the new head, the held-out queries and the order.",
    ),
)
objective: Decorator = _all(
    click.option(
        "--loss",
        type=click.Choice(_LOSSES),
        default="listwise",
        show_default=True,
        help="Loss on labels: `listwise` is cross-entropy of the softmax over a list, `bce` is "
        "binary cross-entropy of each score.",
    ),
    click.option(
        "--teacher",
        metavar="NAME",
        help="Also learn from this reranker's scores. Any name valid for PGRERANK_RERANKER.",
    ),
    click.option(
        "--distillation",
        type=click.Choice(_DISTILLATIONS),
        default="listwise",
        show_default=True,
        help="What to learn from the teacher: its softmax over a list, its score differences "
        "(`margin`), or its scores (`mse`).",
    ),
    click.option(
        "--teacher-weight",
        type=_SHARE,
        default=0.5,
        show_default=True,
        help="Share of the teacher in the loss; the rest is for labels. At 1 no label is needed.",
    ),
    click.option(
        "--temperature",
        type=_ABOVE_0,
        default=0.5,
        show_default=True,
        help="The teacher's scores are divided by their standard deviation times this; lower is "
        "sharper.",
    ),
    click.option(
        "--match-weight",
        type=click.FloatRange(0),
        default=0.0,
        show_default=True,
        help="Weight of an extra loss: for each query token, the similarity of the passage's best "
        "token by the packaged embedder. Teaches a new cross-encoder to compare words; its base "
        "must have that model's vocabulary.",
    ),
    click.option(
        "--state-weight",
        type=click.FloatRange(0),
        default=0.0,
        show_default=True,
        help="Weight of an extra loss: the error of the states of every token behind each layer, "
        "compared with those of the whole base. With --layers, the kept layers learn to do the "
        "work of the removed ones.",
    ),
    click.option(
        "--drop-false-negatives/--keep-false-negatives",
        default=True,
        show_default=True,
        help="Leave out negatives that the teacher scores above every positive.",
    ),
)
measuring: Decorator = _all(
    click.option(
        "--dev",
        type=click.Path(exists=True, path_type=Path),
        help="Measure on this BEIR folder or JSONL file. Default: on held-out training queries.",
    ),
    click.option(
        "--dev-queries",
        type=click.IntRange(1),
        default=200,
        show_default=True,
        help="Maximum queries to measure on; at most a fifth of the training queries.",
    ),
    click.option(
        "--evaluations",
        type=click.IntRange(1),
        default=10,
        show_default=True,
        help="Number of measurements in a run.",
    ),
    click.option(
        "--patience",
        type=click.IntRange(1),
        default=4,
        show_default=True,
        help="Stop after this many measurements without a gain.",
    ),
    click.option(
        "--average",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        metavar="N",
        help="Finally try the mean of the last N checkpoints, and keep it if it is not worse.",
    ),
)
result: Decorator = _all(
    click.option(
        "--out",
        required=True,
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder for the model. Its subfolder `run` holds what resuming needs.",
    ),
    click.option("--restart", is_flag=True, help="Discard a run in the folder and start over."),
    click.option(
        "--licence",
        multiple=True,
        callback=distinct(lambda text: text.partition("=")[0] if "=" in text else "*"),
        metavar="[SET=]LICENCE",
        help="Licence of the data, or of one data set, for the model card. May be repeated.",
    ),
    click.option(
        "--register/--no-register",
        default=None,
        help="Register the model in the database. Default: if the settings name one.",
    ),
    as_json,
)


def refuse_without_effect(context: click.Context, course: CourseOptions, recipe: "Recipe") -> None:
    """Refuse options that have no effect, as far as that shows before the data is read.

    Raises:
        Misused: One was given.
    """
    if recipe.teacher is None:
        refuse_unused(context, {"drop_false_negatives"}, "is for --teacher")
    elif recipe.teacher_weight == 1:
        refuse_unused(context, {"loss"}, "is for labels, which --teacher-weight 1 leaves out")
    paths = [*course.data, *([course.dev] if course.dev else [])]
    if not any(path.is_dir() for path in paths):
        refuse_unused(context, {"mine"}, "is for BEIR folders")
    if not any(path.is_file() for path in course.data):
        refuse_without_scores(context, recipe, [])


def refuse_without_scores(
    context: click.Context, recipe: "Recipe", lessons: Sequence[Lesson]
) -> None:
    """Refuse options for learning from scores if there are none. Raises Misused."""
    if recipe.teacher is None and not any(lesson.scores for lesson in lessons):
        names = {"distillation", "teacher_weight", "temperature"}
        refuse_unused(context, names, "is for --teacher, or for rows with `scores`")


def read(options: Mapping[str, Any]) -> "tuple[CourseOptions, Recipe]":
    """Convert the options to course options and a recipe.

    Raises:
        Misused: They contradict each other.
    """
    from pgrerank.inference.local.machine import machine
    from pgrerank.training.recipe import Distillation, Loss, Recipe

    course = CourseOptions(**{name: options[name] for name in _COURSE_FIELDS})
    if not course.data and course.tenant is None:
        raise Misused("name the data to train on, or a --tenant")
    if course.collection and not course.tenant:
        raise Misused("--collection needs a --tenant")
    rest = {name: value for name, value in options.items() if name not in _COURSE_FIELDS}
    enums: dict[str, Any] = {
        "loss": Loss(rest.pop("loss")),
        "distillation": Distillation(rest.pop("distillation")),
        "weights": _weights(rest.pop("weight")),
        "bf16": machine().bf16 if (bf16 := rest.pop("bf16")) is None else bf16,
    }
    return course, Recipe(**rest, **enums)


def _weights(texts: Sequence[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        try:
            weights[name] = float(number)
        except ValueError:
            raise Misused(f"--weight {text}: must be SET=NUMBER") from None
        if not name or weights[name] < 0:
            raise Misused(f"--weight {text}: must be SET=NUMBER, the number not below 0")
    return weights
