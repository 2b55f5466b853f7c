"""pgrerank reembed."""

import asyncio
from collections.abc import Sequence

import click
import msgspec

from pgrerank.cli import listing, option, progress
from pgrerank.cli.command import (
    Command,
    Misused,
    examples,
    read_settings,
    refuse_unused,
    run,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.count import counted
from pgrerank.domain.ids import TenantId
from pgrerank.ports.services import AdminServices
from pgrerank.settings import Settings


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank reembed -t acme -c docs --model BAAI/bge-m3  # searches continue as before",
        "pgrerank maintain  # index it, if it is large",
        "pgrerank reembed -t acme -c docs --cut-over  # then restart with the new model",
        "pgrerank reembed -t acme -c docs --roll-back",
        "pgrerank reembed -t acme -c docs --drop",
    ),
)
@option.tenant
@click.option(
    "--collection", "-c", "name", metavar="NAME", help="Collection. Default: all of the tenant."
)
@click.option(
    "--model", metavar="MODEL", help="Embedder, name or folder, to compute a second set of vectors."
)
@click.option(
    "--chunks-per-second",
    type=click.FloatRange(0, min_open=True),
    help="With --model: maximum speed. Default: unlimited.",
)
@click.option("--cut-over", "step", flag_value="cut_over", help="Search with the second set.")
@click.option("--roll-back", "step", flag_value="roll_back", help="Search with the old set again.")
@click.option("--drop", "step", flag_value="drop", help="Remove the set that is not in use.")
@click.pass_context
def reembed(
    context: click.Context,
    *,
    tenant_name: str,
    name: str | None,
    model: str | None,
    chunks_per_second: float | None,
    step: str | None,
) -> None:
    """Move collections to another embedder: fill a second set of vectors, then switch.

    To resume an interrupted run, run it again. While a collection has both sets, services with
    either model can search it; ingest needs the model in use.
    """
    if (model is None) == (step is None):
        raise Misused("give one of --model, --cut-over, --roll-back and --drop")
    settings = read_settings(context)
    if model is not None:
        under = msgspec.structs.replace(settings, embedder=model)
        run(
            _fill(under, tenant_name, name, chunks_per_second),
            interrupt_note="Vectors stored so far are kept; run the same command to resume.",
        )
    elif step is not None:
        refuse_unused(context, {"chunks_per_second"}, "is for --model")
        asyncio.run(_run_step(settings, tenant_name, name, step))


async def _fill(
    settings: Settings, tenant_name: str, name: str | None, chunks_per_second: float | None
) -> None:
    from pgrerank import wiring
    from pgrerank.usecases import lookup
    from pgrerank.usecases.reembed import reembed as fill

    async with wiring.embedding_services(settings, check=lookup.exist(tenant_name, name)) as (
        admin_services,
        embedder,
    ):
        tenant = await admin_services.tenants.by_name(tenant_name)
        for collection in await _collections(admin_services, tenant.id, name):
            with progress.bar(collection.name, 1) as advance:
                stored = await fill(
                    admin_services,
                    embedder,
                    tenant.id,
                    collection.name,
                    chunks_per_second=chunks_per_second,
                    progress=lambda done, chunks: advance(
                        done / max(chunks, done), f"{done} of {chunks} chunks"
                    ),
                )
                advance(1, f"{stored} chunks")
            chunks = counted(stored, "chunk")
            click.echo(f"Embedded {chunks} of {collection.name} by {embedder.model.name}.")


async def _run_step(settings: Settings, tenant_name: str, name: str | None, step: str) -> None:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        for collection in await _collections(admin_services, tenant.id, name):
            click.echo(await _step(admin_services, tenant.id, collection, step))


async def _step(
    admin_services: AdminServices, tenant_id: TenantId, collection: Collection, step: str
) -> str:
    if step == "drop":
        removed = await admin_services.embeddings.drop(tenant_id, collection)
        return f"Removed {counted(removed, 'unused vector')} of {collection.name}."
    if step == "cut_over":
        await admin_services.embeddings.cut_over(tenant_id, collection)
        return f"Collection {collection.name} is searched with its new vectors from now on."
    lacking = await admin_services.embeddings.roll_back(tenant_id, collection)
    return (
        f"Collection {collection.name} is searched with its former vectors again; "
        f"{counted(lacking, 'chunk')} came since, without one: compute what is missing with --model "
        "and the former model."
    )


async def _collections(
    admin_services: AdminServices, tenant_id: TenantId, name: str | None
) -> Sequence[Collection]:
    if name is not None:
        return [await admin_services.collections.by_name(tenant_id, name)]
    return await listing.everything(
        lambda cursor: admin_services.collections.page(tenant_id, limit=listing.PAGE, cursor=cursor)
    )
