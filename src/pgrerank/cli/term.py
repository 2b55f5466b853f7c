"""pgrerank term."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, examples, read_settings
from pgrerank.domain.term import WEIGHT, Terms
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.collection import Collection
    from pgrerank.domain.ids import TenantId
    from pgrerank.ports.services import AdminServices

Given = TypeVar("Given")


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
@click.argument(
    "terms",
    nargs=-1,
    required=True,
    type=Weighed(),
    callback=option.distinct(lambda weighed: weighed[0].casefold()),
)
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
    from pgrerank.usecases.collections import add_terms

    work = _change(read_settings(context), tenant_name, collection_name, add_terms, dict(terms))
    _print(asyncio.run(work), as_json=as_json)


@term.command(epilog=examples("pgrerank term remove pgvector -t acme -c docs"))
@click.argument("terms", nargs=-1, required=True, callback=option.distinct(str.casefold))
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
    from pgrerank.usecases.collections import remove_terms

    work = _change(read_settings(context), tenant_name, collection_name, remove_terms, terms)
    _print(asyncio.run(work), as_json=as_json)


@term.command(name="list", epilog=examples("pgrerank term list -t acme -c docs"))
@option.tenant
@option.collection
@option.as_json
@click.pass_context
def list_(context: click.Context, *, collection_name: str, tenant_name: str, as_json: bool) -> None:
    """List a collection's terms with their weights."""
    _print(
        asyncio.run(_terms(read_settings(context), tenant_name, collection_name)), as_json=as_json
    )


def _print(terms: Terms, *, as_json: bool) -> None:
    if as_json:
        output.as_json(dict(terms))
    else:
        output.table(["term", "weight"], sorted(terms.items()))


async def _terms(settings: Settings, tenant_name: str, collection_name: str) -> Terms:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        collection = await admin_services.collections.by_name(tenant.id, collection_name)
        return collection.terms


async def _change(
    settings: Settings,
    tenant_name: str,
    collection_name: str,
    change: "Callable[[AdminServices, TenantId, str, Given], Awaitable[Collection]]",
    terms: Given,
) -> Terms:
    """The terms of the collection after a change."""
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return (await change(admin_services, tenant.id, collection_name, terms)).terms
