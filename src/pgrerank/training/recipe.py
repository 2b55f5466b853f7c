"""What decides how a model comes out, apart from the data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Loss(StrEnum):
    """What the labels ask of the scores of a list."""

    LISTWISE = "listwise"  # the softmax over the list points at the positives
    BCE = "bce"  # each score by itself says relevant or not


class Distillation(StrEnum):
    """What a teacher's scores ask of the scores of a list."""

    LISTWISE = "listwise"  # the same softmax over the list
    MARGIN = "margin"  # the same differences between the passages of a list
    MSE = "mse"  # the same scores


#: what may change between a run and its continuation: none of it decides the order of the data
LENIENT = frozenset({"minutes", "patience", "average", "evaluations"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Settings of a run. Two runs of one recipe on the same data and machine are alike."""

    #: packaged model, folder or hub name to start from
    base: str = "all-MiniLM-L6-v2"
    #: rank of the low-rank adapters; 0 trains the weights themselves
    lora: int = 0
    #: encoder layers, from the bottom, that stay as they are, the embeddings with them
    freeze: int = 0
    epochs: int = 2
    #: stop after so many minutes in all; None: when the epochs are over
    minutes: float | None = None
    #: tokens of a pair, special tokens included
    max_length: int = 256
    #: queries of a step
    batch: int = 16
    #: negatives beside each positive
    negatives: int = 5
    loss: Loss = Loss.LISTWISE
    learning_rate: float | None = None
    #: of a head that the base did not have
    head_learning_rate: float = 1e-3
    #: share of the run in which the learning rate climbs
    warmup: float = 0.1
    weight_decay: float = 0.01
    #: share of the states that a step leaves out by chance; None: as the base says
    dropout: float | None = None
    bf16: bool = False
    seed: int = 0
    #: how often a data set comes round in an epoch; 1 where it is not named
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    teacher: str | None = None
    distillation: Distillation = Distillation.LISTWISE
    #: share of the teacher in the loss, 0 to 1; the labels have the rest
    teacher_weight: float = 0.5
    #: teacher's scores are divided by their deviation times this
    temperature: float = 0.5
    #: weight of how well the states of the query's tokens tell their matches in the passage
    match_weight: float = 0.0
    drop_false_negatives: bool = True
    #: measurements on held-out queries in a run
    evaluations: int = 10
    #: measurements without a gain after which the run ends
    patience: int = 4
    #: the last so many checkpoints whose mean is tried at the end; 0: none
    average: int = 0

    @property
    def rate(self) -> float:
        """The learning rate: the one given, or what suits the kind of training."""
        if self.learning_rate is not None:
            return self.learning_rate
        return 3e-4 if self.lora else 3e-5

    def deciding(self) -> dict[str, object]:
        """All that a continuation must share with the run it continues."""
        return {name: value for name, value in asdict(self).items() if name not in LENIENT}
