"""pgrerank why."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Command, examples, read_settings
from pgrerank.domain.candidate import LEGS
from pgrerank.domain.explanation import Explanation, LegPosition
from pgrerank.domain.ids import RankingId
from pgrerank.domain.log import LoggedCandidate
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.ports.services import AdminServices


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank why 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b guide/install --tenant acme"
    ),
)
@click.argument("ranking_id", type=click.UUID)
@click.argument("document")
@option.tenant
@option.as_json
@click.pass_context
def why(
    context: click.Context, *, ranking_id: UUID, document: str, tenant_name: str, as_json: bool
) -> None:
    """Explain why DOCUMENT is, or is not, among the results of a logged search.

    RANKING_ID is the `id` of the search's response; `pgrerank search` prints it too. Shows at which
    stage the document was dropped, its scores there, and where each leg ranks its chunks today.
    """
    verdict = asyncio.run(_explain(read_settings(context), tenant_name, ranking_id, document))
    if as_json:
        from pgrerank.api.v1.explain import ExplanationResponse

        output.as_json(ExplanationResponse.of(verdict))
    else:
        _show(verdict)


async def _explain(
    settings: Settings, tenant_name: str, ranking_id: UUID, external_id: str
) -> Explanation:
    from pgrerank import wiring
    from pgrerank.usecases.explain import why as asked

    async def check(admin_services: "AdminServices") -> None:
        tenant = await admin_services.tenants.by_name(tenant_name)
        await admin_services.rankings.get(tenant.id, RankingId(ranking_id))

    async with wiring.all_services(settings, check=check) as services:
        tenant = await services.tenants.by_name(tenant_name)
        return await asked(services, tenant.id, RankingId(ranking_id), external_id)


def _show(verdict: Explanation) -> None:
    stage = verdict.stage.replace("_", " ")
    output.console().print(f"{verdict.external_id}: {stage}: {verdict.reason}.")
    for warning in verdict.warnings:
        output.console().print(f"warning: {warning}")
    if verdict.logged is not None:
        _show_logged(verdict.logged)
    if not verdict.chunks:
        return
    output.table(
        ("chunk", *(f"{leg} {what}" for leg in LEGS for what in ("rank", "score"))),
        [(each.ordinal + 1, *_leg_cells(each)) for each in verdict.chunks],
        title="Its chunks in the whole list of each leg, today",
    )


def _show_logged(logged: LoggedCandidate) -> None:
    rows: list[tuple[object, ...]] = [
        (leg, getattr(logged, f"{leg}_rank"), output.number(getattr(logged, f"{leg}_score")))
        for leg in (*LEGS, "fused")
    ]
    values = asdict(logged.scores)
    parts: dict[str, Any] = values.pop("parts") or {}
    values |= {f"part of {name}": part for name, part in parts.items()}
    values["log-odds"] = logged.scores.log_odds
    rows += [
        (
            name.replace("_", " "),
            None,
            str(value) if isinstance(value, bool) else output.number(value),
        )
        for name, value in values.items()
    ]
    rows.append(("final", logged.final_rank, None))
    output.table(("stage", "rank", "score"), rows, title="Its best chunk in the log")


def _leg_cells(position: LegPosition) -> list[object]:
    cells: list[object] = []
    for leg in LEGS:
        score = output.number(getattr(position, f"{leg}_score"))
        cells += [getattr(position, f"{leg}_rank"), score]
    return cells
