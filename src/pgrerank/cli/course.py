"""Training data of `pgrerank train`: lessons, held-out lessons and a teacher's scores."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pgrerank.cli import lessons, progress
from pgrerank.cli.command import Failed
from pgrerank.domain import lesson as lessons_of
from pgrerank.domain.lesson import Lesson
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.ports.embedder import Embedder
    from pgrerank.ports.scorer import Scorer
    from pgrerank.ports.services import Services
    from pgrerank.training.mining import Labelled
    from pgrerank.training.recipe import Recipe

_DEV_QRELS = ("dev", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseOptions:
    """Options of the command line that are not part of the recipe."""

    data: Sequence[Path]
    tenant: str | None
    #: None: all collections of the tenant
    collection: str | None
    out: Path
    dev: Path | None
    dev_queries: int
    #: negatives mined for each query of a BEIR folder
    mine: int
    restart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Lessons for training and for measuring."""

    train: list[Lesson]
    dev: list[Lesson]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    """Models and ports; None if not needed."""

    embedder: "Embedder | None"
    teacher: "Scorer | None"
    services: "Services | None"


async def gather_lessons(
    settings: Settings, wanted: CourseOptions, recipe: "Recipe", base: str
) -> Gathered:
    """Read, mine and score the training data, and claim the output folder.

    Raises:
        Failed: The data cannot be read, or a weight names an unknown data set.
        ConflictError: The folder is in use.
    """
    from pgrerank.training import run

    async with _tools(settings, wanted, recipe) as tools:
        found = await _untaught(wanted, recipe, tools)
        if wanted.restart:
            run.restart(wanted.out)
        run.claim(wanted.out, recipe, [*found.train, *found.dev], base)
        if tools.teacher is None:
            return found
        return await _ask_teacher(found, tools.teacher, wanted.out, recipe)


async def _untaught(wanted: CourseOptions, recipe: "Recipe", tools: _Tools) -> Gathered:
    read = [lesson for path in wanted.data for lesson in await _read(path, wanted, tools)]
    if tools.services is not None and wanted.tenant is not None:
        read += await _judged_lessons(tools.services, wanted.tenant, wanted.collection)
    all_lessons = lessons_of.merge(read)
    if not any(lesson.positives or lesson.scores or tools.teacher for lesson in all_lessons):
        raise Failed("there is no training data: no relevant passage and no teacher's score")
    _check_weights(recipe.weights, all_lessons)
    if wanted.dev is None:
        train, dev = lessons_of.split(all_lessons, wanted.dev_queries, recipe.seed)
        return Gathered(train=train, dev=dev)
    held_out = await _read(wanted.dev, wanted, tools, _DEV_QRELS)
    dev = lessons_of.sample(lessons_of.merge(held_out), wanted.dev_queries, recipe.seed)
    asked = {lesson.query for lesson in dev}
    return Gathered(train=[each for each in all_lessons if each.query not in asked], dev=dev)


async def _read(
    path: Path, wanted: CourseOptions, tools: _Tools, qrels: Sequence[str] = ("train",)
) -> list[Lesson]:
    if tools.embedder is None or not _is_folder(path):
        return list(lessons.rows(path))
    return await _mine(lessons.labelled_set(path, qrels), tools.embedder, wanted)


async def _mine(data: "Labelled", embedder: "Embedder", wanted: CourseOptions) -> list[Lesson]:
    from pgrerank.training import mining, run

    kept = run.folder(wanted.out) / f"mined-{mining.digest(data, wanted.mine)[:16]}.json"
    done = 0
    with progress.bar(f"mining {data.name}", len(data.corpus)) as advance:

        def step(more: int) -> None:
            nonlocal done
            done += more
            advance(done, f"{done} passages embedded")

        return await mining.mine(data, embedder, wanted.mine, kept, step)


async def _judged_lessons(
    services: "Services", tenant_name: str, collection: str | None
) -> list[Lesson]:
    from pgrerank.usecases.evaluation.lessons import judged_lessons

    tenant = await services.tenants.by_name(tenant_name)
    names = [collection] if collection else []
    if not names:
        page = await services.collections.page(tenant.id, limit=1000, cursor=None)
        names = [each.name for each in page.items]
    found = [each for name in names for each in await judged_lessons(services, tenant.id, name)]
    if not found:
        raise Failed(
            f"tenant {tenant_name} has no query with a relevant document. "
            "Import judgments: pgrerank judgment import --help"
        )
    return found


async def _ask_teacher(found: Gathered, teacher: "Scorer", out: Path, recipe: "Recipe") -> Gathered:
    from pgrerank.training import run
    from pgrerank.training import teacher as teaching

    kept = run.folder(out) / f"teacher-{teacher.model.fingerprint[:16]}.jsonl"
    everything = [*found.dev, *found.train]
    with progress.count(f"asking {teacher.model.name}", len(everything)) as step:
        taught = await teaching.score_lessons(everything, teacher, kept, step)
    dev, train = taught[: len(found.dev)], taught[len(found.dev) :]
    if recipe.drop_false_negatives:
        train = [each.without_false_negatives() for each in train]
    return replace(found, train=train, dev=dev)


@asynccontextmanager
async def _tools(
    settings: Settings, wanted: CourseOptions, recipe: "Recipe"
) -> AsyncGenerator[_Tools]:
    from pgrerank import wiring

    used = settings
    if recipe.teacher is not None:
        used = msgspec.structs.replace(settings, reranker=recipe.teacher)
    if wanted.tenant is not None:
        async with wiring.all_services(used) as services:
            teacher = services.scorer if recipe.teacher else None
            yield _Tools(embedder=services.embedder, teacher=teacher, services=services)
    elif recipe.teacher is not None or any(map(_is_folder, _paths(wanted))):
        async with wiring.load_models(used) as models:
            teacher = models.scorer if recipe.teacher else None
            yield _Tools(embedder=models.embedder, teacher=teacher, services=None)
    else:
        yield _Tools(embedder=None, teacher=None, services=None)


def _paths(wanted: CourseOptions) -> Iterable[Path]:
    return [*wanted.data, *([wanted.dev] if wanted.dev else [])]


def _is_folder(path: Path) -> bool:
    return path.is_dir()


def _check_weights(weights: Mapping[str, float], found: Sequence[Lesson]) -> None:
    names = {lesson.dataset for lesson in found}
    if unknown := sorted(weights.keys() - names):
        raise Failed(
            f"--weight: there is no data set {', '.join(unknown)}; there are: "
            f"{', '.join(sorted(names))}"
        )
