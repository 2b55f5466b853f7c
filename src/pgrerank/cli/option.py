"""Options that several commands take."""

from collections.abc import Callable
from typing import Any, TypeAlias

import click

from pgrerank.domain.evaluation import MEASURES
from pgrerank.domain.request import (
    MAX_BUDGET_MS,
    MAX_CANDIDATES,
    MAX_DEPTH,
    Profile,
    RerankMode,
    SearchRequest,
    Strategy,
)

Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

#: where a command needs a tenant or a collection, these name it in place of the options
TENANT, COLLECTION = "PGRERANK_TENANT", "PGRERANK_COLLECTION"

tenant: Decorator = click.option(
    "--tenant",
    "-t",
    "tenant_name",
    required=True,
    envvar=TENANT,
    metavar="NAME",
    help=f"Whose data it is. Default: {TENANT}.",
)
collection: Decorator = click.option(
    "--collection",
    "-c",
    "collection_name",
    required=True,
    envvar=COLLECTION,
    metavar="NAME",
    help=f"Which collection. Default: {COLLECTION}.",
)
as_json: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
strategy: Decorator = click.option(
    "--strategy",
    type=click.Choice([str(name) for name in Strategy]),
    default=str(Strategy.HYBRID),
    show_default=True,
    help="Which legs find candidates.",
)
candidates: Decorator = click.option(
    "--candidates",
    type=click.IntRange(1, MAX_CANDIDATES),
    default=100,
    show_default=True,
    help="How many candidates each leg returns.",
)
depth: Decorator = click.option(
    "--depth",
    type=click.IntRange(1, MAX_DEPTH),
    help="How many of the fused candidates are reranked. Default: 50 interactive, 200 batch.",
)
profile: Decorator = click.option(
    "--profile",
    type=click.Choice([str(name) for name in Profile]),
    default=str(Profile.INTERACTIVE),
    show_default=True,
    help="Defaults for a person who waits, or for nobody who does.",
)
budget_ms: Decorator = click.option(
    "--budget-ms",
    type=click.IntRange(1, MAX_BUDGET_MS),
    help="Milliseconds for the whole search; what is not reranked by then keeps its fused order.",
)
cascade: Decorator = click.option(
    "--cascade",
    type=click.IntRange(0, MAX_DEPTH),
    help="How many the reranker reads: those that late interaction over stored token vectors "
    "finds best. 0: late interaction alone.",
)
store_tokens: Decorator = click.option(
    "--store-tokens",
    is_flag=True,
    default=None,
    help="Keep token vectors of the chunks, up to 16 KB each, for late interaction at no "
    "model's cost.",
)
reranker: Decorator = click.option(
    "--reranker",
    metavar="NAME",
    help="Reranker of its searches, by its name in PGRERANK_BACKENDS. Else PGRERANK_RERANKER.",
)
measure: Decorator = click.option(
    "--measure",
    type=click.Choice(MEASURES),
    default=MEASURES[0],
    show_default=True,
    help="What is to become better.",
)
yes: Decorator = click.confirmation_option(
    "--yes", "-y", prompt="This cannot be undone. Go on?", help="Do not ask."
)


def request(
    *, rerank: bool, strategy: str, candidates: int, depth: int | None, cascade: int | None
) -> SearchRequest:
    """The search of the options of these names, its query aside, for commands that measure."""
    return SearchRequest(
        query="",
        strategy=Strategy(strategy),
        candidates=candidates,
        depth=depth,
        cascade=cascade,
        rerank=RerankMode.ALWAYS if rerank else RerankMode.NEVER,
    )
