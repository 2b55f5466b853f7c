"""pgrerank enrich, and the worker's job that renews what is stale."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pgrerank import wiring
from pgrerank.cli import option, output, progress
from pgrerank.cli.command import (
    Command,
    Failed,
    Misused,
    examples,
    read_settings,
    refuse_unused,
    run,
)
from pgrerank.domain.count import counted
from pgrerank.domain.related import (
    DEFAULT_DEPTH,
    MAX_DEPTH,
    Enriched,
    EnrichmentStatus,
    RelatedMethod,
)
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.storage.jobs import PeriodicJob

_MADE = ("depth", "method", "lists_per_second")


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank enrich -t acme -c docs --depth 1000  # make the lists, or renew what changed",
        "pgrerank document related guide/install -t acme -c docs  # read one",
        "pgrerank enrich -t acme -c docs --throttle 20  # beside searches",
        "pgrerank enrich -t acme -c docs --status",
        "pgrerank enrich -t acme -c docs --remove",
    ),
)
@option.tenant
@option.collection
@click.option(
    "--depth",
    type=click.IntRange(1, MAX_DEPTH),
    help=f"Most documents in a list. Default: as before, or {DEFAULT_DEPTH}.",
)
@click.option(
    "--method",
    type=click.Choice([str(each) for each in RelatedMethod]),
    help="What orders them: late interaction over stored token vectors, which runs no model, or "
    "the reranker of the collection, which reads every pair. Default: as before, or the former.",
)
@click.option(
    "--throttle",
    "lists_per_second",
    metavar="N",
    type=click.FloatRange(0, min_open=True),
    help="Make at most N lists a second, on average. Default: unlimited.",
)
@click.option("--status", is_flag=True, help="Only say how many lists there are, and are stale.")
@click.option("--remove", is_flag=True, help="Remove the lists, and keep none any more.")
@option.as_json
@click.pass_context
def enrich(
    context: click.Context,
    *,
    tenant_name: str,
    collection_name: str,
    status: bool,
    remove: bool,
    as_json: bool,
    **making: Any,
) -> None:
    """Make or renew the related documents of every document of a collection.

    For each document as query, the nearest others by their embeddings are reranked and stored. A
    second run renews only what changes of documents touch, and scores only the pairs of which one
    side changed; `pgrerank worker` does so every ten minutes. Ctrl-C pauses: run it again to
    resume. Several may run at a time, and share the work.
    """
    settings = read_settings(context)
    place = (tenant_name, collection_name)
    if status or remove:
        refuse_unused(context, _MADE, "is for making lists")
        if status and remove:
            raise Misused("give either --status or --remove")
    if status:
        _show_status(asyncio.run(_status(settings, *place)), as_json=as_json)
    elif remove:
        asyncio.run(_remove(settings, *place))
        click.echo(f"The related documents of {collection_name} are removed.")
    else:
        if making["method"] is not None:
            making["method"] = RelatedMethod(making["method"])
        done = run(
            _enrich(settings, *place, making),
            interrupt_note="Lists stored so far are kept; run the same command to resume.",
        )
        _show(done, as_json=as_json)


def renewing_job(settings: Settings, url: str) -> "PeriodicJob":
    """Job that renews the stale lists of all tenants.

    Args:
        settings: Name the models to use.
        url: URL of a PostgreSQL login that may `set role pgrerank_owner`.
    """
    from pgrerank.storage.jobs import PeriodicJob

    return PeriodicJob(
        name="related",
        purpose="renew the related documents that changes touched",
        cron="*/10 * * * *",
        run=partial(_renew, settings, url),
    )


async def _renew(settings: Settings, url: str) -> Sequence[str]:
    from pgrerank.storage.related import stale

    found = await stale(url)
    if not found:
        return ()
    # Imported here, since loading models takes seconds that most runs need not spend.
    from pgrerank.usecases.enrich import renew_all

    async with wiring.all_services(settings) as services:
        return await renew_all(services, found)


async def _enrich(
    settings: Settings, tenant_name: str, name: str, making: Mapping[str, Any]
) -> Enriched:
    from pgrerank.usecases import lookup
    from pgrerank.usecases.enrich import enrich as renew

    async with wiring.all_services(settings, check=lookup.exist(tenant_name, name)) as services:
        tenant = await services.tenants.by_name(tenant_name)
        with progress.bar("related documents", 1) as advance:
            done = await renew(
                services,
                tenant.id,
                name,
                **making,
                progress=lambda lists, due: advance(
                    lists / max(due, 1), f"{lists} of {counted(due, 'list')}"
                ),
            )
            advance(1, counted(done.lists, "list"))
            return done


async def _status(settings: Settings, tenant_name: str, name: str) -> EnrichmentStatus:
    from pgrerank.usecases import lookup

    async with wiring.admin_services(settings) as admin_services:
        found = await admin_services.related.status(
            *await lookup.place(admin_services, tenant_name, name)
        )
    if found is None:
        raise Failed(_no_lists(tenant_name, name))
    return found


async def _remove(settings: Settings, tenant_name: str, name: str) -> None:
    from pgrerank.usecases import lookup

    async with wiring.admin_services(settings) as admin_services:
        place = await lookup.place(admin_services, tenant_name, name)
        if not await admin_services.related.forget(*place):
            raise Failed(_no_lists(tenant_name, name))


def _no_lists(tenant_name: str, name: str) -> str:
    return (
        f"Collection {name} keeps no related documents. "
        f"To make them: pgrerank enrich -t {tenant_name} -c {name}"
    )


def _show(done: Enriched, *, as_json: bool) -> None:
    noticed = done.noticed
    if as_json:
        output.as_json(
            {
                "new": noticed.new,
                "changed": noticed.changed,
                "deleted": noticed.gone,
                "lists": done.lists,
                "pairs": done.scored,
            }
        )
        return
    click.echo(
        f"{counted(noticed.new, 'document')} new, {noticed.changed} changed, {noticed.gone} deleted: "
        f"{counted(done.lists, 'list')} stored, {counted(done.scored, 'pair')} scored."
    )


def _show_status(found: EnrichmentStatus, *, as_json: bool) -> None:
    facts = {
        "method": str(found.method),
        "model": found.model,
        "depth": found.depth,
        "documents": found.documents,
        "lists": found.stored,
        "stale": found.due,
        "being renewed": found.leased,
        "changed since the last check": found.unseen,
        "bytes": found.bytes,
        "last check": found.checked_at,
        "oldest list": found.oldest,
    }
    if as_json:
        plain = {name.replace(" ", "_"): value for name, value in facts.items()}
        output.as_json(msgspec.to_builtins(plain))
    else:
        output.table(["what", "value"], list(facts.items()))
