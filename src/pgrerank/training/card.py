"""Model card (README) of a trained model, in the format of model hubs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version

import yaml

from pgrerank.domain.lesson import Lesson
from pgrerank.domain.model import ModelCard
from pgrerank.training.recipe import Recipe
from pgrerank.training.run import Outcome

_LIBRARIES = ("pgrerank", "sentence-transformers", "transformers", "torch", "peft")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A data set used by a run."""

    dataset: str
    queries: int
    positives: int
    negatives: int
    licence: str


def origins(lessons: Sequence[Lesson], licences: Mapping[str, str]) -> list[Origin]:
    """Data sets of the lessons, by name; licence `*` applies to those without their own."""
    by_origin: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        by_origin.setdefault(lesson.dataset, []).append(lesson)
    return [
        Origin(
            dataset=name,
            queries=len(group),
            positives=sum(len(lesson.positives) for lesson in group),
            negatives=sum(len(lesson.negatives) for lesson in group),
            licence=licences.get(name) or licences.get("*") or "unknown",
        )
        for name, group in sorted(by_origin.items())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A trained model with its recipe, result and data."""

    name: str
    model: ModelCard
    recipe: Recipe
    outcome: Outcome
    origins: Sequence[Origin]
    dev_queries: int
    date: datetime


def text(trained: TrainedModel) -> str:
    """The card as Markdown with front matter."""
    head = {
        "library_name": "sentence-transformers",
        "pipeline_tag": "text-ranking",
        "base_model": trained.recipe.base,
        "datasets": [origin.dataset for origin in trained.origins],
        "tags": ["cross-encoder", "reranker", "pgrerank"],
    }
    return "\n".join(
        [
            "---",
            yaml.safe_dump(head, sort_keys=False).strip(),
            "---",
            "",
            f"# {trained.name}",
            "",
            f"A reranker trained by `pgrerank train` on {trained.date:%Y-%m-%d}. Give it to pgrerank with",
            f"`PGRERANK_RERANKER={trained.name}`, or open it with `CrossEncoder` of sentence-transformers:",
            "the scores are the same raw logits.",
            "",
            *_identity(trained.model, trained.outcome),
            "",
            "## Figures",
            "",
            f"nDCG@10 over {trained.dev_queries} held-out queries, relevant passages among hard others:",
            "",
            *_figures(trained.outcome),
            "",
            "## Data",
            "",
            *_table(
                ("set", "queries", "relevant", "negatives", "licence"),
                [tuple(asdict(origin).values()) for origin in trained.origins],
            ),
            "",
            "## Settings",
            "",
            *_table(("setting", "value"), [*_settings(trained.recipe), *_versions()]),
            "",
        ]
    )


def _identity(model: ModelCard, outcome: Outcome) -> list[str]:
    return [
        f"- Fingerprint in pgrerank: `{model.fingerprint}`",
        f"  (in {model.precision}, at {model.max_length} tokens)",
        f"- Parameters: {outcome.parameters:,}, of which {outcome.learning:,} learned",
        f"- Time: {outcome.seconds / 60:.1f} minutes, {outcome.steps} steps",
    ]


def _figures(outcome: Outcome) -> list[str]:
    weights = "mean of the last checkpoints" if outcome.step is None else f"step {outcome.step}"
    rows: list[tuple[object, ...]] = [("before", f"{outcome.before:.4f}")]
    if outcome.teacher is not None:
        rows.append(("the teacher", f"{outcome.teacher:.4f}"))
    rows.append((f"after ({weights})", f"{outcome.after:.4f}"))
    return _table(("model", "nDCG@10"), rows)


def _settings(recipe: Recipe) -> list[tuple[object, ...]]:
    values = {**asdict(recipe), "learning_rate": recipe.rate}
    return [(name, "-" if value in (None, {}) else value) for name, value in values.items()]


def _versions() -> list[tuple[object, ...]]:
    return [(name, version(name)) for name in _LIBRARIES]


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]
