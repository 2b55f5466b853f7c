"""pgrerank collection."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import listing, option, output, progress, weighing
from pgrerank.cli.command import Commands, Misused, examples, read_settings, run
from pgrerank.domain.collection import DEFAULT_TEXT_SEARCH, Change, Collection
from pgrerank.domain.count import counted
from pgrerank.domain.retrieval import Retrieval
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.api.v1.schema.responses import CollectionResponse as Answer


@click.group(cls=Commands)
def collection() -> None:
    """Manage collections: sets of documents that are searched together."""


@collection.command(
    epilog=examples(
        "pgrerank collection add docs --tenant acme",
        "pgrerank collection add handbuch --tenant acme --text-search german",
    )
)
@click.argument("name", type=option.NAME)
@option.tenant
@click.option(
    "--text-search",
    default=DEFAULT_TEXT_SEARCH,
    show_default=True,
    help="Text search configuration of Postgres: the language used for stemming.",
)
@option.store_tokens
@option.reranker
@click.option(
    "--embedder",
    metavar="NAME",
    help="Embedder of its documents: a name in PGRERANK_BACKENDS. Default: PGRERANK_EMBEDDER.",
)
@weighing.options
@option.as_json
@click.pass_context
def add(
    context: click.Context, *, name: str, tenant_name: str, as_json: bool, **indexing: Any
) -> None:
    """Create a collection."""
    chosen = weighing.pop_options(indexing)
    indexing["retrieval"] = Retrieval(**chosen) if chosen else None
    created = asyncio.run(_create(read_settings(context), tenant_name, name, indexing))
    if as_json:
        output.as_json(_plain(created))
    else:
        click.echo(
            f"Collection {name} created. Next: "
            f"pgrerank ingest PATH --tenant {tenant_name} --collection {name}"
        )


@collection.command(
    name="set",
    epilog=examples(
        "pgrerank collection set docs --tenant acme --k1 1.2 --title-boost 2",
        "pgrerank collection set docs --tenant acme --fusion weighted --keyword-weight 0.5",
        "pgrerank collection set docs --tenant acme --reranker cloud",
    ),
)
@click.argument("name")
@option.tenant
@option.reranker
@click.option("--default-reranker", is_flag=True, help="Use the reranker of the settings.")
@weighing.options
@option.as_json
@click.pass_context
def set_(
    context: click.Context, *, name: str, tenant_name: str, as_json: bool, **options: Any
) -> None:
    """Change how a collection is searched. Takes effect with the next search."""
    from pgrerank.usecases.collections import retrieval_change

    reranker, default = options.pop("reranker"), options.pop("default_reranker")
    values = weighing.pop_options(options)
    if not (values or reranker or default):
        raise Misused("give an option to change, such as --k1 1.2")
    if reranker and default:
        raise Misused("give either --reranker or --default-reranker")
    settings = read_settings(context)
    changes = [retrieval_change(values)]
    if reranker or default:
        changes.append(asyncio.run(_reranker_change(settings, reranker)))
    _print(asyncio.run(_configure(settings, tenant_name, name, changes)), as_json=as_json)


@collection.command(epilog=examples("pgrerank collection show docs --tenant acme"))
@click.argument("name")
@option.tenant
@option.as_json
@click.pass_context
def show(context: click.Context, *, name: str, tenant_name: str, as_json: bool) -> None:
    """Show one collection: its index settings, first-stage weights and size."""
    _print(asyncio.run(_one(read_settings(context), tenant_name, name)), as_json=as_json)


@collection.command(name="list", epilog=examples("pgrerank collection list --tenant acme"))
@option.tenant
@option.as_json
@click.pass_context
def list_(context: click.Context, *, tenant_name: str, as_json: bool) -> None:
    """List a tenant's collections with their sizes."""
    collections = asyncio.run(_all(read_settings(context), tenant_name))
    if as_json:
        output.as_json([_plain(collection) for collection in collections])
    else:
        output.table(
            ["name", "documents", "chunks", "text search", "created"],
            [
                (c.name, c.document_count, c.chunk_count, c.text_search, c.created_at)
                for c in collections
            ],
        )


@collection.command(epilog=examples("pgrerank collection remove docs --tenant acme --yes"))
@click.argument("name")
@option.tenant
@option.yes
@click.pass_context
def remove(context: click.Context, *, name: str, tenant_name: str) -> None:
    """Delete a collection with its documents. Its entries in the rerank log are kept."""
    asyncio.run(_remove(read_settings(context), tenant_name, name))
    click.echo(f"Collection {name} is deleted.")


@collection.command(
    epilog=examples(
        "pgrerank collection tokens docs --tenant acme",
        "pgrerank collection tokens docs --tenant acme --remove",
    )
)
@click.argument("name")
@option.tenant
@click.option("--remove", is_flag=True, help="Remove them, and store none for new chunks.")
@click.pass_context
def tokens(context: click.Context, *, name: str, tenant_name: str, remove: bool) -> None:
    """Store token vectors for all chunks of a collection, including future ones.

    Searches and ingest continue meanwhile. To resume an interrupted run, run it again.
    """
    settings = read_settings(context)
    if remove:
        count = asyncio.run(_without_tokens(settings, tenant_name, name))
        click.echo(f"Removed the token vectors of {counted(count, 'chunk')}.")
    else:
        count = run(
            _with_tokens(settings, tenant_name, name),
            interrupt_note="Token vectors stored so far are kept; run the same command to resume.",
        )
        click.echo(f"Stored the token vectors of {counted(count, 'chunk')}.")


async def _create(
    settings: Settings, tenant_name: str, name: str, indexing: Mapping[str, Any]
) -> Collection:
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.collections import create

    await _require_backends(settings, indexing)
    async with wiring.all_services(settings, check=lookup.exist(tenant_name)) as services:
        tenant = await services.tenants.by_name(tenant_name)
        return await create(services, tenant.id, name, **indexing)


async def _configure(
    settings: Settings, tenant_name: str, name: str, changes: Sequence[Change]
) -> Collection:
    from pgrerank import wiring
    from pgrerank.usecases.collections import configure

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await configure(admin_services, tenant.id, name, *changes)


async def _reranker_change(settings: Settings, reranker: str | None) -> Change:
    from pgrerank import wiring
    from pgrerank.usecases.collections import reranker_change

    async with wiring.remote_models(settings) as models:
        return reranker_change(models.rerankers, reranker)


async def _require_backends(settings: Settings, indexing: Mapping[str, Any]) -> None:
    """Check backend names. Raises InvalidRequestError for one missing from the backends file."""
    from pgrerank import wiring
    from pgrerank.ports.services import require_named

    names = {kind: indexing[kind] for kind in ("reranker", "embedder") if indexing[kind]}
    if not names:
        return
    async with wiring.remote_models(settings) as models:
        configured = {"reranker": models.rerankers, "embedder": models.embedders}
        for kind, name in names.items():
            require_named(kind, name, configured[kind])


async def _one(settings: Settings, tenant_name: str, name: str) -> Collection:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await admin_services.collections.by_name(tenant.id, name)


async def _with_tokens(settings: Settings, tenant_name: str, name: str) -> int:
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.collections import add_tokens

    async with wiring.all_services(settings, check=lookup.exist(tenant_name, name)) as services:
        tenant = await services.tenants.by_name(tenant_name)
        with progress.bar("token vectors", None) as advance:
            return await add_tokens(
                services,
                tenant.id,
                name,
                progress=lambda done: advance(done, f"{done} chunks"),
            )


async def _without_tokens(settings: Settings, tenant_name: str, name: str) -> int:
    from pgrerank import wiring
    from pgrerank.usecases.collections import remove_tokens

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await remove_tokens(admin_services, tenant.id, name)


async def _all(settings: Settings, tenant_name: str) -> list[Collection]:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await listing.everything(
            lambda cursor: admin_services.collections.page(
                tenant.id, limit=listing.PAGE, cursor=cursor
            )
        )


async def _remove(settings: Settings, tenant_name: str, name: str) -> None:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        await admin_services.collections.delete(tenant.id, name)


def _print(shown: Collection, *, as_json: bool) -> None:
    if as_json:
        output.as_json(_plain(shown))
        return
    facts = {
        "name": shown.name,
        "documents": shown.document_count,
        "chunks": shown.chunk_count,
        "text search": shown.text_search,
        "embedder": shown.embedder[:12],
        "second embedder": f"{shown.second_embedder[:12]}, {shown.second_state}"
        if shown.second_embedder
        else "none",
        "token vectors": "yes" if shown.stores_tokens else "no",
        "reranker": shown.reranker or "default of the settings",
        **{name.replace("_", " "): value for name, value in asdict(shown.retrieval).items()},
        "created": shown.created_at,
    }
    output.table(["setting", "value"], list(facts.items()))


def _plain(collection: Collection) -> "Answer":
    from pgrerank.api.v1.schema.responses import CollectionResponse as Answer

    return Answer.of(collection)
