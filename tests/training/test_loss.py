import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, kl_div

from pgrerank.training.loss import ListLoss
from pgrerank.training.recipe import Distillation, Loss, Recipe

NAN = float("nan")
LOGITS = [2.0, -1.0, 0.5, 1.0, 3.0]
QUERIES = [["q", "r"], [["a", "b", "c"], ["d", "e"]]]


class Scored(ListLoss):
    """A model with fixed logits, in the order of the pairs."""

    def __init__(self, recipe, **spread):
        super().__init__(torch.nn.Identity(), recipe, **spread)

    def read(self, pairs):
        assert pairs == [("q", "a"), ("q", "b"), ("q", "c"), ("r", "d"), ("r", "e")]
        return torch.tensor(LOGITS), torch.tensor(0.0)


def labels(grades=((1, 0, 0), (0, 1, NAN)), scores=((NAN,) * 3, (NAN,) * 3)):
    return {
        "grades": torch.tensor(grades, dtype=torch.float),
        "scores": torch.tensor(scores, dtype=torch.float),
    }


def test_listwise_is_cross_entropy_of_each_list():
    expected = torch.stack(
        [
            cross_entropy(torch.tensor([LOGITS[:3]]), torch.tensor([0])),
            cross_entropy(torch.tensor([LOGITS[3:]]), torch.tensor([1])),
        ]
    ).mean()

    torch.testing.assert_close(Scored(Recipe())(QUERIES, labels()), expected)


def test_bce_is_of_each_pair():
    expected = binary_cross_entropy_with_logits(
        torch.tensor(LOGITS), torch.tensor([1.0, 0, 0, 0, 1])
    )

    torch.testing.assert_close(Scored(Recipe(loss=Loss.BCE))(QUERIES, labels()), expected)


def test_list_without_a_positive_teaches_nothing_by_itself():
    found = Scored(Recipe())(QUERIES, labels(grades=((1, 0, 0), (0, 0, NAN))))

    expected = cross_entropy(torch.tensor([LOGITS[:3]]), torch.tensor([0]))
    torch.testing.assert_close(found, expected)


SCORES = ((1.0, 2.0, 4.0), (3.0, 1.0, NAN))


def test_listwise_distillation_is_the_divergence_from_the_teacher():
    recipe = Recipe(teacher_weight=1.0, temperature=0.5)
    found = Scored(recipe, mean=2.0, deviation=4.0)(QUERIES, labels(scores=SCORES))

    parts = []
    for logits, scores in ((LOGITS[:3], SCORES[0]), (LOGITS[3:], SCORES[1][:2])):
        wanted = (torch.tensor(scores) / 2).softmax(0)
        parts.append(kl_div(torch.tensor(logits).log_softmax(0), wanted, reduction="sum"))
    torch.testing.assert_close(found, torch.stack(parts).mean())


@pytest.mark.parametrize(
    ("kind", "shift", "expected"),
    [(Distillation.MARGIN, 7.0, 0.0), (Distillation.MSE, 0.0, 0.0), (Distillation.MSE, 2.0, 4.0)],
)
def test_margins_forget_a_shift_that_scores_do_not(kind, shift, expected):
    scores = [value + shift for value in LOGITS]
    recipe = Recipe(distillation=kind, teacher_weight=1.0, temperature=1.0)

    found = Scored(recipe)(QUERIES, labels(scores=(scores[:3], [*scores[3:], NAN])))

    assert found.item() == pytest.approx(expected, abs=1e-5)


def test_labels_and_teacher_are_mixed_by_weight():
    both = labels(scores=SCORES)
    by_labels, by_teacher, mixed = (
        Scored(Recipe(teacher_weight=weight))(QUERIES, both) for weight in (0.0, 1.0, 0.25)
    )

    torch.testing.assert_close(mixed, 0.75 * by_labels + 0.25 * by_teacher)
