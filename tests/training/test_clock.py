"""When a run measures, saves and ends, and how its learning rate goes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import TrainerControl, TrainerState, TrainingArguments

from pgrerank.training.clock import MARK, Rhythm, TrainingClock, checkpoints, mark, newest
from tests.fakes import FakeClock


def clock_of(time, *, steps=100, limit_s=None, spent_s=0.0):
    return TrainingClock(steps=steps, limit_s=limit_s, spent_s=spent_s, monotonic=time.monotonic)


@given(
    steps=st.integers(1, 50),
    limit_s=st.one_of(st.none(), st.floats(1, 100)),
    warmup=st.floats(0, 1),
    pauses=st.lists(st.floats(0, 10), min_size=50, max_size=50),
)
def test_progress_never_falls_and_the_learning_rate_stays_between_0_and_1(
    steps, limit_s, warmup, pauses
):
    time = FakeClock()
    clock = clock_of(time, steps=steps, limit_s=limit_s)
    done = []
    for step in range(steps + 1):
        done.append(clock.progress(step))
        assert 0 <= clock.rate(step, warmup) <= 1
        time.advance(pauses[step - 1])

    assert done == sorted(done)
    assert 0 <= done[0] <= done[-1] == 1


def test_the_learning_rate_rises_in_the_warm_up_and_falls_to_nothing():
    clock = clock_of(FakeClock(), steps=10)

    rates = [clock.rate(step, 0.2) for step in range(11)]

    assert rates[:3] == pytest.approx([0.5, 1, 1])
    assert rates[2:] == pytest.approx([(10 - step) / 8 for step in range(2, 11)])
    assert clock.rate(0, 0) == 1
    assert [clock.rate(step, 1) for step in (0, 9, 10)] == pytest.approx([0.1, 1, 1])


def test_a_limit_counts_the_time_of_earlier_parts_of_the_run():
    time = FakeClock()
    clock = clock_of(time, limit_s=100, spent_s=40)
    time.advance(10)

    assert (clock.seconds, clock.progress(1)) == (50, 0.5)
    time.advance(100)
    assert clock.progress(1) == 1


@pytest.fixture
def rhythm(tmp_path):
    """Calls the hooks of a run of 20 steps with four measurements; `seen` has the reports."""

    class Hooks:
        def __init__(self):
            self.time = FakeClock()
            self.seen = []
            self.state = TrainerState()
            self.args = TrainingArguments(output_dir=str(tmp_path), report_to=[])
            self.rhythm = Rhythm(
                clock_of(self.time, steps=20), evaluations=4, pairs=8, watch=self.seen.append
            )

        def begin(self, step=0):
            self.state.global_step = step
            self.rhythm.on_train_begin(self.args, self.state, TrainerControl())

        def step(self, number, seconds=1.0):
            self.time.advance(seconds)
            self.state.global_step = number
            control = TrainerControl()
            self.rhythm.on_step_end(self.args, self.state, control)
            return control

        def log(self, **logs):
            self.rhythm.on_log(self.args, self.state, TrainerControl(), logs=logs)

        def evaluate(self, ndcg):
            metrics = {"eval_dev_ndcg@10": ndcg}
            self.rhythm.on_evaluate(self.args, self.state, TrainerControl(), metrics=metrics)

        def save(self, step):
            self.state.global_step = step
            (tmp_path / f"checkpoint-{step}").mkdir()
            self.rhythm.on_save(self.args, self.state, TrainerControl())

    return Hooks()


@pytest.mark.parametrize(("first", "measured"), [(0, [5, 10, 15, 20]), (12, [15, 20])])
def test_a_run_is_measured_as_often_as_asked_also_after_it_was_resumed(rhythm, first, measured):
    rhythm.begin(first)

    controls = {step: rhythm.step(step) for step in range(first + 1, 21)}

    assert [step for step, each in controls.items() if each.should_evaluate] == measured
    assert [step for step, each in controls.items() if each.should_save] == measured
    assert [step for step, each in controls.items() if each.should_training_stop] == [20]


def test_a_slow_run_is_saved_every_five_minutes(rhythm, tmp_path):
    rhythm.begin()

    assert not rhythm.step(1, 300).should_save
    assert rhythm.step(2, 1).should_save
    rhythm.save(2)
    assert not rhythm.step(3, 299).should_save
    assert newest(tmp_path) == (tmp_path / "checkpoint-2", 301)


def test_reports_have_the_last_loss_and_the_best_measurement(rhythm):
    rhythm.begin(4)
    rhythm.step(8, 2)
    rhythm.log(loss=0.5)
    rhythm.log(epoch=1)
    rhythm.state.best_metric = 0.75
    rhythm.evaluate(0.25)

    first, second = rhythm.seen

    assert (first.step, first.steps, first.progress, first.seconds) == (8, 20, 0.4, 2)
    assert (first.loss, first.ndcg, first.best_ndcg) == (0.5, None, None)
    # Four steps of eight pairs in two seconds: those before the resumption do not count.
    assert first.pairs_per_s == 16
    assert (second.loss, second.ndcg, second.best_ndcg) == (0.5, 0.25, 0.75)


def test_a_measurement_before_the_training_is_not_reported(rhythm):
    rhythm.evaluate(0.25)

    assert rhythm.seen == []


def test_the_newest_checkpoint_is_that_of_the_last_step_that_was_written_whole(tmp_path):
    assert newest(tmp_path) is None
    for step, seconds in ((900, 9.0), (1000, 10.0)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        mark(tmp_path / f"checkpoint-{step}", seconds)
    (tmp_path / "checkpoint-2000").mkdir()

    assert newest(tmp_path) == (tmp_path / "checkpoint-1000", 10.0)
    assert [path.name for path in checkpoints(tmp_path)] == ["checkpoint-900", "checkpoint-1000"]
    assert [path.name for path in (tmp_path / "checkpoint-900").iterdir()] == [MARK]


def test_a_mark_is_replaced_by_a_later_one(tmp_path):
    for seconds in (1.0, 2.5):
        mark(tmp_path, seconds)

    assert json.loads((tmp_path / MARK).read_text()) == {"seconds": 2.5}
