"""How a model orders the passages of held-out queries."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from sentence_transformers import CrossEncoder
from sentence_transformers.cross_encoder.evaluation import CrossEncoderRerankingEvaluator
from sklearn.metrics import ndcg_score
from typing_extensions import override

from pgrerank.domain.lesson import Lesson

#: key of nDCG@10 in what the evaluator gives
NDCG = "dev_ndcg@10"


class Judge(CrossEncoderRerankingEvaluator):
    """Mean nDCG@10 over held-out lessons, in the arithmetic of the training.

    Negatives go first into the evaluator's lists, so that a model which gives all passages one
    score is not praised.
    """

    def __init__(self, lessons: Sequence[Lesson], *, bf16: bool, batch: int = 32) -> None:
        self._bf16 = bf16
        samples = [
            {
                "query": lesson.query,
                "positive": list(lesson.positives),
                "documents": [*lesson.negatives, *lesson.positives],
            }
            for lesson in lessons
        ]
        super().__init__(
            samples, at_k=10, name="dev", batch_size=batch, show_progress_bar=False, write_csv=False
        )

    @override
    def __call__(self, model: CrossEncoder, *arguments: Any, **named: Any) -> dict[str, float]:
        with torch.autocast(model.device.type, torch.bfloat16, enabled=self._bf16):
            return super().__call__(model, *arguments, **named)


def ndcg(figures: Mapping[str, float]) -> float:
    """NDCG@10 out of the figures of a Judge."""
    return float(figures[NDCG])


def teachers_ndcg(lessons: Sequence[Lesson]) -> float | None:
    """Mean nDCG@10 of the order by the teacher's scores; None where it has not scored all."""
    if not lessons or not all(lesson.scores for lesson in lessons):
        return None
    values = [
        ndcg_score(
            [[float(place < len(each.positives)) for place in range(len(each.passages))]],
            [list(each.scores)],
            k=10,
        )
        for each in lessons
    ]
    return float(sum(values) / len(values))
