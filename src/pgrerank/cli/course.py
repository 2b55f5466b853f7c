"""Training data of `pgrerank train`: lessons, held-out lessons and a teacher's scores."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

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

#: raises if the lessons do not fit the command line
CheckLessons: TypeAlias = Callable[[Sequence[Lesson]], None]


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
    settings: Settings, options: CourseOptions, recipe: "Recipe", base: str, check: CheckLessons
) -> Gathered:
    """Read, mine and score the training data, and claim the output folder.

    Args:
        settings: The settings.
        options: Where the data is, and where the model goes.
        recipe: How it is trained.
        base: Fingerprint of the base.
        check: Called with all lessons, before the teacher scores them; raises if they do not fit
            the command line.

    Raises:
        Failed: The data cannot be read, a weight names an unknown data set, or `check` failed.
        ConflictError: The folder is in use.
    """
    from pgrerank.training import run

    async with _tools(settings, options, recipe) as tools:
        gathered = await _untaught(options, recipe, tools, check)
        if options.restart:
            run.restart(options.out)
        run.claim(options.out, recipe, [*gathered.train, *gathered.dev], base)
        if tools.teacher is None:
            return gathered
        return await _ask_teacher(gathered, tools.teacher, options.out, recipe)


async def _untaught(
    options: CourseOptions, recipe: "Recipe", tools: _Tools, check: CheckLessons
) -> Gathered:
    read = [lesson for path in options.data for lesson in await _read(path, options, tools)]
    if tools.services is not None and options.tenant is not None:
        read += await _judged_lessons(tools.services, options.tenant, options.collection)
    all_lessons = lessons_of.merge(read)
    if not any(lesson.positives or lesson.scores or tools.teacher for lesson in all_lessons):
        raise Failed("there is no training data: no relevant passage and no teacher's score")
    check_sets("--weight", recipe.weights.keys(), all_lessons)
    check(all_lessons)
    if options.dev is None:
        train, dev = lessons_of.split(all_lessons, options.dev_queries, recipe.seed)
        return Gathered(train=train, dev=dev)
    held_out = await _read(options.dev, options, tools, _DEV_QRELS)
    dev = lessons_of.sample(lessons_of.merge(held_out), options.dev_queries, recipe.seed)
    queries = {lesson.query for lesson in dev}
    return Gathered(train=[each for each in all_lessons if each.query not in queries], dev=dev)


async def _read(
    path: Path, options: CourseOptions, tools: _Tools, qrels: Sequence[str] = ("train",)
) -> list[Lesson]:
    if tools.embedder is None or not _is_folder(path):
        return list(lessons.rows(path))
    return await _mine(lessons.labelled_set(path, qrels), tools.embedder, options)


async def _mine(data: "Labelled", embedder: "Embedder", options: CourseOptions) -> list[Lesson]:
    from pgrerank.training import mining, run

    path = run.folder(options.out) / f"mined-{mining.digest(data, options.mine)[:16]}.json"
    done = 0
    with progress.bar(f"mining {data.name}", len(data.corpus)) as advance:

        def step(more: int) -> None:
            nonlocal done
            done += more
            advance(done, f"{done} passages embedded")

        return await mining.mine(data, embedder, options.mine, path, step)


async def _judged_lessons(
    services: "Services", tenant_name: str, collection: str | None
) -> list[Lesson]:
    from pgrerank.usecases.evaluation.lessons import judged_lessons

    tenant = await services.tenants.by_name(tenant_name)
    names = [collection] if collection else []
    if not names:
        page = await services.collections.page(tenant.id, limit=1000, cursor=None)
        names = [each.name for each in page.items]
    lessons = [each for name in names for each in await judged_lessons(services, tenant.id, name)]
    if not lessons:
        raise Failed(
            f"tenant {tenant_name} has no query with a relevant document. "
            "Import judgments: pgrerank judgment import --help"
        )
    return lessons


async def _ask_teacher(
    gathered: Gathered, teacher: "Scorer", out: Path, recipe: "Recipe"
) -> Gathered:
    from pgrerank.training import run
    from pgrerank.training import teacher as teaching

    path = run.folder(out) / f"teacher-{teacher.model.fingerprint[:16]}.jsonl"
    everything = [*gathered.dev, *gathered.train]
    with progress.count(f"asking {teacher.model.name}", len(everything)) as step:
        taught = await teaching.score_lessons(everything, teacher, path, step)
    dev, train = taught[: len(gathered.dev)], taught[len(gathered.dev) :]
    if recipe.drop_false_negatives:
        train = [each.without_false_negatives() for each in train]
    return replace(gathered, train=train, dev=dev)


@asynccontextmanager
async def _tools(
    settings: Settings, options: CourseOptions, recipe: "Recipe"
) -> AsyncGenerator[_Tools]:
    from pgrerank import wiring

    used = settings
    if recipe.teacher is not None:
        used = msgspec.structs.replace(settings, reranker=recipe.teacher)
    if options.tenant is not None:
        async with wiring.all_services(used) as services:
            teacher = services.scorer if recipe.teacher else None
            yield _Tools(embedder=services.embedder, teacher=teacher, services=services)
    elif recipe.teacher is not None or any(map(_is_folder, _paths(options))):
        async with wiring.load_models(used) as models:
            teacher = models.scorer if recipe.teacher else None
            yield _Tools(embedder=models.embedder, teacher=teacher, services=None)
    else:
        yield _Tools(embedder=None, teacher=None, services=None)


def _paths(options: CourseOptions) -> Iterable[Path]:
    return [*options.data, *([options.dev] if options.dev else [])]


def _is_folder(path: Path) -> bool:
    return path.is_dir()


def check_sets(option: str, names: AbstractSet[str], lessons: Sequence[Lesson]) -> None:
    """Refuse names of data sets that an option has and the lessons have not. Raises Failed."""
    known = {lesson.dataset for lesson in lessons}
    if unknown := sorted(names - known):
        raise Failed(
            f"{option}: there is no data set {', '.join(unknown)}; there are: "
            f"{', '.join(sorted(known))}"
        )
