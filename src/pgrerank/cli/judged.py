"""Judged queries for commands that measure: from a collection or from a labelled folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option
from pgrerank.cli.command import Failed, Misused
from pgrerank.domain import evaluation
from pgrerank.domain.evaluation import Question
from pgrerank.formats import beir

if TYPE_CHECKING:
    from pgrerank.domain.collection import Collection
    from pgrerank.domain.tenant import Tenant
    from pgrerank.ports.services import AdminServices

_FOLDER: option.Decorator = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="BEIR folder with queries and judgments. Default: the collection's stored judgments.",
)
_QRELS: option.Decorator = click.option(
    "--qrels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Judgments file. Default: qrels/test.tsv in the folder.",
)
_AT_MOST: option.Decorator = click.option(
    "--max-queries",
    type=click.IntRange(1),
    help="Number of judged queries to use, always the same ones. Default: all.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQueries:
    """Source of judged queries."""

    data: Path | None
    qrels: Path | None
    max_queries: int | None

    async def questions(
        self, admin_services: "AdminServices", tenant: "Tenant", collection: "Collection"
    ) -> tuple[Question, ...]:
        """Judged queries with a relevant document. Raises Failed if there are none."""
        grades = (
            await admin_services.judgments.grades(tenant.id, collection)
            if self.data is None
            else of_folder(beir.Dataset(folder=self.data), self.qrels)
        )
        questions = evaluation.questions(grades, at_most=self.max_queries)
        questions = tuple(question for question in questions if question.has_answer)
        if not questions:
            raise Failed(
                "no query has a relevant document: import judgments with "
                "`pgrerank judgment import`, or name a labelled folder with --data"
            )
        return questions


def of_folder(data: beir.Dataset, qrels: Path | None) -> dict[str, dict[str, int]]:
    """Grades by query text and document. If two queries have the same text, the last one counts."""
    texts = data.queries()
    judged = beir.qrels(qrels or data.qrels_file())
    return {texts[query]: grades for query, grades in judged.items() if query in texts}


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `pop_options` reads to a command."""
    return _FOLDER(_QRELS(_AT_MOST(command)))


def pop_options(options: dict[str, Any]) -> JudgedQueries:
    """Remove these options from the command's arguments and return them."""
    judged = JudgedQueries(**{name: options.pop(name) for name in ("data", "qrels", "max_queries")})
    if judged.qrels is not None and judged.data is None:
        raise Misused("--qrels needs --data, which has the texts of the queries")
    return judged
