"""pgrerank search."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from click.core import ParameterSource

from pgrerank.cli import hits, option, output, remote
from pgrerank.cli.command import Command, Misused, examples, read_settings, refuse_unused
from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import read_object
from pgrerank.domain.request import MAX_LIMIT, Profile, RerankMode, SearchRequest, Strategy
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.client import AsyncClient
    from pgrerank.client.answers import SearchResponse


@click.command(
    cls=Command,
    epilog=examples(
        'pgrerank search "how do I rotate a key" -t acme -c docs',
        'pgrerank search "rotate a key" -t acme -c docs --rerank never --strategy keyword',
        'pgrerank search "how do I rotate a key" -t acme -c docs --compress',
        'pgrerank search "rotate a key" -t acme -c docs --also "replace a secret"',
        'pgrerank search "rotate a key" -t acme -c docs --per-document 1 --neighbours 1',
        'PGRERANK_KEY=pgr_... pgrerank search "rotate a key" -c docs --url http://127.0.0.1:8080',
        """pgrerank search "key" -t acme -c docs --filter '{"year": {"$gte": 2024}}' --json""",
    ),
)
@click.argument("query")
@remote.tenant
@option.collection
@click.option(
    "--also",
    "queries",
    multiple=True,
    metavar="QUERY",
    callback=option.distinct(),
    help="Another wording of the query, whose results are fused with its own; may be repeated.",
)
@option.strategy
@option.candidates
@option.depth
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=10,
    show_default=True,
    help="Number of results to print.",
)
@click.option(
    "--rerank",
    type=click.Choice([str(mode) for mode in RerankMode]),
    default=str(RerankMode.AUTO),
    show_default=True,
    help="Whether to rerank; `auto` skips it where it cannot help, and says why.",
)
@option.cascade
@option.profile
@option.budget_ms
@click.option("--min-similarity", type=float, help="Minimum cosine in the dense leg, -1..1.")
@click.option("--min-score", type=float, help="Cut results below this raw rerank score.")
@click.option("--min-relevance", type=float, help="Cut results below this probability, 0..1.")
@click.option(
    "--threshold", type=option.NAME, metavar="NAME", help="Cut results by a stored threshold."
)
@click.option("--filter", "filter_json", metavar="JSON", help="Condition on document metadata.")
@click.option(
    "--sparse",
    "sparse_json",
    metavar="FILE|JSON",
    help="Learned sparse weights of the query by token, as JSON or a file, for a third leg.",
)
@option.per_document
@option.diversity
@option.neighbours
@option.compress
@remote.options
@option.as_json
@click.pass_context
def search(
    context: click.Context,
    *,
    query: str,
    tenant_name: str | None,
    collection_name: str,
    filter_json: str | None,
    sparse_json: str | None,
    url: str | None,
    key: str | None,
    as_json: bool,
    **knobs: Any,
) -> None:
    """Search a collection, and show what each stage did.

    Prints each result with an excerpt, the score it is ordered by, its rank in the first stage and
    in each leg, and what was reranked. Three options are independent: `--candidates` per leg,
    `--depth` reranked, `--limit` shown. With `--compress`, a result is printed reduced to the
    sentences that answer the query, and the summary says how many tokens are left. The search is logged; with --url, by the service.

    If one document, or many that are alike, fill the results: `--per-document 1` shows the best
    chunk of each document, `--diversity 0.3` moves what resembles a better result back.
    """
    if knobs["rerank"] == RerankMode.NEVER:
        refuse_unused(context, {"depth", "cascade"}, "is for reranking, without --rerank never")
    if knobs["strategy"] == Strategy.KEYWORD:
        refuse_unused(
            context, {"min_similarity"}, "is for the dense leg, without --strategy keyword"
        )
    knobs |= {"filter": _condition(filter_json), "sparse": _weights(sparse_json)}
    request = _request(query, knobs)
    settings = read_settings(context)
    is_tenant_given = context.get_parameter_source("tenant_name") is ParameterSource.COMMANDLINE
    service = remote.service_unless_tenant(
        settings, url, key, tenant_name if is_tenant_given else None
    )
    if service is not None:
        answer = remote.ask(service, _call(collection_name, query, knobs))
        _print(answer, query, as_json=as_json)
        return
    if tenant_name is None:
        raise Misused("name a tenant with --tenant, or a service with --url")
    ranking = asyncio.run(_search(settings, tenant_name, collection_name, request))
    _print(_answer(ranking), query, as_json=as_json)


def _call(
    collection_name: str, query: str, knobs: Mapping[str, Any]
) -> "Callable[[AsyncClient], Awaitable[SearchResponse]]":
    arguments: dict[str, Any] = {name: value for name, value in knobs.items() if value is not None}
    return lambda client: client.search(collection_name, query, explain=True, **arguments)


def _print(answer: "SearchResponse", query: str, *, as_json: bool) -> None:
    if as_json:
        output.as_json(msgspec.structs.replace(answer, candidates=None))
    else:
        hits.show(answer, query)


async def _search(
    settings: Settings, tenant_name: str, collection_name: str, request: SearchRequest
) -> SearchOutcome:
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.search import search as searched

    async with wiring.all_services(
        settings, check=lookup.exist(tenant_name, collection_name)
    ) as services:
        tenant = await services.tenants.by_name(tenant_name)
        return await searched(services, tenant.id, collection_name, request)


def _request(query: str, knobs: Mapping[str, Any]) -> SearchRequest:
    values = dict(knobs)
    return SearchRequest(
        query=query,
        strategy=Strategy(values.pop("strategy")),
        rerank=RerankMode(values.pop("rerank")),
        profile=Profile(values.pop("profile")),
        explain=True,
        **values,
    )


def _condition(text: str | None) -> dict[str, Any] | None:
    try:
        return None if text is None else read_object("--filter", text)
    except InvalidRequestError as error:
        raise Misused(str(error)) from error


def _weights(argument: str | None) -> dict[str, float] | None:
    """Weights by token from a JSON object, or from a file with one."""
    if argument is None:
        return None
    try:
        text = argument if argument.lstrip().startswith("{") else Path(argument).read_text()
        return msgspec.convert(read_object("--sparse", text), dict[str, float])
    except InvalidRequestError as error:
        raise Misused(str(error)) from error
    except (OSError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Misused(f"--sparse: {error}") from error


def _answer(ranking: SearchOutcome) -> "SearchResponse":
    """The outcome as a client would receive it from the service."""
    from pgrerank.api.v1.schema.search import SearchResponse as Served
    from pgrerank.client.answers import SearchResponse

    encoded = msgspec.json.encode(Served.of(ranking, explained=True), enc_hook=str)
    return msgspec.json.decode(encoded, type=SearchResponse)
