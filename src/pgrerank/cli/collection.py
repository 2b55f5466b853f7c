"""pgrerank collection."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pgrerank.cli import listing, option, output, progress, remote, weighing
from pgrerank.cli.command import Commands, Misused, examples, read_settings, run
from pgrerank.domain.collection import DEFAULT_TEXT_SEARCH, Change
from pgrerank.domain.count import counted
from pgrerank.domain.retrieval import Retrieval
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here, HereWithModels
    from pgrerank.client import AsyncClient
    from pgrerank.client.answers import CollectionResponse
    from pgrerank.domain import collection as domain
    from pgrerank.ports.services import AdminServices


@click.group(cls=Commands)
def collection() -> None:
    """Manage collections: sets of documents that are searched together."""


@collection.command(
    epilog=examples(
        "pgrerank collection add docs --tenant acme",
        "pgrerank collection add handbuch --tenant acme --text-search german",
        "PGRERANK_KEY=pgr_... pgrerank collection add docs --url http://127.0.0.1:8080",
    )
)
@click.argument("name", type=option.NAME)
@remote.place
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
def add(place: "CommandPlace", *, name: str, as_json: bool, **indexing: Any) -> None:
    """Create a collection."""
    chosen = weighing.pop_options(indexing)
    indexing = {key: value for key, value in indexing.items() if value is not None}
    sent: dict[str, Any] = {**indexing, "retrieval": chosen} if chosen else indexing

    async def check(admin_services: "AdminServices") -> None:
        await _require_backends(place.settings, indexing)
        await admin_services.tenants.by_name(place.tenant_name or "")

    created = place.ask_models(
        lambda client: client.put_collection(name, **sent),
        lambda here: _created(here, name, indexing, chosen),
        check=check,
    )
    if as_json:
        output.as_json(created)
    else:
        where = f"--url {place.service.url}" if place.service else f"--tenant {place.tenant_name}"
        click.echo(
            f"Collection {name} created. Next: pgrerank ingest PATH {where} --collection {name}"
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
@remote.place
@option.reranker
@click.option("--default-reranker", is_flag=True, help="Use the reranker of the settings.")
@weighing.options
@option.as_json
def set_(place: "CommandPlace", *, name: str, as_json: bool, **options: Any) -> None:
    """Change how a collection is searched. Takes effect with the next search."""
    reranker, default = options.pop("reranker"), options.pop("default_reranker")
    values = weighing.pop_options(options)
    if not (values or reranker or default):
        raise Misused("give an option to change, such as --k1 1.2")
    if reranker and default:
        raise Misused("give either --reranker or --default-reranker")
    sent: dict[str, Any] = {"retrieval": values} if values else {}
    if reranker or default:
        sent["reranker"] = reranker
    changed = place.ask(
        lambda client: client.update_collection(name, **sent),
        lambda here: _configured(place.settings, here, name, sent),
    )
    _print(changed, as_json=as_json)


@collection.command(
    epilog=examples(
        "pgrerank collection show docs --tenant acme",
        "PGRERANK_KEY=pgr_... pgrerank collection show docs --url http://127.0.0.1:8080",
    )
)
@click.argument("name")
@remote.place
@option.as_json
def show(place: "CommandPlace", *, name: str, as_json: bool) -> None:
    """Show one collection: its index settings, first-stage weights and size."""
    found = place.ask(lambda client: client.collection(name), lambda here: _one(here, name))
    _print(found, as_json=as_json)


@collection.command(name="list", epilog=examples("pgrerank collection list --tenant acme"))
@remote.place
@option.as_json
def list_(place: "CommandPlace", *, as_json: bool) -> None:
    """List a tenant's collections with their sizes."""
    collections = place.ask(_listed, _all)
    if as_json:
        output.as_json(collections)
    else:
        output.table(
            ["name", "documents", "chunks", "text search", "created"],
            [(c.name, c.documents, c.chunks, c.text_search, c.created_at) for c in collections],
        )


@collection.command(epilog=examples("pgrerank collection remove docs --tenant acme --yes"))
@click.argument("name")
@remote.place
@option.yes
def remove(place: "CommandPlace", *, name: str) -> None:
    """Delete a collection with its documents. Its entries in the rerank log are kept."""
    place.ask(
        lambda client: client.delete_collection(name),
        lambda here: here.services.collections.delete(here.tenant_id, name),
    )
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


async def _created(
    here: "HereWithModels", name: str, indexing: Mapping[str, Any], retrieval: Mapping[str, Any]
) -> "CollectionResponse":
    from pgrerank.usecases.collections import create

    settings = Retrieval(**retrieval) if retrieval else None
    return _answer(
        await create(here.services, here.tenant_id, name, retrieval=settings, **indexing)
    )


async def _configured(
    settings: Settings, here: "Here", name: str, changes: Mapping[str, Any]
) -> "CollectionResponse":
    from pgrerank.usecases.collections import configure, retrieval_change

    made = [retrieval_change(changes.get("retrieval", {}))]
    if "reranker" in changes:
        made.append(await _reranker_change(settings, changes["reranker"]))
    return _answer(await configure(here.services, here.tenant_id, name, *made))


async def _reranker_change(settings: Settings, reranker: str | None) -> Change:
    from pgrerank import wiring
    from pgrerank.usecases.collections import reranker_change

    async with wiring.remote_models(settings) as models:
        return reranker_change(models.rerankers, reranker)


async def _require_backends(settings: Settings, indexing: Mapping[str, Any]) -> None:
    """Check backend names. Raises InvalidRequestError for one missing from the backends file."""
    from pgrerank import wiring
    from pgrerank.ports.services import require_named

    names = {kind: indexing[kind] for kind in ("reranker", "embedder") if indexing.get(kind)}
    if not names:
        return
    async with wiring.remote_models(settings) as models:
        configured = {"reranker": models.rerankers, "embedder": models.embedders}
        for kind, name in names.items():
            require_named(kind, name, configured[kind])


async def _one(here: "Here", name: str) -> "CollectionResponse":
    return _answer(await here.services.collections.by_name(here.tenant_id, name))


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


async def _listed(client: "AsyncClient") -> "list[CollectionResponse]":
    return [each async for each in client.collections()]


async def _all(here: "Here") -> "list[CollectionResponse]":
    collections = await listing.everything(
        lambda cursor: here.services.collections.page(
            here.tenant_id, limit=listing.PAGE, cursor=cursor
        )
    )
    return [_answer(each) for each in collections]


def _answer(collection: "domain.Collection") -> "CollectionResponse":
    from pgrerank.api.v1.schema.responses import CollectionResponse as Served
    from pgrerank.client.answers import CollectionResponse

    return remote.as_client(Served.of(collection), CollectionResponse)


def _print(shown: "CollectionResponse", *, as_json: bool) -> None:
    if as_json:
        output.as_json(shown)
        return
    second = f"{(shown.second_embedder or '')[:12]}, {shown.second_state}"
    retrieval = msgspec.structs.asdict(shown.retrieval)
    facts = {
        "name": shown.name,
        "documents": shown.documents,
        "chunks": shown.chunks,
        "text search": shown.text_search,
        "embedder": shown.embedder[:12],
        "second embedder": second if shown.second_embedder else "none",
        "token vectors": "yes" if shown.store_tokens else "no",
        "reranker": shown.reranker or "default of the settings",
        **{name.replace("_", " "): value for name, value in retrieval.items()},
        "created": shown.created_at,
    }
    output.table(["setting", "value"], list(facts.items()))
