"""Options shared by several commands."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from pgrerank.domain.bounds import text
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.evaluation import MEASURES, validate_label
from pgrerank.domain.judgment import MAX_LABEL_CHARACTERS
from pgrerank.domain.name import validate_name
from pgrerank.domain.request import (
    MAX_BUDGET_MS,
    MAX_CANDIDATES,
    MAX_DEPTH,
    MAX_PER_DOCUMENT,
    Profile,
    RerankMode,
    SearchRequest,
    Strategy,
)
from pgrerank.domain.window import MAX_NEIGHBOURS

Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


class Checked(click.ParamType[str]):
    """A text that fulfils a rule of the domain.

    Args:
        name: What it is, in a word.
        rule: Raises InvalidRequestError for other texts.
    """

    def __init__(self, name: str, rule: Callable[[str], object]) -> None:
        self.name = name
        self._rule = rule

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text. Fails with the parameter's name if it breaks the rule."""
        try:
            self._rule(str(value))
        except InvalidRequestError as error:
            self.fail(error.problem, param, ctx)
        return str(value)


#: names of tenants, collections, thresholds and reference sets
NAME = Checked("name", validate_name)
#: labels of stored runs
LABEL = Checked("label", validate_label)
#: judges, and other origins of judgments
ORIGIN = Checked("name", partial(text, "source", least=1, most=MAX_LABEL_CHARACTERS))

#: environment variables with the defaults of --tenant and --collection
TENANT, COLLECTION = "PGRERANK_TENANT", "PGRERANK_COLLECTION"

tenant: Decorator = click.option(
    "--tenant",
    "-t",
    "tenant_name",
    required=True,
    envvar=TENANT,
    metavar="NAME",
    help=f"Tenant. Default: {TENANT}.",
)
collection: Decorator = click.option(
    "--collection",
    "-c",
    "collection_name",
    required=True,
    envvar=COLLECTION,
    metavar="NAME",
    help=f"Collection. Default: {COLLECTION}.",
)
compress: Decorator = click.option(
    "--compress",
    is_flag=True,
    help="Reduce each result to the sentences that answer the query.",
)
per_document: Decorator = click.option(
    "--per-document",
    type=click.IntRange(1, MAX_PER_DOCUMENT),
    help="Maximum number of results of one document: its best chunks. Default: no maximum.",
)
diversity: Decorator = click.option(
    "--diversity",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Weight of novelty against relevance: results similar to one before them move back.",
)
neighbours: Decorator = click.option(
    "--neighbours",
    type=click.IntRange(0, MAX_NEIGHBOURS),
    default=0,
    show_default=True,
    help="Chunks before and after each result in its document to show with it.",
)
as_json: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
strategy: Decorator = click.option(
    "--strategy",
    type=click.Choice([str(name) for name in Strategy]),
    default=str(Strategy.HYBRID),
    show_default=True,
    help="Which legs retrieve candidates.",
)
candidates: Decorator = click.option(
    "--candidates",
    type=click.IntRange(1, MAX_CANDIDATES),
    default=100,
    show_default=True,
    help="Number of candidates each leg returns.",
)
depth: Decorator = click.option(
    "--depth",
    type=click.IntRange(1, MAX_DEPTH),
    help="Number of fused candidates to rerank. Default: 50 interactive, 200 batch.",
)
profile: Decorator = click.option(
    "--profile",
    type=click.Choice([str(name) for name in Profile]),
    default=str(Profile.INTERACTIVE),
    show_default=True,
    help="Defaults for interactive use or for batch jobs.",
)
budget_ms: Decorator = click.option(
    "--budget-ms",
    type=click.IntRange(1, MAX_BUDGET_MS),
    help="Time limit of the search in milliseconds; candidates not reranked by then keep their "
    "fused order.",
)
cascade: Decorator = click.option(
    "--cascade",
    type=click.IntRange(0, MAX_DEPTH),
    help="Number of candidates the reranker reads: the best by late interaction over stored token "
    "vectors. 0: late interaction alone.",
)
store_tokens: Decorator = click.option(
    "--store-tokens",
    is_flag=True,
    default=None,
    help="Store token vectors of the chunks, up to 8 KB each, for late interaction without "
    "running a model.",
)
reranker: Decorator = click.option(
    "--reranker",
    metavar="NAME",
    help="Reranker of its searches: a name in PGRERANK_BACKENDS. Default: PGRERANK_RERANKER.",
)
measure: Decorator = click.option(
    "--measure",
    type=click.Choice(MEASURES),
    default=MEASURES[0],
    show_default=True,
    help="Quality measure to use.",
)
yes: Decorator = click.confirmation_option(
    "--yes", "-y", prompt="This cannot be undone. Go on?", help="Do not ask."
)


def distinct(key: Callable[[Any], object] = lambda value: value) -> Callable[..., Any]:
    """A callback of a repeatable parameter that refuses what is given twice.

    Args:
        key: What must differ between two values, such as the name in `name=value`.
    """

    def check(context: click.Context, parameter: click.Parameter, values: Sequence[Any]) -> Any:
        given: set[object] = set()
        for value in values:
            if key(value) in given:
                raise click.BadParameter(f"`{key(value)}` is given twice", context, parameter)
            given.add(key(value))
        return values

    return check


def complete_files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Let the shell complete an argument with files and folders."""
    return [CompletionItem(incomplete, type="file")]


def drop_defaults(context: click.Context, options: dict[str, Any], *names: str) -> None:
    """Set options to None that come from the environment, not from the command line."""
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.ENVIRONMENT:
            options[name] = None


def require_writable(
    context: click.Context, option: click.Parameter, path: Path | None
) -> Path | None:
    """Return the file that an option names, if it can be written.

    Commands write their result after minutes of work, which this must not lose.

    Raises:
        click.BadParameter: Its folder does not exist, or the user may not write it.
    """
    if path is None:
        return None
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}", context, option)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} may not be written", context, option)
    return path


def request(
    *,
    rerank: bool,
    strategy: str,
    candidates: int,
    depth: int | None,
    cascade: int | None,
    **others: Any,
) -> SearchRequest:
    """Search request of these options, without a query, for commands that measure.

    `others` are further fields of the request.
    """
    return SearchRequest(
        query="",
        strategy=Strategy(strategy),
        candidates=candidates,
        depth=depth,
        cascade=cascade,
        rerank=RerankMode.ALWAYS if rerank else RerankMode.NEVER,
        **others,
    )
