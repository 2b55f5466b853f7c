"""pgrerank collection."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import listing, option, output, progress
from pgrerank.cli.command import Commands, examples, settings
from pgrerank.domain.collection import DEFAULT_TEXT_SEARCH, Collection
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.api.native.answers import Collection as Answer


@click.group(cls=Commands)
def collection() -> None:
    """Collections: sets of documents that are searched together."""


@collection.command(
    epilog=examples(
        "pgrerank collection add docs --tenant acme",
        "pgrerank collection add handbuch --tenant acme --text-search german",
    )
)
@click.argument("name")
@option.tenant
@click.option(
    "--text-search",
    default=DEFAULT_TEXT_SEARCH,
    show_default=True,
    help="Text search configuration of Postgres: the language whose word forms are joined.",
)
@option.store_tokens
@option.as_json
@click.pass_context
def add(
    context: click.Context, *, name: str, tenant_name: str, as_json: bool, **indexing: Any
) -> None:
    """Make a collection, embedded by the model of PGRERANK_EMBEDDER."""
    made = asyncio.run(_made(settings(context), tenant_name, name, indexing))
    if as_json:
        output.as_json(_plain(made))
    else:
        click.echo(
            f"Collection {name} is there. Next: "
            f"pgrerank ingest PATH --tenant {tenant_name} --collection {name}"
        )


@collection.command(name="list", epilog=examples("pgrerank collection list --tenant acme"))
@option.tenant
@option.as_json
@click.pass_context
def list_(context: click.Context, *, tenant_name: str, as_json: bool) -> None:
    """Show a tenant's collections and how much is in each."""
    found = asyncio.run(_all(settings(context), tenant_name))
    if as_json:
        output.as_json([_plain(collection) for collection in found])
    else:
        output.table(
            ["name", "documents", "chunks", "text search", "created"],
            [(c.name, c.document_count, c.chunk_count, c.text_search, c.created_at) for c in found],
        )


@collection.command(epilog=examples("pgrerank collection remove docs --tenant acme --yes"))
@click.argument("name")
@option.tenant
@option.yes
@click.pass_context
def remove(context: click.Context, *, name: str, tenant_name: str) -> None:
    """Delete a collection with its documents. What the rerank log says of it stays."""
    asyncio.run(_removed(settings(context), tenant_name, name))
    click.echo(f"Collection {name} is deleted.")


@collection.command(
    epilog=examples(
        "pgrerank collection tokens docs --tenant acme",
        "pgrerank collection tokens docs --tenant acme --remove",
    )
)
@click.argument("name")
@option.tenant
@click.option("--remove", is_flag=True, help="Take them away, and give new chunks none.")
@click.pass_context
def tokens(context: click.Context, *, name: str, tenant_name: str, remove: bool) -> None:
    """Give all chunks of a collection token vectors, those that come later too.

    Searches and ingest go on meanwhile. A run that was cut off is completed by running it again.
    """
    found = settings(context)
    if remove:
        count = asyncio.run(_without_tokens(found, tenant_name, name))
        click.echo(f"Removed the token vectors of {count} chunks.")
    else:
        count = asyncio.run(_with_tokens(found, tenant_name, name))
        click.echo(f"Stored the token vectors of {count} chunks.")


async def _made(
    found: Settings, tenant_name: str, name: str, indexing: Mapping[str, Any]
) -> Collection:
    from pgrerank import wiring
    from pgrerank.usecases.collections import create

    async with wiring.house(found) as house:
        tenant = await house.tenants.named(tenant_name)
        return await create(house, tenant.id, name, **indexing)


async def _with_tokens(found: Settings, tenant_name: str, name: str) -> int:
    from pgrerank import wiring
    from pgrerank.usecases.collections import add_tokens

    async with wiring.house(found) as house:
        tenant = await house.tenants.named(tenant_name)
        with progress.bar("token vectors", None) as advance:
            return await add_tokens(
                house,
                tenant.id,
                name,
                progress=lambda done: advance(done, f"{done} chunks"),
            )


async def _without_tokens(found: Settings, tenant_name: str, name: str) -> int:
    from pgrerank import wiring
    from pgrerank.usecases.collections import remove_tokens

    async with wiring.office(found) as office:
        tenant = await office.tenants.named(tenant_name)
        return await remove_tokens(office, tenant.id, name)


async def _all(found: Settings, tenant_name: str) -> list[Collection]:
    from pgrerank import wiring

    async with wiring.office(found) as office:
        tenant = await office.tenants.named(tenant_name)
        return await listing.everything(
            lambda cursor: office.documents.collections(
                tenant.id, limit=listing.PAGE, cursor=cursor
            )
        )


async def _removed(found: Settings, tenant_name: str, name: str) -> None:
    from pgrerank import wiring

    async with wiring.office(found) as office:
        tenant = await office.tenants.named(tenant_name)
        await office.documents.delete_collection(tenant.id, name)


def _plain(collection: Collection) -> "Answer":
    from pgrerank.api.native.answers import Collection as Answer

    return Answer.of(collection)
