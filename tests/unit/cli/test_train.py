"""Options of `pgrerank train`, and what it says of a run and of its result."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pgrerank.cli import course, train, train_option
from pgrerank.cli.command import Failed, Misused
from pgrerank.cli.train_progress import training_progress
from pgrerank.domain.lesson import Lesson


@pytest.mark.parametrize(
    ("texts", "weights"),
    [
        ([], {}),
        (["faq=2", "docs=0"], {"faq": 2.0, "docs": 0.0}),
        (["a=b=0.5"], {"a=b": 0.5}),
    ],
)
def test_a_weight_follows_the_last_equals_sign(texts, weights):
    assert train_option._weights(texts) == weights


@pytest.mark.parametrize("text", ["faq", "=2", "faq=", "faq=much", "faq=-1"])
def test_a_weight_that_cannot_be_is_named(text):
    with pytest.raises(Misused, match=f"^--weight {text}: must be SET=NUMBER"):
        train_option._weights([text])


@pytest.mark.parametrize(
    ("texts", "licences"),
    [
        ([], {}),
        (["CC0-1.0"], {"*": "CC0-1.0"}),
        (["faq=MIT", "CC0-1.0"], {"faq": "MIT", "*": "CC0-1.0"}),
        (["faq=see=terms"], {"faq": "see=terms"}),
    ],
)
def test_a_licence_is_of_a_set_or_of_all_others(texts, licences):
    assert train._licences(texts) == licences


@pytest.mark.parametrize("text", ["=MIT", "faq=", "="])
def test_half_a_licence_is_misuse(text):
    with pytest.raises(Misused, match="SET=LICENCE"):
        train._licences([text])


def test_weights_are_of_sets_that_are_there():
    lessons = [
        Lesson(dataset=name, query="q", positives=("a",), negatives=()) for name in ("faq", "docs")
    ]

    course.check_sets("--weight", {"faq"}, lessons)
    with pytest.raises(
        Failed, match=r"^--weight: there is no data set a, fqa; there are: docs, faq"
    ):
        course.check_sets("--weight", {"fqa", "a", "docs"}, lessons)


def result(capsys, *, before, teacher, after):
    card = {
        "queries": {"train": 90, "dev": 10},
        "ndcg": {"before": before, "teacher": teacher, "after": after},
        "seconds": 90.0,
    }
    train._show(card, Path("models/faq"))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "teacher", "after", "is_better"),
    [
        (0.5, None, 0.6, True),
        (0.5, 0.6, 0.6, False),
        (0.5, 0.7, 0.6, False),
        (None, None, 0.6, True),
        (0.5, None, 0.5, False),
        (0.5, None, None, False),
    ],
)
def test_a_model_that_is_not_better_is_not_to_be_served(capsys, before, teacher, after, is_better):
    text = result(capsys, before=before, teacher=teacher, after=after)

    assert ("do not serve it" not in text) is is_better


def test_the_result_is_a_row_of_figures_and_a_command(capsys):
    _, row, *_, last = result(capsys, before=0.5, teacher=None, after=0.625).splitlines()

    assert row.split() == ["90", "queries", "10", "queries", "0.5000", "-", "0.6250", "1.5"]
    assert last == (
        "The model is in models/faq. Serve it: PGRERANK_RERANKER=models/faq pgrerank serve"
    )


@dataclass(frozen=True)
class Progress:
    """The fields of a run's progress that are shown."""

    ndcg: float | None = None
    best_ndcg: float | None = None
    loss: float | None = None
    step: int = 30
    progress: float = 0.5
    pairs_per_s: float = 12.3
    seconds: float = 90.0


def test_each_measurement_is_a_line_and_the_best_is_marked(capsys):
    with training_progress() as tell:
        tell(Progress(loss=0.75))
        tell(Progress(ndcg=0.5, best_ndcg=0.5, loss=0.5))
        tell(Progress(ndcg=0.4, best_ndcg=0.5))

    lines = [line for line in capsys.readouterr().err.splitlines() if "step" in line]
    assert [line.strip() for line in lines] == [
        "1.5 min  step 30  loss 0.500  dev nDCG@10 0.5000 best so far",
        "1.5 min  step 30  loss -  dev nDCG@10 0.4000",
    ]
