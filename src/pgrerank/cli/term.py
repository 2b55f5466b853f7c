"""pgrerank term."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, Misused, examples, settings
from pgrerank.domain.term import WEIGHT, Terms
from pgrerank.settings import Settings


class Weighed(click.ParamType[tuple[str, float]]):
    """A term, or `term=weight`."""

    name = "term[=weight]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Parse the argument. A term may contain `=`: the weight follows the last one."""
        text, separator, weight = str(value).rpartition("=")
        if not separator:
            return weight, WEIGHT
        try:
            return text, float(weight)
        except ValueError:
            self.fail(f"`{weight}` is not a weight", param, ctx)


@click.group(cls=Commands)
def term() -> None:
    """Manage terms, such as product names, that boost the documents containing them."""


@term.command(
    epilog=examples(
        "pgrerank term add pgvector=0.8 'write-ahead log' -t acme -c docs",
    )
)
@click.argument("terms", nargs=-1, required=True, type=Weighed())
@option.tenant
@option.collection
@option.as_json
@click.pass_context
def add(
    context: click.Context,
    *,
    collection_name: str,
    terms: Sequence[tuple[str, float]],
    tenant_name: str,
    as_json: bool,
) -> None:
    """Add terms or change their weights (default 0.5, maximum 1).

    A candidate's score is raised by the sum of the weights of the terms it contains, at most 1,
    times the standard deviation of the scores. Case is ignored.
    """
    added = dict(terms)

    def changed(kept: Terms) -> Terms:
        names = {name.casefold() for name in added}
        return {n: w for n, w in kept.items() if n.casefold() not in names} | added

    _print(
        asyncio.run(_change(settings(context), tenant_name, collection_name, changed)),
        as_json=as_json,
    )


@term.command(epilog=examples("pgrerank term remove pgvector -t acme -c docs"))
@click.argument("terms", nargs=-1, required=True)
@option.tenant
@option.collection
@option.as_json
@click.pass_context
def remove(
    context: click.Context,
    *,
    collection_name: str,
    terms: Sequence[str],
    tenant_name: str,
    as_json: bool,
) -> None:
    """Remove terms."""
    names = {name.casefold() for name in terms}

    def changed(kept: Terms) -> Terms:
        unknown = names - {name.casefold() for name in kept}
        if unknown:
            raise Misused(f"the collection has no term `{min(unknown)}`")
        return {name: weight for name, weight in kept.items() if name.casefold() not in names}

    _print(
        asyncio.run(_change(settings(context), tenant_name, collection_name, changed)),
        as_json=as_json,
    )


@term.command(name="list", epilog=examples("pgrerank term list -t acme -c docs"))
@option.tenant
@option.collection
@option.as_json
@click.pass_context
def list_(context: click.Context, *, collection_name: str, tenant_name: str, as_json: bool) -> None:
    """List a collection's terms with their weights."""
    _print(
        asyncio.run(_change(settings(context), tenant_name, collection_name, None)),
        as_json=as_json,
    )


def _print(terms: Terms, *, as_json: bool) -> None:
    if as_json:
        output.as_json(dict(terms))
    else:
        output.table(["term", "weight"], sorted(terms.items()))


async def _change(
    settings: Settings,
    tenant_name: str,
    collection_name: str,
    change: Callable[[Terms], Mapping[str, float]] | None,
) -> Terms:
    """Apply a change, if any, and return the terms of the collection."""
    from pgrerank import wiring
    from pgrerank.usecases.collections import boost

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        collection = await admin_services.collections.by_name(tenant.id, collection_name)
        if change is None:
            return collection.terms
        wanted = change(collection.terms)
        return (await boost(admin_services, tenant.id, collection_name, wanted)).terms
