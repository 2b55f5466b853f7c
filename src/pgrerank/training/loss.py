"""Loss over lists, for labels and teacher in one forward pass."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from typing import Any

import torch
from sentence_transformers import CrossEncoder
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax, mse_loss
from typing_extensions import override

from pgrerank.training.matching import Matching
from pgrerank.training.recipe import Distillation, Loss, Recipe
from pgrerank.training.student import States

_MASKED = -1e4  # a logit that softmax ignores; finite, so that times zero it is zero
_PART = 32  # pairs that are padded together, sorted by length


class ListLoss(nn.Module):
    """Scores all pairs of a batch of lists, and compares them with labels and teacher.

    With the libraries' losses each would score the batch separately, which takes twice the time.

    Args:
        model: The cross-encoder.
        recipe: The losses and their weights.
        mean: Mean of the teacher's scores over the training data.
        deviation: Standard deviation of these scores.
        states: What the model's states are compared with, if its weight is not 0.
    """

    def __init__(
        self,
        model: CrossEncoder,
        recipe: Recipe,
        *,
        mean: float = 0.0,
        deviation: float = 1.0,
        states: States | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self._recipe = recipe
        self._mean = mean
        self._scale = max(deviation, 1e-6) * recipe.temperature
        self._matching = Matching(model) if recipe.match_weight else None
        self._states = states

    @override
    def forward(self, inputs: Sequence[Any], labels: dict[str, Tensor], **_: object) -> Tensor:
        """Mean loss of the lists.

        Args:
            inputs: Queries, and the passages of each.
            labels: `grades` and `scores`, shape (lists, longest list), NaN if missing.
        """
        queries, lists = inputs
        grades = labels["grades"]
        present = ~grades.isnan()
        read, extra = self.read([(q, p) for q, ps in zip(queries, lists, strict=True) for p in ps])
        logits = grades.new_full(grades.shape, _MASKED).masked_scatter(present, read)
        has_teacher_score = ~labels["scores"].isnan()
        share = self._recipe.teacher_weight if bool(has_teacher_score.any()) else 0.0
        loss = logits.new_zeros(())
        if share < 1:
            loss = loss + (1 - share) * _label_loss(self._recipe.loss, logits, grades, present)
        if share > 0:
            targets = (labels["scores"] - self._mean) / self._scale
            loss = loss + share * _distillation_loss(
                self._recipe.distillation, logits, targets, has_teacher_score
            )
        return loss + extra

    def read(self, pairs: Sequence[tuple[str, str]]) -> tuple[Tensor, Tensor]:
        """Logit of each pair, in order, shape (pairs,), and the mean of the other losses."""
        order = sorted(range(len(pairs)), key=lambda index: len(pairs[index][1]))
        parts = [
            self._part([pairs[index] for index in order[start : start + _PART]])
            for start in range(0, len(order), _PART)
        ]
        back = torch.tensor(order, device=self.model.device).argsort()
        logits, extras = zip(*parts, strict=True)
        return torch.cat(logits)[back], torch.stack(extras).mean()

    def _part(self, pairs: list[tuple[str, str]]) -> tuple[Tensor, Tensor]:
        tokens = self.model.preprocess(pairs)
        device = self.model.device
        inputs = {k: v.to(device) for k, v in tokens.items() if isinstance(v, Tensor)}
        logits = self.model(dict(inputs))["scores"].view(-1).float()
        return logits, self._extra(pairs, inputs, logits.new_zeros(()))

    def _extra(
        self, pairs: Sequence[tuple[str, str]], inputs: dict[str, Tensor], zero: Tensor
    ) -> Tensor:
        """Losses on the states of the last forward pass, weighted."""
        total = zero
        if self._matching is not None:
            mismatch = self._matching.loss(pairs, inputs["input_ids"])
            total = total + self._recipe.match_weight * mismatch
        if self._states is not None:
            total = total + self._recipe.state_weight * self._states.loss(inputs)
        return total


def _label_loss(loss: Loss, logits: Tensor, grades: Tensor, present: Tensor) -> Tensor:
    if loss is Loss.BCE:
        return binary_cross_entropy_with_logits(logits[present], grades[present])
    gains = grades.nan_to_num()
    answered = gains.sum(dim=1) > 0  # a list without a positive has no target
    if not bool(answered.any()):
        return logits.sum() * 0
    target = gains[answered] / gains[answered].sum(dim=1, keepdim=True)
    return -(target * log_softmax(logits[answered], dim=1)).sum(dim=1).mean()


def _distillation_loss(
    kind: Distillation, logits: Tensor, targets: Tensor, has_target: Tensor
) -> Tensor:
    if kind is Distillation.MSE:
        return mse_loss(logits[has_target], targets[has_target])
    rows = has_target.any(dim=1)
    logits, targets, has_target = logits[rows], targets[rows], has_target[rows]
    if kind is Distillation.MARGIN:
        return mse_loss(
            _centre(logits, has_target)[has_target], _centre(targets, has_target)[has_target]
        )
    target_distribution = log_softmax(targets.nan_to_num().masked_fill(~has_target, _MASKED), dim=1)
    return (
        (target_distribution.exp() * (target_distribution - log_softmax(logits, dim=1)))
        .sum(dim=1)
        .mean()
    )


def _centre(values: Tensor, has_target: Tensor) -> Tensor:
    """Values minus the mean of each list, so that comparing them compares differences."""
    present = values.masked_fill(~has_target, 0)
    return present - present.sum(dim=1, keepdim=True) / has_target.sum(dim=1, keepdim=True)
