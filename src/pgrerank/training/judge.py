"""Measures how well a model ranks the passages of held-out queries."""
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

#: key of nDCG@10 in the evaluator's figures
NDCG = "dev_ndcg@10"


class Judge(CrossEncoderRerankingEvaluator):
    """Mean nDCG@10 over held-out lessons, in the precision of the training.

    Negatives come first in the evaluator's lists, so that a model that gives all passages the same
    score gets a low value.
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
    """NDCG@10 in the figures of a Judge."""
    return float(figures[NDCG])


def teachers_ndcg(lessons: Sequence[Lesson]) -> float | None:
    """Mean nDCG@10 of the order by the teacher's scores; None unless it has scored all lessons."""
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
