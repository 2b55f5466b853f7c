"""pgrerank threshold."""

from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output, remote
from pgrerank.cli.command import Commands, Failed, Misused, examples, refuse_unused
from pgrerank.domain.threshold import Promise

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client.calibration import ThresholdResponse, ThresholdSet


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
@remote.place
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
    place: "CommandPlace",
    *,
    name: str,
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
    knobs: dict[str, Any] = {"min_relevance": min_relevance}
    if precision is not None:
        Promise(precision=precision, confidence=confidence)  # refuses other numbers
        knobs = {"precision": precision, "confidence": confidence}
    else:
        refuse_unused(context, {"confidence"}, "is for --precision")
    stored = place.ask(
        lambda client: client.put_threshold(collection_name, name, **knobs),
        lambda here: _stored(here, collection_name, name, knobs),
    )
    if as_json:
        output.as_json(stored)
    elif precision is None:
        click.echo(f"`{name}` cuts results with a relevance below {min_relevance:g}.")
    else:
        click.echo(f"{stored.explanation} Searches name it: --threshold {name}")


@threshold.command(
    name="list",
    epilog=examples(
        "pgrerank threshold list -t acme",
        "PGRERANK_KEY=pgr_... pgrerank threshold list --url http://127.0.0.1:8080",
    ),
)
@remote.place
@option.as_json
def list_(place: "CommandPlace", *, as_json: bool) -> None:
    """List a tenant's thresholds."""
    thresholds = _thresholds(place)
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
                _promise(each),
                each.reranker,
                each.created_at,
            )
            for each in thresholds
        ],
    )


@threshold.command(epilog=examples("pgrerank threshold show support-bot -t acme -c docs"))
@click.argument("name")
@remote.place
@option.collection
@option.as_json
def show(place: "CommandPlace", *, name: str, collection_name: str, as_json: bool) -> None:
    """Show a threshold: where it cuts, what it promises, and the calibration it was chosen by."""
    found = [
        each
        for each in _thresholds(place)
        if (each.name, each.collection) == (name, collection_name)
    ]
    if not found:
        raise Failed(f"there is no threshold `{name}` in `{collection_name}`: see threshold list")
    shown = found[0]
    if as_json:
        output.as_json(shown)
        return
    facts = {
        "name": shown.name,
        "collection": shown.collection,
        "cuts log-odds below": shown.cutoff,
        "cuts relevance below": shown.min_relevance,
        "promise": _promise(shown),
        "reranker": shown.reranker,
        "calibration": shown.calibration_id,
        "set": shown.created_at,
    }
    output.table(["field", "value"], list(facts.items()))


@threshold.command(epilog=examples("pgrerank threshold remove support-bot -t acme -c docs"))
@click.argument("name")
@remote.place
@option.collection
def remove(place: "CommandPlace", *, name: str, collection_name: str) -> None:
    """Delete a threshold. Searches that name it are rejected from then on."""
    place.ask(
        lambda client: client.delete_threshold(collection_name, name),
        lambda here: _remove(here, collection_name, name),
    )
    click.echo(f"Threshold {name} is removed.")


def _promise(threshold: "ThresholdResponse") -> str | None:
    if threshold.precision is None:
        return None
    return f"precision {threshold.precision:g} at {threshold.confidence or 0:.0%}"


def _thresholds(place: "CommandPlace") -> "list[ThresholdResponse]":
    return place.ask(lambda client: client.thresholds(), _all)


async def _stored(
    here: "Here", collection_name: str, name: str, knobs: dict[str, Any]
) -> "ThresholdSet":
    from pgrerank.api.v1.schema.thresholds import NewThreshold
    from pgrerank.api.v1.thresholds import set_threshold
    from pgrerank.client.calibration import ThresholdSet

    done = await set_threshold(
        here.services, here.tenant_id, collection_name, name, NewThreshold(**knobs)
    )
    return remote.as_client(done, ThresholdSet)


async def _all(here: "Here") -> "list[ThresholdResponse]":
    from pgrerank.api.v1.schema.thresholds import ThresholdResponse as Served
    from pgrerank.client.calibration import ThresholdResponse

    thresholds = await here.services.thresholds.all(here.tenant_id)
    return [remote.as_client(Served.of(each), ThresholdResponse) for each in thresholds]


async def _remove(here: "Here", collection_name: str, name: str) -> None:
    collection = await here.services.collections.by_name(here.tenant_id, collection_name)
    await here.services.thresholds.delete(here.tenant_id, collection, name)
