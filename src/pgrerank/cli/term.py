"""pgrerank term."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output, remote
from pgrerank.cli.command import Commands, examples
from pgrerank.domain.term import WEIGHT, Terms, require_terms, without_terms

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client import AsyncClient


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
@remote.place
@option.collection
@option.as_json
def add(
    place: "CommandPlace",
    *,
    collection_name: str,
    terms: Sequence[tuple[str, float]],
    as_json: bool,
) -> None:
    """Add terms or change their weights (default 0.5, maximum 1).

    A candidate's score is raised by the sum of the weights of the terms it contains, at most 1,
    times the standard deviation of the scores. Case is ignored.
    """
    weights = dict(terms)

    async def there(client: "AsyncClient") -> Terms:
        current = await client.terms(collection_name)
        return await client.put_terms(
            collection_name, {**without_terms(current, weights), **weights}
        )

    async def here(here: "Here") -> Terms:
        from pgrerank.usecases.collections import add_terms

        return (await add_terms(here.services, here.tenant_id, collection_name, weights)).terms

    _print(place.ask(there, here), as_json=as_json)


@term.command(epilog=examples("pgrerank term remove pgvector -t acme -c docs"))
@click.argument("terms", nargs=-1, required=True, callback=option.distinct(str.casefold))
@remote.place
@option.collection
@option.as_json
def remove(
    place: "CommandPlace", *, collection_name: str, terms: Sequence[str], as_json: bool
) -> None:
    """Remove terms."""

    async def there(client: "AsyncClient") -> Terms:
        current = await client.terms(collection_name)
        require_terms(current, terms)
        return await client.put_terms(collection_name, without_terms(current, terms))

    async def here(here: "Here") -> Terms:
        from pgrerank.usecases.collections import remove_terms

        return (await remove_terms(here.services, here.tenant_id, collection_name, terms)).terms

    _print(place.ask(there, here), as_json=as_json)


@term.command(
    name="list",
    epilog=examples(
        "pgrerank term list -t acme -c docs",
        "PGRERANK_KEY=pgr_... pgrerank term list -c docs --url http://127.0.0.1:8080",
    ),
)
@remote.place
@option.collection
@option.as_json
def list_(place: "CommandPlace", *, collection_name: str, as_json: bool) -> None:
    """List a collection's terms with their weights."""

    async def here(here: "Here") -> Terms:
        collection = await here.services.collections.by_name(here.tenant_id, collection_name)
        return collection.terms

    _print(place.ask(lambda client: client.terms(collection_name), here), as_json=as_json)


def _print(terms: Terms, *, as_json: bool) -> None:
    if as_json:
        output.as_json(dict(terms))
    else:
        output.table(["term", "weight"], sorted(terms.items()))
