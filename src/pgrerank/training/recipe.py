"""Settings that determine a trained model, apart from the data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Loss(StrEnum):
    """Loss on labels."""

    LISTWISE = "listwise"  # cross-entropy of the softmax over a list
    BCE = "bce"  # binary cross-entropy of each score


class Distillation(StrEnum):
    """What to learn from a teacher's scores of a list."""

    LISTWISE = "listwise"  # their softmax over the list
    MARGIN = "margin"  # their differences between the passages of a list
    MSE = "mse"  # the scores themselves


#: settings that may change when a run is resumed: none affects the order of the data
LENIENT = frozenset({"minutes", "patience", "average", "evaluations"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Settings of a run. Runs with the same recipe, data and machine give the same result."""

    #: packaged model, folder or hub name to start from
    base: str = "all-MiniLM-L6-v2"
    #: number of layers of the base to keep, evenly spaced from the lowest; None: all
    layers: int | None = None
    #: model whose embeddings replace those of the base and stay as they are; None: its own
    embeddings: str | None = None
    #: rank of the low-rank adapters; 0 trains the weights themselves
    lora: int = 0
    #: number of lowest encoder layers to freeze, together with the embeddings
    freeze: int = 0
    epochs: int = 2
    #: time limit in minutes; None: run all epochs
    minutes: float | None = None
    #: maximum tokens of a pair, including special tokens
    max_length: int = 256
    #: queries per step
    batch: int = 16
    #: negatives per positive
    negatives: int = 5
    loss: Loss = Loss.LISTWISE
    learning_rate: float | None = None
    #: learning rate of a head that the base does not have
    head_learning_rate: float = 1e-3
    #: share of the run in which the learning rate rises
    warmup: float = 0.1
    weight_decay: float = 0.01
    #: dropout rate; None: that of the base
    dropout: float | None = None
    bf16: bool = False
    seed: int = 0
    #: how often each data set is used per epoch; default 1
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    teacher: str | None = None
    distillation: Distillation = Distillation.LISTWISE
    #: share of the teacher in the loss, 0 to 1; the rest is for labels
    teacher_weight: float = 0.5
    #: the teacher's scores are divided by their standard deviation times this
    temperature: float = 0.5
    #: weight of the loss of `Matching`; 0: off
    match_weight: float = 0.0
    #: weight of the loss of `States`; 0: off
    state_weight: float = 0.0
    drop_false_negatives: bool = True
    #: number of measurements on held-out queries in a run
    evaluations: int = 10
    #: number of measurements without a gain after which the run ends
    patience: int = 4
    #: number of last checkpoints whose mean is tried at the end; 0: none
    average: int = 0

    @property
    def rate(self) -> float:
        """Learning rate: as set, or the default for LoRA or for full training."""
        if self.learning_rate is not None:
            return self.learning_rate
        return 3e-4 if self.lora else 3e-5

    def deciding(self) -> dict[str, object]:
        """Settings that must not change when a run is resumed."""
        return {name: value for name, value in asdict(self).items() if name not in LENIENT}
