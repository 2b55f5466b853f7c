"""pgrerank threshold."""

import asyncio
from collections.abc import Sequence

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import (
    Commands,
    Failed,
    Misused,
    examples,
    read_settings,
    refuse_unused,
)
from pgrerank.domain.threshold import Choice, Promise, Threshold
from pgrerank.settings import Settings


@click.group(cls=Commands)
def threshold() -> None:
    """Manage thresholds: named cut-offs for results, such as one that keeps a precision."""


@threshold.command(
    name="set",
    epilog=examples(
        "pgrerank threshold set support-bot -t acme -c docs --precision 0.9",
        "pgrerank threshold set support-bot -t acme -c docs --precision 0.8 --confidence 0.99",
        "pgrerank threshold set browse -t acme -c docs --min-relevance 0.2",
    ),
)
@click.argument("name", type=option.NAME)
@option.tenant
@option.collection
@click.option("--precision", type=float, help="Share of kept results that are relevant.")
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Confidence in precision."
)
@click.option("--min-relevance", type=float, help="Cut at this probability instead.")
@option.as_json
@click.pass_context
def set_(
    context: click.Context,
    *,
    name: str,
    tenant_name: str,
    collection_name: str,
    precision: float | None,
    confidence: float,
    min_relevance: float | None,
    as_json: bool,
) -> None:
    """Set a threshold: the loosest cut-off that keeps a precision, or a fixed probability.

    The cut-off is chosen on the judged pairs of the newest calibration, so the precision holds for
    searches like those it was fitted to. If no cut-off can keep it, nothing is set, and the command
    tells how many judged pairs it would take.
    """
    if (precision is None) == (min_relevance is None):
        raise Misused("give either --precision or --min-relevance")
    place = (read_settings(context), tenant_name, collection_name, name)
    if min_relevance is not None:
        refuse_unused(context, {"confidence"}, "is for --precision")
        stored = asyncio.run(_by_hand(*place, min_relevance=min_relevance))
        if as_json:
            output.as_json(stored)
        else:
            click.echo(f"`{name}` cuts results with a relevance below {min_relevance:g}.")
        return
    promise = Promise(precision=precision or 0, confidence=confidence)
    choice = asyncio.run(_promise(*place, target=promise))
    if as_json:
        output.as_json(choice)
    elif choice.cutoff is not None:
        click.echo(f"{choice.explanation} Searches name it: --threshold {name}")
    if choice.cutoff is None:
        raise Failed(choice.explanation)


@threshold.command(name="list", epilog=examples("pgrerank threshold list -t acme"))
@option.tenant
@option.as_json
@click.pass_context
def list_(context: click.Context, *, tenant_name: str, as_json: bool) -> None:
    """List a tenant's thresholds."""
    thresholds = asyncio.run(_all(read_settings(context), tenant_name))
    if as_json:
        output.as_json(thresholds)
        return
    output.table(
        ["name", "collection", "log-odds from", "relevance from", "promise", "reranker", "set"],
        [
            (
                each.name,
                each.collection,
                each.cutoff,
                each.min_relevance,
                each.promise
                and f"precision {each.promise.precision:g} at {each.promise.confidence:.0%}",
                each.reranker,
                each.created_at,
            )
            for each in thresholds
        ],
    )


@threshold.command(epilog=examples("pgrerank threshold remove support-bot -t acme -c docs"))
@click.argument("name")
@option.tenant
@option.collection
@click.pass_context
def remove(context: click.Context, *, name: str, tenant_name: str, collection_name: str) -> None:
    """Delete a threshold. Searches that name it are rejected from then on."""
    asyncio.run(_remove(read_settings(context), tenant_name, collection_name, name))
    click.echo(f"Threshold {name} is removed.")


async def _promise(
    settings: Settings, tenant_name: str, collection_name: str, name: str, *, target: Promise
) -> Choice:
    from pgrerank import wiring
    from pgrerank.usecases.calibration.threshold import promise

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await promise(admin_services, tenant.id, collection_name, name, target)


async def _by_hand(
    settings: Settings, tenant_name: str, collection_name: str, name: str, *, min_relevance: float
) -> Threshold:
    from pgrerank import wiring
    from pgrerank.usecases.calibration.threshold import by_hand

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await by_hand(admin_services, tenant.id, collection_name, name, min_relevance)


async def _all(settings: Settings, tenant_name: str) -> Sequence[Threshold]:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await admin_services.thresholds.all(tenant.id)


async def _remove(settings: Settings, tenant_name: str, collection_name: str, name: str) -> None:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        collection = await admin_services.collections.by_name(tenant.id, collection_name)
        await admin_services.thresholds.delete(tenant.id, collection, name)
