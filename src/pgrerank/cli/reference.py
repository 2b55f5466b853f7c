"""pgrerank reference."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from msgspec import Struct

from pgrerank.cli import option, output
from pgrerank.cli.command import (
    Commands,
    Failed,
    Misused,
    examples,
    read_settings,
    refuse_unused,
)
from pgrerank.domain.count import counted
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.reference import (
    MAX_PAIRS,
    ReferencePair,
    ReferenceSetSummary,
    ReferenceVerdict,
    ScoredSet,
)
from pgrerank.formats import jsonl
from pgrerank.formats.row import UnreadableRowError, decode
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.ports.services import AdminServices


class _Row(Struct):
    query: str
    text: str


@dataclass(frozen=True, slots=True)
class _Log:
    """Log as the source of pairs, if not a file."""

    collection: str | None
    pairs: int


@click.group(cls=Commands)
def reference() -> None:
    """Manage reference sets: pairs scored regularly to detect a changed model."""


@reference.command(
    name="set",
    epilog=examples(
        "pgrerank reference set canary pairs.jsonl -t acme",
        "pgrerank reference set canary --from-log --pairs 200 -t acme -c docs",
    ),
)
@click.argument("name", type=option.NAME)
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@option.tenant
@click.option("--from-log", is_flag=True, help="Take pairs that recent searches reranked.")
@click.option(
    "--pairs",
    type=click.IntRange(1, MAX_PAIRS),
    default=200,
    show_default=True,
    help="Number of pairs to take from the log, one per query.",
)
@click.option(
    "--collection", "-c", "collection_name", metavar="NAME", help="Only pairs of this collection."
)
@click.pass_context
def set_(
    context: click.Context,
    *,
    name: str,
    file: Path | None,
    tenant_name: str,
    from_log: bool,
    pairs: int,
    collection_name: str | None,
) -> None:
    """Store a reference set, replacing any existing set of that name.

    FILE has JSON Lines with `query` and `text`, or (`.tsv`) lines of a query, a tab and a text.
    """
    if from_log == (file is not None):
        raise Misused("give either a file of pairs or --from-log")
    if file is not None:
        refuse_unused(context, {"pairs", "collection_name"}, "is for --from-log")
    source = _Log(collection_name, pairs) if file is None else list(_pairs(file))
    stored = asyncio.run(_store(read_settings(context), tenant_name, name, source))
    click.echo(
        f"{name}: {counted(stored, 'pair')}. "
        f"To score the set: pgrerank reference score {name} -t {tenant_name}"
    )


@reference.command(
    epilog=examples(
        "pgrerank reference score -t acme  # all sets of a tenant",
        "pgrerank reference score canary -t acme  # one set; the worker scores all every night",
    ),
)
@click.argument("name", required=False)
@option.tenant
@option.as_json
@click.pass_context
def score(context: click.Context, *, name: str | None, tenant_name: str, as_json: bool) -> None:
    """Score the pairs with the current reranker, and compare with the previous run.

    Exits with 1 if the same model gives different scores than before.
    """
    scored = asyncio.run(_rescore(read_settings(context), tenant_name, name))
    if as_json:
        output.as_json([_summary(each) for each in scored])
    else:
        for each in scored:
            click.echo(f"{each.name}: {each.comparison.message}")
    if changed := [e.name for e in scored if e.comparison.verdict is ReferenceVerdict.CHANGED]:
        raise Failed(f"scores changed: {', '.join(changed)}")


@reference.command(
    name="list",
    epilog=examples("pgrerank reference list -t acme", "pgrerank reference list -t acme --json"),
)
@option.tenant
@option.as_json
@click.pass_context
def list_(context: click.Context, *, tenant_name: str, as_json: bool) -> None:
    """List a tenant's sets, each with the verdict of its latest scores."""
    reference_sets = asyncio.run(_all(read_settings(context), tenant_name))
    if as_json:
        output.as_json(reference_sets)
        return
    columns = ("set", "pairs", "scored", "reranker", "verdict", "message")
    output.table(
        columns,
        [(e.name, e.pairs, e.scored_at, e.reranker, e.verdict, e.message) for e in reference_sets],
    )


@reference.command(epilog=examples("pgrerank reference remove canary -t acme"))
@click.argument("name")
@option.tenant
@option.yes
@click.pass_context
def remove(context: click.Context, *, name: str, tenant_name: str) -> None:
    """Delete a set with all its scores."""
    asyncio.run(_remove(read_settings(context), tenant_name, name))


def _pairs(file: Path) -> Iterator[ReferencePair]:
    with file.open("rb") as stream:
        for number, data in jsonl.lines(stream):
            yield _pair(file, number, data)


def _pair(file: Path, number: int, data: bytes) -> ReferencePair:
    try:
        line = decode(data).rstrip("\r\n")
        if file.suffix == ".tsv":
            query, _, text = line.partition("\t")
        else:
            row = msgspec.json.decode(line, type=_Row)
            query, text = row.query, row.text
        return ReferencePair(query=query, passage=text)
    except (UnreadableRowError, msgspec.DecodeError, InvalidRequestError) as error:
        raise Failed(f"{file}, line {number}: {error}") from error


async def _store(
    settings: Settings, tenant_name: str, name: str, source: "Sequence[ReferencePair] | _Log"
) -> int:
    from pgrerank import wiring
    from pgrerank.usecases.evaluation import reference as usecase

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        if not isinstance(source, _Log):
            return await usecase.keep(admin_services, tenant.id, name, source)
        return await usecase.keep_from_log(
            admin_services, tenant.id, name, collection=source.collection, pairs=source.pairs
        )


async def _rescore(settings: Settings, tenant_name: str, name: str | None) -> Sequence[ScoredSet]:
    from pgrerank import wiring
    from pgrerank.cli.references import forgetful
    from pgrerank.usecases.evaluation import reference as usecase

    async def check(admin_services: "AdminServices") -> None:
        tenant = await admin_services.tenants.by_name(tenant_name)
        await usecase.names(admin_services, tenant.id, name)

    async with wiring.all_services(forgetful(settings), check=check) as services:
        from pgrerank.inference.environment import environment  # it imports OpenVINO

        tenant = await services.tenants.by_name(tenant_name)
        names = await usecase.names(services, tenant.id, name)
        facts = environment()
        return [await usecase.score(services, tenant.id, each, facts) for each in names]


async def _all(settings: Settings, tenant_name: str) -> Sequence[ReferenceSetSummary]:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await admin_services.references.all(tenant.id)


async def _remove(settings: Settings, tenant_name: str, name: str) -> None:
    from pgrerank import wiring

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        await admin_services.references.delete(tenant.id, name)


def _summary(scored: ScoredSet) -> dict[str, object]:
    run = scored.run
    facts = msgspec.to_builtins(scored.comparison)
    return {
        "set": scored.name,
        "pairs": len(run.scores),
        "model": run.model.name,
        "fingerprint": run.model.fingerprint,
        "precision": run.model.precision,
        "environment": dict(run.environment),
        **facts,
    }
