"""pgrerank calibration."""

from typing import TYPE_CHECKING
from uuid import UUID

import click

from pgrerank.cli import listing, option, output, remote
from pgrerank.cli.command import Commands, examples

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client import AsyncClient
    from pgrerank.client.calibration import CalibrationResponse, Estimate

_SHOWN_POINTS = 12


@click.group(cls=Commands)
def calibration() -> None:
    """Manage calibrations: what turns scores into probabilities. `pgrerank calibrate` fits one."""


@calibration.command(
    name="list",
    epilog=examples(
        "pgrerank calibration list -t acme",
        "pgrerank calibration list -t acme -c docs",
        "PGRERANK_KEY=pgr_... pgrerank calibration list --url http://127.0.0.1:8080",
    ),
)
@remote.place
@click.option(
    "--collection", "-c", "collection_name", type=option.NAME, metavar="NAME", help="Default: all."
)
@option.as_json
def list_(place: "CommandPlace", *, collection_name: str | None, as_json: bool) -> None:
    """List calibrations, newest first. The first of a reranker and a collection applies."""
    found = place.ask(
        lambda client: _listed(client, collection_name),
        lambda here: _all(here, collection_name),
    )
    if as_json:
        output.as_json(found)
        return
    output.table(
        ["id", "collection", "reranker", "method", "queries", "calibration error", "fitted"],
        [
            (
                each.id,
                each.collection or "all",
                each.reranker,
                each.curve.method,
                each.queries,
                f"{each.ece.value:.3f}",
                each.created_at,
            )
            for each in found
        ],
    )


@calibration.command(
    epilog=examples("pgrerank calibration show 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b -t acme")
)
@click.argument("calibration_id", metavar="ID", type=click.UUID)
@remote.place
@option.as_json
def show(place: "CommandPlace", *, calibration_id: UUID, as_json: bool) -> None:
    """Show a calibration: its quality, and precision and recall by cut-off."""
    found = place.ask(
        lambda client: client.calibration(calibration_id), lambda here: _one(here, calibration_id)
    )
    if as_json:
        output.as_json(found)
    else:
        show_whole(found)


@calibration.command(
    epilog=examples("pgrerank calibration delete 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b -t acme")
)
@click.argument("calibration_id", metavar="ID", type=click.UUID)
@remote.place
@option.yes
def delete(place: "CommandPlace", *, calibration_id: UUID) -> None:
    """Delete a calibration and the thresholds derived from it. An older one may apply again."""
    place.ask(
        lambda client: client.delete_calibration(calibration_id),
        lambda here: here.services.calibrations.delete(here.tenant_id, calibration_id),
    )
    click.echo(f"Calibration {calibration_id} is deleted.")


def show_whole(fitted: "CalibrationResponse") -> None:
    """Print a calibration with its quality and its cut-offs."""
    where = fitted.collection or "all collections"
    output.table(
        ["figure", "value"],
        [
            ("queries", fitted.queries),
            ("pairs", f"{fitted.pairs}, {fitted.positives} of them relevant"),
            ("method", f"{fitted.curve.method} (log loss held out: {_losses(fitted)})"),
            (
                "calibration error",
                f"{_interval(fitted.ece)}; uncalibrated {_interval(fitted.ece_uncalibrated)}",
            ),
            ("Brier score", _interval(fitted.brier)),
            ("log loss", _interval(fitted.log_loss)),
            (
                "for searches",
                f"{fitted.strategy}, {fitted.candidates} candidates, depth {fitted.depth}",
            ),
        ],
        title=f"{fitted.reranker} on {where}: calibration {fitted.id}",
    )
    points = fitted.points or []
    output.table(
        ["log-odds from", "relevance", "pairs", "precision", "recall"],
        [
            (
                f"{point.cutoff:.4g}",
                f"{point.relevance:.3f}",
                point.pairs,
                _interval(point.precision),
                _interval(point.recall),
            )
            for point in points[:: max(len(points) // _SHOWN_POINTS, 1)]
        ],
    )
    for warning in fitted.warnings:
        click.echo(f"Warning: {warning}.")


def _losses(fitted: "CalibrationResponse") -> str:
    return ", ".join(f"{name} {loss:.4f}" for name, loss in fitted.tried.items())


def _interval(estimate: "Estimate") -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


async def _listed(
    client: "AsyncClient", collection_name: str | None
) -> "list[CalibrationResponse]":
    return [each async for each in client.calibrations(collection=collection_name)]


async def _all(here: "Here", collection_name: str | None) -> "list[CalibrationResponse]":
    from pgrerank.api.v1.schema.calibrations import CalibrationResponse as Served
    from pgrerank.client.calibration import CalibrationResponse

    found = await listing.everything(
        lambda cursor: here.services.calibrations.page(
            here.tenant_id, collection_name, limit=listing.PAGE, cursor=cursor
        )
    )
    return [remote.as_client(Served.of(each, whole=False), CalibrationResponse) for each in found]


async def _one(here: "Here", calibration_id: UUID) -> "CalibrationResponse":
    from pgrerank.api.v1.schema.calibrations import CalibrationResponse as Served
    from pgrerank.client.calibration import CalibrationResponse

    found = await here.services.calibrations.get(here.tenant_id, calibration_id)
    return remote.as_client(Served.of(found, whole=True), CalibrationResponse)
