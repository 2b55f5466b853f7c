"""Judged queries for commands that measure: from a collection or from a labelled folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option
from pgrerank.cli.command import Misused
from pgrerank.domain.request import SearchRequest
from pgrerank.formats import beir

if TYPE_CHECKING:
    from pgrerank.usecases.evaluation.judged_collection import JudgedCollection

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


def of_folder(data: beir.Dataset, qrels: Path | None) -> dict[str, dict[str, int]]:
    """Grades by query text and document. If two queries have the same text, the last one counts."""
    texts = data.queries()
    judged = beir.qrels(qrels or data.qrels_file())
    return {texts[query]: grades for query, grades in judged.items() if query in texts}


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `pop_options` reads to a command."""
    return _FOLDER(_QRELS(_AT_MOST(command)))


def pop_options(
    options: dict[str, Any], request: SearchRequest, *, most: int | None = None
) -> "JudgedCollection":
    """Remove these options and the names of tenant and collection from a command's arguments.

    Args:
        options: The arguments.
        request: The search.
        most: Number of judged queries to use if none is given; None: all.

    Raises:
        Misused: They contradict each other.
    """
    from pgrerank.usecases.evaluation.judged_collection import JudgedCollection

    data, qrels, max_queries = (options.pop(name) for name in ("data", "qrels", "max_queries"))
    if qrels is not None and data is None:
        raise Misused("--qrels needs --data, which has the texts of the queries")
    return JudgedCollection(
        tenant_name=options.pop("tenant_name"),
        collection_name=options.pop("collection_name"),
        request=request,
        grades=None if data is None else of_folder(beir.Dataset(folder=data), qrels),
        max_queries=max_queries or most,
    )
