"""pgrerank drift."""

import asyncio
from collections.abc import Sequence

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Command, Failed, examples, read_settings
from pgrerank.domain.drift import Finding, HealthState
from pgrerank.settings import Settings

_NOTHING = (
    "No search ran in the last seven days, and no reference set was scored: there is nothing to "
    "tell."
)


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank drift  # all collections",
        "pgrerank drift --tenant acme -c docs  # one collection",
        "pgrerank drift --fail-on alert  # for monitoring: exit code 1",
    ),
)
@click.option("--tenant", "-t", "tenant_name", metavar="NAME", help="Only this tenant.")
@click.option("--collection", "-c", "collection_name", metavar="NAME", help="Only this collection.")
@click.option(
    "--fail-on",
    type=click.Choice([str(HealthState.WARN), str(HealthState.ALERT)]),
    help="Exit with 1 if a check is in this state or a worse one.",
)
@click.option(
    "--no-count", is_flag=True, help="Show the worker's counts without counting newer searches."
)
@option.as_json
@click.pass_context
def drift(
    context: click.Context,
    *,
    tenant_name: str | None,
    collection_name: str | None,
    fail_on: str | None,
    no_count: bool,
    as_json: bool,
) -> None:
    """Show the health of collections: score drift, agreement, lift, calibration, references.

    Compares the last seven days with the 28 before, from daily counts that the worker keeps.
    Searches not yet counted are counted first. Needs PGRERANK_ADMIN_DATABASE_URL, as `maintain`
    does.
    """
    findings = asyncio.run(
        _findings(read_settings(context), tenant_name, collection_name, count=not no_count)
    )
    if as_json:
        output.as_json(findings)
    else:
        _show(findings)
    if fail_on and (bad := [each for each in findings if each.reaches(HealthState(fail_on))]):
        raise Failed(f"checks that need attention: {len(bad)} of {len(findings)}")


async def _findings(
    settings: Settings, tenant: str | None, collection: str | None, *, count: bool
) -> Sequence[Finding]:
    from pgrerank import wiring
    from pgrerank.storage import drift as counted

    with wiring.open_database(settings) as database:
        if count:
            await counted.count(database.admin_url)
        return await counted.health(database.admin_url, tenant=tenant, collection=collection)


def _show(findings: Sequence[Finding]) -> None:
    if not findings:
        click.echo(_NOTHING)
        return
    columns = ("state", "tenant", "collection", "check", "value", "warn at", "rests on")
    output.table(
        columns,
        [
            (
                each.state,
                each.tenant,
                each.collection,
                each.check_name,
                output.number(each.value),
                each.warn_at,
                each.samples,
            )
            for each in findings
        ],
    )
    for each in (
        one for one in findings if one.reaches(HealthState.WARN) or one.check_name == "counted"
    ):
        click.echo(f"\n{each.tenant} {each.collection or ''} {each.check_name}: {each.advice}")
