"""The trainer of sentence-transformers, with batches of a Schedule and smaller checkpoints."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from pathlib import Path
from typing import Any

import torch
from sentence_transformers.cross_encoder import CrossEncoderTrainer, CrossEncoderTrainingArguments
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from transformers import EarlyStoppingCallback
from transformers.trainer_callback import PrinterCallback, ProgressCallback
from typing_extensions import override

from pgrerank.training.clock import Rhythm, TrainingClock
from pgrerank.training.judge import NDCG, Judge
from pgrerank.training.loss import ListLoss
from pgrerank.training.model import Pupil, head_pattern
from pgrerank.training.recipe import Recipe
from pgrerank.training.schedule import Batch, Schedule

_NEVER = 10**9  # steps; `Rhythm` decides when to measure and save
_LOG_STEPS = 20


class ListTrainer(CrossEncoderTrainer):
    """Trains on the batches of a schedule, in order. Saves only the trainable weights.

    Args:
        pupil: The model.
        schedule: All batches of the run.
        judge: Measures on held-out queries.
        loss: The loss of a batch.
        clock: Clock of the run, which determines the learning rate.
        rhythm: Decides when to measure and save.
        recipe: Settings of the run.
        run: Folder of the checkpoints.
    """

    def __init__(
        self,
        *,
        pupil: Pupil,
        schedule: Schedule,
        judge: Judge,
        loss: ListLoss,
        clock: TrainingClock,
        rhythm: Rhythm,
        recipe: Recipe,
        run: Path,
    ) -> None:
        self._pupil = pupil
        self._schedule = schedule
        self._clock = clock
        self._recipe = recipe
        super().__init__(
            model=pupil.encoder,
            args=_arguments(recipe, pupil, run, len(schedule)),
            loss=loss,
            evaluator=judge,
            callbacks=[rhythm, EarlyStoppingCallback(early_stopping_patience=recipe.patience)],
        )
        self.remove_callback(PrinterCallback)
        self.remove_callback(ProgressCallback)

    @override
    def get_train_dataloader(self) -> DataLoader[Batch]:
        """Data loader whose items are whole batches: deterministic and quick to skip."""
        return DataLoader(self._schedule, batch_size=1, shuffle=False, collate_fn=_only)

    @override
    def create_scheduler(
        self, num_training_steps: int, optimizer: torch.optim.Optimizer | None = None
    ) -> LambdaLR:
        """Learning rate by the progress of the run, which depends on steps and time limit."""
        chosen: Any = optimizer or self.optimizer
        self.lr_scheduler = LambdaLR(
            chosen, lambda step: self._clock.rate(step, self._recipe.warmup)
        )
        return self.lr_scheduler

    @override
    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Skip the library's model card: it would query the hub, and ours has more."""

    @override
    def _save(self, output_dir: str | None = None, state_dict: object = None) -> None:
        self._pupil.save(Path(output_dir or str(self.args.output_dir)))

    @override
    def _load_from_checkpoint(self, checkpoint_path: str, model: object = None) -> None:
        self._pupil.restore(Path(checkpoint_path))


def _only(items: list[Batch]) -> Batch:
    return items[0]


def _arguments(
    recipe: Recipe, pupil: Pupil, run: Path, steps: int
) -> CrossEncoderTrainingArguments:
    rates = {head_pattern(): recipe.head_learning_rate} if pupil.fresh_head else {}
    return CrossEncoderTrainingArguments(
        output_dir=str(run),
        max_steps=steps,
        per_device_train_batch_size=1,
        learning_rate=recipe.rate,
        learning_rate_mapping=rates,
        weight_decay=recipe.weight_decay,
        bf16=recipe.bf16,
        seed=recipe.seed,
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="steps",
        eval_steps=_NEVER,
        save_strategy="steps",
        save_steps=_NEVER,
        save_total_limit=max(2, recipe.average),
        load_best_model_at_end=True,
        metric_for_best_model=f"eval_{NDCG}",
        greater_is_better=True,
        logging_strategy="steps",
        logging_steps=min(_LOG_STEPS, max(1, steps // 50)),
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
