"""pgrerank train."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pgrerank.cli import option, output, train_option
from pgrerank.cli.command import Command, Failed, Misused, examples, interruptible, read_settings
from pgrerank.cli.course import CheckLessons, CourseOptions, check_sets, gather_lessons
from pgrerank.domain.errors import PgrerankError
from pgrerank.domain.lesson import Lesson
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.model import ModelCard
    from pgrerank.training.recipe import Recipe

_NEEDED = ("accelerate", "bm25s", "datasets", "peft", "sentence_transformers", "torch")


@dataclass(frozen=True, slots=True, kw_only=True)
class _After:
    """What to do with a trained model."""

    licences: Mapping[str, str]
    #: None: register if the settings name a database, and tolerate failure
    register: bool | None


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank train data/faq --out models/faq --minutes 30",
        "pgrerank train triples.jsonl --out models/faq --lora 16 --teacher late-interaction",
        "pgrerank train --tenant acme --collection docs --out models/acme",
        "PGRERANK_RERANKER=models/faq pgrerank serve  # serve the model",
    ),
)
@click.argument(
    "data",
    nargs=-1,
    type=click.Path(exists=True, path_type=Path),
    callback=option.distinct(Path.resolve),
)
@train_option.sources
@train_option.model
@train_option.course
@train_option.objective
@train_option.measuring
@train_option.result
@click.pass_context
def train(
    context: click.Context,
    *,
    as_json: bool,
    licence: Sequence[str],
    register: bool | None,
    **options: Any,
) -> None:
    r"""Train a reranker from labelled data.

    DATA is any number of BEIR folders (corpus.jsonl, queries.jsonl, qrels/train.tsv), for which
    negatives are mined by words and by embeddings; of JSONL files with rows of texts
    {"query", "positive", "negatives", "scores"}; or of JSONL files with triples of ids
    {"set", "qid", "pos", "neg"}, next to the folders of their sets. --tenant uses the tenant's own
    judgments and log.

    The run measures itself on held-out queries and keeps the best weights. To resume an
    interrupted run, run the same command again. The result is a folder that `PGRERANK_RERANKER`
    and the CrossEncoder of sentence-transformers can load.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise Failed(f"training needs {', '.join(missing)}: pip install 'pgrerank[train]'")
    settings = read_settings(context)
    if options["tenant"] is not None:
        asyncio.run(_require_place(settings, options["tenant"], options["collection"]))
    course_options, recipe = train_option.read(options)  # imports torch
    train_option.refuse_without_effect(context, course_options, recipe)
    after = _After(licences=_licences(licence), register=register)

    def check(lessons: Sequence[Lesson]) -> None:
        train_option.refuse_without_scores(context, recipe, lessons)
        check_sets("--licence", after.licences.keys() - {"*"}, lessons)

    with interruptible("The last checkpoint is kept; run the same command to resume."):
        card = _train(settings, course_options, recipe, after, check)
    if as_json:
        output.as_json(card)
    else:
        _show(card, course_options.out)


def _train(
    settings: Settings, options: CourseOptions, recipe: "Recipe", after: _After, check: CheckLessons
) -> dict[str, object]:
    from pgrerank import wiring
    from pgrerank.cli.train_progress import training_progress
    from pgrerank.training import card, run

    base, embeddings, fingerprint = _bases(recipe)
    lessons = asyncio.run(gather_lessons(settings, options, recipe, fingerprint, check))
    course = run.Course(
        recipe=recipe,
        base=base,
        base_fingerprint=fingerprint,
        embeddings=embeddings,
        train=lessons.train,
        dev=lessons.dev,
        out=options.out,
    )
    with training_progress() as watch:
        outcome = run.train(course, watch)
    model = wiring.reranker_card(msgspec.structs.replace(settings, reranker=str(options.out)))
    facts = card.TrainedModel(
        name=options.out.resolve().name,
        model=model,
        recipe=recipe,
        outcome=outcome,
        origins=card.origins(lessons.train, after.licences),
        dev_queries=len(lessons.dev),
        date=datetime.now(UTC),
    )
    (options.out / "README.md").write_text(card.text(facts), encoding="utf-8")
    run.finish(options.out, outcome)
    registered = _register(settings, options, model, after)
    return {
        "folder": str(options.out),
        "fingerprint": model.fingerprint,
        "queries": {"train": len(lessons.train), "dev": len(lessons.dev)},
        "ndcg": {"before": outcome.before, "teacher": outcome.teacher, "after": outcome.after},
        "steps": outcome.steps,
        "seconds": outcome.seconds,
        "registered": registered,
    }


def _bases(recipe: "Recipe") -> tuple[Path, Path | None, str]:
    """Folders of the base and of the embeddings that replace its own, and their fingerprint."""
    from pgrerank import wiring

    base, fingerprint = wiring.base_model(recipe.base)
    if recipe.embeddings is None:
        return base, None, fingerprint
    embeddings, theirs = wiring.base_model(recipe.embeddings)
    return base, embeddings, fingerprint + theirs


async def _require_place(settings: Settings, tenant: str, collection: str | None) -> None:
    from pgrerank import wiring
    from pgrerank.usecases import lookup

    async with wiring.admin_services(settings) as admin_services:
        await lookup.exist(tenant, collection)(admin_services)


def _register(
    settings: Settings, options: CourseOptions, model: "ModelCard", after: _After
) -> bool:
    from pgrerank import wiring

    database = settings.database_url or settings.admin_database_url or options.tenant
    if after.register is False or (after.register is None and not database):
        return False
    try:
        asyncio.run(wiring.register(settings, model))
    except PgrerankError as error:
        if after.register or options.tenant:
            raise
        output.messages().print(f"The model is not registered: {error}")
        return False
    return True


def _licences(licences: Sequence[str]) -> dict[str, str]:
    """Licences by data set, from `SET=LICENCE`; `*` is the licence of all others."""
    pairs = [text.partition("=") for text in licences]
    if any(sep and not (name and value) for name, sep, value in pairs):
        raise Misused("--licence must be LICENCE or SET=LICENCE")
    return {name if sep else "*": value if sep else name for name, sep, value in pairs}


def _show(card: Mapping[str, Any], out: Path) -> None:
    ndcg: Mapping[str, float | None] = card["ndcg"]
    queries: Mapping[str, int] = card["queries"]
    output.table(
        ["trained on", "measured on", "nDCG@10 before", "teacher", "after", "minutes"],
        [
            (
                f"{queries['train']} queries",
                f"{queries['dev']} queries",
                *(output.number(ndcg[name], 4) for name in ("before", "teacher", "after")),
                f"{card['seconds'] / 60:.1f}",
            )
        ],
    )
    rivals = [ndcg[name] or 0.0 for name in ("before", "teacher")]
    if (ndcg["after"] or 0.0) <= max(rivals):
        click.echo("\nIt is not better than the base and the teacher: do not serve it.")
    click.echo(f"\nThe model is in {out}. Serve it: PGRERANK_RERANKER={out} pgrerank serve")
