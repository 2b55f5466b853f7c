"""pgrerank why."""

from typing import TYPE_CHECKING
from uuid import UUID

import click
import msgspec

from pgrerank.cli import option, output, remote
from pgrerank.cli.command import Command, examples
from pgrerank.domain.candidate import LEGS
from pgrerank.domain.ids import RankingId

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, HereWithModels
    from pgrerank.client.answers import ChunkPosition, ExplanationResponse, LoggedChunk
    from pgrerank.ports.services import AdminServices


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank why 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b guide/install --tenant acme",
        "pgrerank why 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b guide/install "
        "--url http://127.0.0.1:8080",
    ),
)
@click.argument("ranking_id", type=click.UUID)
@click.argument("document")
@remote.place
@option.as_json
def why(place: "CommandPlace", *, ranking_id: UUID, document: str, as_json: bool) -> None:
    """Explain why DOCUMENT is, or is not, among the results of a logged search.

    RANKING_ID is the `id` of the search's response; `pgrerank search` prints it too. Shows at which
    stage the document was dropped, its scores there, and where each leg ranks its chunks today.
    """

    async def check(admin_services: "AdminServices") -> None:
        tenant = await admin_services.tenants.by_name(place.tenant_name or "")
        await admin_services.rankings.get(tenant.id, RankingId(ranking_id))

    verdict = place.ask_models(
        lambda client: client.why(ranking_id, document),
        lambda here: _explained(here, ranking_id, document),
        check=check,
    )
    if as_json:
        output.as_json(verdict)
    else:
        _show(verdict)


async def _explained(
    here: "HereWithModels", ranking_id: UUID, document: str
) -> "ExplanationResponse":
    from pgrerank.api.v1.explain import ExplanationResponse as Served
    from pgrerank.client.answers import ExplanationResponse
    from pgrerank.usecases.explain import why as asked

    verdict = await asked(here.services, here.tenant_id, RankingId(ranking_id), document)
    return remote.as_client(Served.of(verdict), ExplanationResponse)


def _show(verdict: "ExplanationResponse") -> None:
    stage = verdict.stage.replace("_", " ")
    output.console().print(f"{verdict.document}: {stage}: {verdict.reason}.")
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


def _show_logged(logged: "LoggedChunk") -> None:
    scores = logged.scores
    rows: list[tuple[object, ...]] = [
        (leg, getattr(logged.ranks, leg), output.number(getattr(scores, leg)))
        for leg in (*LEGS, "fused")
    ]
    values = {name: getattr(scores, name) for name in ("rerank", "relevance", "cascade", "boost")}
    parts = msgspec.structs.asdict(scores.parts) if scores.parts else {}
    values |= {f"part of {name}": part for name, part in parts.items()}
    values["log-odds"] = scores.log_odds
    rows += [(name, None, output.number(value)) for name, value in values.items()]
    rows += [("truncated", None, str(logged.truncated)), ("final", logged.ranks.final, None)]
    output.table(("stage", "rank", "score"), rows, title="Its best chunk in the log")


def _leg_cells(position: "ChunkPosition") -> list[object]:
    cells: list[object] = []
    for leg in LEGS:
        score = output.number(getattr(position, f"{leg}_score"))
        cells += [getattr(position, f"{leg}_rank"), score]
    return cells
