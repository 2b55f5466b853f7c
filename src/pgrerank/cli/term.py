"""pgrerank term."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from msgspec import structs

from pgrerank.cli import option, output, remote
from pgrerank.cli.command import Commands, examples
from pgrerank.domain.field_boost import FieldBoost, check_field_boosts, plain, without
from pgrerank.domain.term import WEIGHT, Terms, require_terms, without_terms

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client import AsyncClient
    from pgrerank.client.management import BoostByField

#: boosts by field, as JSON
FieldPlain: TypeAlias = Mapping[str, Mapping[str, float]]


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
    """Manage what boosts candidates: terms such as product names, and fields of metadata."""


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


@term.command(
    epilog=examples(
        "pgrerank term field published --half-life 30 -t acme -c docs",
        "pgrerank term field stars --worst 0 --best 5 --weight 0.3 -t acme -c docs",
        "pgrerank term field price --worst 500 --best 0 -t acme -c shop",
    )
)
@click.argument("name")
@click.option(
    "--half-life",
    "half_life_days",
    type=float,
    metavar="DAYS",
    help="The field has dates: the boost halves with each of these ages.",
)
@click.option("--worst", type=float, help="The field has numbers: this one adds nothing.")
@click.option("--best", type=float, help="The number that adds the whole weight.")
@click.option(
    "--weight", type=float, default=WEIGHT, show_default=True, help="Above 0 and at most 1."
)
@remote.place
@option.collection
@option.as_json
def field(
    place: "CommandPlace", *, name: str, collection_name: str, as_json: bool, **values: Any
) -> None:
    """Boost by the field NAME of the metadata, or change that boost.

    With --half-life, NAME has dates, ISO 8601 text or Unix seconds: a candidate of now gets the
    whole weight, one of a half-life ago the half. With --worst and --best it has numbers: those
    between in proportion; --worst may be the larger one. A dot reaches into objects, as in filters.
    Weights, also those of terms, add up to 1 at most, times the standard deviation of the scores.
    Without the field, a candidate is not raised.
    """
    new = {name: FieldBoost(**values)}

    async def there(client: "AsyncClient") -> FieldPlain:
        current = await client.field_boosts(collection_name)
        return _plain_of(await client.put_field_boosts(collection_name, {**current, **plain(new)}))

    async def here(here: "Here") -> FieldPlain:
        from pgrerank.usecases.collections import boost_fields

        changed = await boost_fields(here.services, here.tenant_id, collection_name, new)
        return plain(changed.field_boosts)

    check_field_boosts(new)
    _print_fields(place.ask(there, here), as_json=as_json)


@term.command(epilog=examples("pgrerank term remove-field published -t acme -c docs"))
@click.argument("names", nargs=-1, required=True, callback=option.distinct())
@remote.place
@option.collection
@option.as_json
def remove_field(
    place: "CommandPlace", *, collection_name: str, names: Sequence[str], as_json: bool
) -> None:
    """Remove boosts by fields of the metadata."""

    async def there(client: "AsyncClient") -> FieldPlain:
        current = _boosts_of(await client.field_boosts(collection_name))
        left = plain(without(current, names))
        return _plain_of(await client.put_field_boosts(collection_name, left))

    async def here(here: "Here") -> FieldPlain:
        from pgrerank.usecases.collections import remove_field_boosts

        changed = await remove_field_boosts(here.services, here.tenant_id, collection_name, names)
        return plain(changed.field_boosts)

    _print_fields(place.ask(there, here), as_json=as_json)


@term.command(epilog=examples("pgrerank term fields -t acme -c docs"))
@remote.place
@option.collection
@option.as_json
def fields(place: "CommandPlace", *, collection_name: str, as_json: bool) -> None:
    """List a collection's boosts by fields of the metadata."""

    async def there(client: "AsyncClient") -> FieldPlain:
        return _plain_of(await client.field_boosts(collection_name))

    async def here(here: "Here") -> FieldPlain:
        collection = await here.services.collections.by_name(here.tenant_id, collection_name)
        return plain(collection.field_boosts)

    _print_fields(place.ask(there, here), as_json=as_json)


def _boosts_of(answer: "Mapping[str, BoostByField]") -> dict[str, FieldBoost]:
    return {name: FieldBoost(**structs.asdict(each)) for name, each in answer.items()}


def _plain_of(answer: "Mapping[str, BoostByField]") -> FieldPlain:
    return plain(_boosts_of(answer))


def _print_fields(boosts: FieldPlain, *, as_json: bool) -> None:
    if as_json:
        output.as_json(boosts)
        return
    names = ("weight", "half_life_days", "worst", "best")
    rows = [(name, *(boost.get(each) for each in names)) for name, boost in boosts.items()]
    output.table(["field", "weight", "half-life (days)", "worst", "best"], sorted(rows))


def _print(terms: Terms, *, as_json: bool) -> None:
    if as_json:
        output.as_json(dict(terms))
    else:
        output.table(["term", "weight"], sorted(terms.items()))
