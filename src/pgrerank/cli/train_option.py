"""The options of `pgrerank train`, in groups, and how they become a recipe."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli.command import Misused
from pgrerank.cli.course import CourseOptions
from pgrerank.cli.option import Decorator, as_json

if TYPE_CHECKING:
    from pgrerank.training.recipe import Recipe

_LOSSES = ["listwise", "bce"]
_DISTILLATIONS = ["listwise", "margin", "mse"]
_SHARE = click.FloatRange(0, 1)
_ABOVE_0 = click.FloatRange(0, min_open=True)
_WANTED = ("data", "tenant", "collection", "out", "dev", "dev_queries", "mine", "restart")


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
        help="Which collection of the tenant. Default: all.",
    ),
    click.option(
        "--mine",
        type=click.IntRange(1, 200),
        default=20,
        show_default=True,
        help="Negatives mined for a query of a BEIR folder.",
    ),
    click.option(
        "--weight",
        multiple=True,
        metavar="SET=N",
        help="How often a data set comes round in an epoch; 1 unless said. May be repeated.",
    ),
)
model: Decorator = _all(
    click.option(
        "--base",
        default="all-MiniLM-L6-v2",
        show_default=True,
        metavar="NAME",
        help="Start from: the packaged model, a folder, or a hub name.",
    ),
    click.option(
        "--lora",
        type=click.IntRange(0, 256),
        default=0,
        show_default=True,
        metavar="RANK",
        help="Train low-rank adapters of this rank, merged at the end; 0: the weights themselves.",
    ),
    click.option(
        "--freeze",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        metavar="N",
        help="Leave the lowest N layers and the embeddings as they are.",
    ),
    click.option(
        "--max-length",
        type=click.IntRange(16, 8192),
        default=256,
        show_default=True,
        help="Tokens of query and passage together; the model serves with it too.",
    ),
)
course: Decorator = _all(
    click.option(
        "--epochs",
        type=click.IntRange(1),
        default=2,
        show_default=True,
        help="How often every query comes round.",
    ),
    click.option(
        "--minutes",
        type=_ABOVE_0,
        help="End after so many minutes of training, measuring included. Default: no limit.",
    ),
    click.option(
        "--batch",
        type=click.IntRange(1),
        default=16,
        show_default=True,
        help="Queries of a step, each with its passages.",
    ),
    click.option(
        "--negatives",
        type=click.IntRange(1),
        default=5,
        show_default=True,
        help="Negatives beside each positive; others in every epoch.",
    ),
    click.option(
        "--learning-rate",
        type=_ABOVE_0,
        help="Highest learning rate. Default: 3e-5, and 3e-4 with --lora.",
    ),
    click.option(
        "--head-learning-rate",
        type=_ABOVE_0,
        default=1e-3,
        show_default=True,
        help="The same for a head that the base did not have.",
    ),
    click.option(
        "--warmup",
        type=_SHARE,
        default=0.1,
        show_default=True,
        help="Share of the run in which the learning rate climbs; then it falls to 0.",
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
        help="Share of the states that a step leaves out by chance. Default: as the base says. "
        "0 trains a quarter faster on a CPU.",
    ),
    click.option(
        "--bf16/--fp32",
        default=None,
        help="Arithmetic. Default: bf16 where the hardware computes it.",
    ),
    click.option(
        "--seed",
        type=int,
        default=0,
        show_default=True,
        help="Decides the new head, the held-out queries and the order.",
    ),
)
objective: Decorator = _all(
    click.option(
        "--loss",
        type=click.Choice(_LOSSES),
        default="listwise",
        show_default=True,
        help="What labels ask: that the softmax over a list points at its positive, or that each "
        "score by itself says relevant or not.",
    ),
    click.option(
        "--teacher",
        metavar="NAME",
        help="Learn from this reranker's scores too: whatever PGRERANK_RERANKER may name.",
    ),
    click.option(
        "--distillation",
        type=click.Choice(_DISTILLATIONS),
        default="listwise",
        show_default=True,
        help="What the teacher's scores ask: its softmax over a list, its differences, or its "
        "scores.",
    ),
    click.option(
        "--teacher-weight",
        type=_SHARE,
        default=0.5,
        show_default=True,
        help="Share of the teacher in the loss; the labels have the rest. At 1 no label is needed.",
    ),
    click.option(
        "--temperature",
        type=_ABOVE_0,
        default=0.5,
        show_default=True,
        help="The teacher's scores are divided by their deviation times this; less is sharper.",
    ),
    click.option(
        "--match-weight",
        type=click.FloatRange(0),
        default=0.0,
        show_default=True,
        help="Weight of one more lesson: how well the passage's best token fits each token of the "
        "query, by the packaged embedder. Teaches a new cross-encoder to compare words; its base "
        "must have that model's tokens.",
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
        help="Queries to measure on at most; of the training queries never more than a fifth.",
    ),
    click.option(
        "--evaluations",
        type=click.IntRange(1),
        default=10,
        show_default=True,
        help="How often a run measures itself.",
    ),
    click.option(
        "--patience",
        type=click.IntRange(1),
        default=4,
        show_default=True,
        help="Measurements without a gain after which the run ends.",
    ),
    click.option(
        "--average",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        metavar="N",
        help="At the end try the mean of the last N checkpoints, and keep it if it is no worse.",
    ),
)
result: Decorator = _all(
    click.option(
        "--out",
        required=True,
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of the model, and in its folder `run` of what a continuation needs.",
    ),
    click.option("--restart", is_flag=True, help="Forget what is in the folder and begin anew."),
    click.option(
        "--licence",
        multiple=True,
        metavar="[SET=]LICENCE",
        help="Licence of the data, or of one data set, for the model card. May be repeated.",
    ),
    click.option(
        "--register/--no-register",
        default=None,
        help="Enter the model into the database. Default: where the settings name one.",
    ),
    as_json,
)


def read(options: Mapping[str, Any]) -> "tuple[CourseOptions, Recipe]":
    """What the options ask for, and the recipe.

    Raises:
        Misused: They contradict each other.
    """
    from pgrerank.inference.local.machine import machine
    from pgrerank.training.recipe import Distillation, Loss, Recipe

    wanted = CourseOptions(**{name: options[name] for name in _WANTED})
    if not wanted.data and wanted.tenant is None:
        raise Misused("name the data to train on, or a --tenant")
    if wanted.collection and not wanted.tenant:
        raise Misused("--collection needs a --tenant")
    rest = {name: value for name, value in options.items() if name not in _WANTED}
    given: dict[str, Any] = {
        "loss": Loss(rest.pop("loss")),
        "distillation": Distillation(rest.pop("distillation")),
        "weights": _weights(rest.pop("weight")),
        "bf16": machine().bf16 if (asked := rest.pop("bf16")) is None else asked,
    }
    return wanted, Recipe(**rest, **given)


def _weights(given: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        name, _, number = text.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            raise Misused(f"--weight {text}: must be SET=NUMBER") from None
        if not name or found[name] < 0:
            raise Misused(f"--weight {text}: must be SET=NUMBER, the number not below 0")
    return found
