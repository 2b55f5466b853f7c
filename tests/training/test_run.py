import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import CrossEncoder

from pgrerank.domain.candidate import Passage
from pgrerank.domain.errors import ConflictError, InvalidRequestError, ModelError
from pgrerank.inference.local.registry import load_scorer
from pgrerank.training import clock, run
from pgrerank.training.loss import ListLoss
from pgrerank.training.recipe import Distillation, Loss
from pgrerank.training.schedule import Schedule
from tests.training.conftest import lessons


class Killed(BaseException):
    """Simulates the end of the process."""


def losses(course):
    log = (course.out / "run" / "log.jsonl").read_text().splitlines()
    return [row["loss"] for row in map(json.loads, log) if row["loss"] is not None]


def silent(_):
    """Ignore progress reports."""


@pytest.mark.parametrize("loss", list(Loss))
def test_loss_falls_and_held_out_ranking_improves(new_course, loss):
    course = new_course(loss=loss, epochs=10)

    outcome = run.train(course, silent)

    told = losses(course)
    assert told[-1] < told[0] * 0.75
    assert outcome.before < 0.8 < outcome.after
    assert outcome.steps == len(Schedule(course.train, course.recipe))


async def test_folder_opens_as_a_cross_encoder_with_our_scores(new_course):
    course = new_course()
    run.train(course, silent)
    texts = ["stone yes river", "stone no river", "apple"]

    encoder = CrossEncoder(str(course.out), device="cpu")
    theirs = encoder.predict([("apple 3", text) for text in texts])
    scorer = load_scorer(str(course.out), precision="exact")
    ours = await scorer.score(
        "apple 3", [Passage(text=text, content_hash=text.encode()) for text in texts]
    )
    scorer.close()

    np.testing.assert_allclose([score.value for score in ours], theirs, atol=1e-3)
    assert theirs[0] > theirs[1]
    assert encoder.max_seq_length == course.recipe.max_length


def test_a_base_that_read_less_learns_to_read_as_much_as_is_asked(new_course):
    short = new_course("short", max_length=16, epochs=1)
    run.train(short, silent)

    whole = replace(new_course("whole", max_length=32, epochs=1), base=short.out)
    run.train(whole, silent)

    assert CrossEncoder(str(whole.out), device="cpu").max_seq_length == 32


def test_more_tokens_than_there_are_positions_cannot_be_read(new_course):
    with pytest.raises(ModelError, match="512 tokens at most: --max-length 512"):
        run.train(new_course(max_length=513), silent)


def test_run_that_was_cut_off_comes_out_as_if_it_had_not_been(new_course):
    whole = new_course("whole")
    run.train(whole, silent)
    course = new_course("cut")

    def kill(state):
        # A report after the second measurement: its checkpoint was written in between.
        if state.progress > 0.6:
            raise Killed

    with pytest.raises(Killed):
        run.train(course, kill)
    last, _ = clock.newest(run.folder(course.out))
    steps = []
    run.train(course, lambda state: steps.append(state.step))

    assert 0 < int(last.name.rpartition("-")[2]) < min(steps)
    assert load_file(course.out / "model.safetensors").keys()
    for name, weight in load_file(whole.out / "model.safetensors").items():
        torch.testing.assert_close(
            load_file(course.out / "model.safetensors")[name], weight, atol=1e-5, rtol=1e-4
        )


def test_checkpoint_that_was_not_finished_is_no_checkpoint(tmp_path):
    for name in ("checkpoint-5", "checkpoint-10"):
        (tmp_path / name).mkdir()
    clock.mark(tmp_path / "checkpoint-5", 12.5)

    assert clock.newest(tmp_path) == (tmp_path / "checkpoint-5", 12.5)


def test_lora_trains_little_and_is_merged(new_course):
    course = new_course(lora=4, learning_rate=2e-2, epochs=6)

    outcome = run.train(course, silent)

    names = load_file(course.out / "model.safetensors").keys()
    assert not [name for name in names if "lora" in name]
    assert outcome.learning < outcome.parameters / 50
    assert outcome.before < outcome.after


def test_frozen_layers_stay(new_course, base):
    course = new_course(freeze=1, epochs=1)

    run.train(course, silent)

    before, after = (load_file(path / "model.safetensors") for path in (base, course.out))
    changed = {name for name, weight in after.items() if not torch.equal(weight, before[name])}
    assert not [name for name in changed if "embeddings" in name or "layer.0." in name]
    assert [name for name in changed if "layer.1." in name]


def test_more_layers_than_there_are_cannot_stay(new_course):
    with pytest.raises(ModelError, match="2 layers"):
        run.train(new_course(freeze=2), silent)


def test_time_limit_ends_the_run_with_a_model(new_course):
    course = new_course(epochs=10_000, minutes=0.03)

    outcome = run.train(course, silent)

    assert outcome.steps < 60_000
    assert (course.out / "model.safetensors").exists()


def test_run_ends_when_it_gains_no_more(new_course):
    course = new_course(epochs=40, evaluations=80, patience=2)

    outcome = run.train(course, silent)

    assert outcome.steps < len(Schedule(course.train, course.recipe))
    assert outcome.after > outcome.before


def test_mean_of_the_last_checkpoints_is_kept_where_it_is_no_worse(new_course):
    outcome = run.train(new_course(average=2), silent)

    assert outcome.step is None
    assert outcome.after > 0.8


@pytest.mark.parametrize("distillation", list(Distillation))
def test_teacher_alone_can_teach(new_course, distillation):
    def taught(found):
        # The teacher prefers `no`, so a model that does too cannot have learnt it from the labels.
        return [each.with_scores([-1.0] * len(each.positives) + [1.0] * 4) for each in found]

    course = new_course(
        train=taught(lessons(48)),
        dev=taught(lessons(12, seed=2)),
        distillation=distillation,
        teacher_weight=1.0,
    )

    outcome = run.train(course, silent)
    encoder = CrossEncoder(str(course.out), device="cpu")

    yes, no = encoder.predict([("apple", "stone yes river"), ("apple", "stone no river")])
    assert no > yes
    assert outcome.teacher < 0.6


def test_continuation_of_another_recipe_or_data_is_refused(new_course):
    course = new_course()
    data = [*course.train, *course.dev]

    with pytest.raises(ConflictError, match=r"--seed changed"):
        new_course(seed=1)
    with pytest.raises(ConflictError, match="the data changed"):
        new_course(train=lessons(47))
    with pytest.raises(ConflictError, match="the base model changed"):
        run.claim(course.out, course.recipe, data, "c" * 64)

    new_course(minutes=5)  # more time does not change the recipe


def test_finished_model_is_not_overwritten_unasked(new_course):
    course = new_course(epochs=1)
    run.finish(course.out, run.train(course, silent))

    with pytest.raises(ConflictError, match="finished"):
        new_course(epochs=1)
    assert list((course.out / "run").glob("checkpoint-*")) == []

    run.restart(course.out)
    new_course(epochs=2)


def test_folder_of_somebody_else_is_left_alone(new_course, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "config.json").write_text("{}")

    with pytest.raises(ConflictError, match="did not make"):
        new_course()


def test_nothing_to_measure_on_is_refused(new_course):
    with pytest.raises(InvalidRequestError, match="too few queries"):
        run.train(new_course(dev=[]), silent)


def test_loss_is_of_pairs_in_their_order(new_course, base):
    encoder = CrossEncoder(str(base), device="cpu", activation_fn=torch.nn.Identity())
    pairs = [("apple", "stone " * count) for count in (9, 1, 5, 3)]

    with torch.inference_mode():
        found = ListLoss(encoder.eval(), new_course().recipe).read(pairs)[0]

    np.testing.assert_allclose(found, encoder.predict(pairs), atol=1e-5)
