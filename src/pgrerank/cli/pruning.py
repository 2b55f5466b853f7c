"""Removal of documents that are not among those of an ingest (`pgrerank ingest --prune`)."""

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import click

from pgrerank.cli.command import Failed
from pgrerank.cli.ingest_progress import Meter
from pgrerank.domain.count import counted
from pgrerank.domain.deletion import MAX_DELETED, SHOWN_IDS, Selection

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client import AsyncClient


def prune(
    place: "CommandPlace", collection_name: str, meter: Meter, *, may_empty: bool, asks: bool
) -> int:
    """Remove documents of the collection that the meter did not see, and return how many.

    An interruption leaves whole batches removed; the same command removes the rest.

    Args:
        place: Where the collection is.
        collection_name: The collection.
        meter: A finished ingest without rejections, with the ids of its documents.
        may_empty: Whether every document that was there before may go.
        asks: Whether to show the documents and ask.

    Raises:
        Failed: Every document that was there before would go.
        click.Abort: The user declined.
    """
    stale = place.ask(
        lambda client: _stale_there(client, collection_name, meter.ids),
        lambda here: _stale_here(here, collection_name, meter.ids),
    )
    if not stale:
        return 0
    if not (may_empty or meter.report.unchanged or meter.report.updated):
        raise Failed(
            f"--prune would remove every document that `{collection_name}` had before, "
            f"{len(stale)} in all, such as {stale[0]}. Nothing was removed. If that is intended, "
            "add --prune-everything"
        )
    if asks:
        click.echo(_summary(stale), err=True)
        click.confirm("Remove? This cannot be undone.", abort=True, err=True)
    return sum(
        _remove(place, collection_name, stale[start : start + MAX_DELETED])
        for start in range(0, len(stale), MAX_DELETED)
    )


def _summary(stale: list[str]) -> str:
    names = "\n".join(f"  {name}" for name in stale[:SHOWN_IDS])
    more = len(stale) - SHOWN_IDS
    rest = f"\n  and {more} more" if more > 0 else ""
    return f"{counted(len(stale), 'document')} not in the files:\n{names}{rest}"


def _remove(place: "CommandPlace", collection_name: str, ids: list[str]) -> int:
    return place.ask(
        lambda client: _remove_there(client, collection_name, ids),
        lambda here: _remove_here(here, collection_name, ids),
    )


async def _stale_there(
    client: "AsyncClient", collection_name: str, kept: AbstractSet[str]
) -> list[str]:
    stored = client.documents(collection_name)
    return [each.id async for each in stored if each.id not in kept]


async def _stale_here(here: "Here", collection_name: str, kept: AbstractSet[str]) -> list[str]:
    from pgrerank.usecases.documents import ids_except

    return await ids_except(here.services, here.tenant_id, collection_name, kept)


async def _remove_there(client: "AsyncClient", collection_name: str, ids: list[str]) -> int:
    return (await client.delete_documents(collection_name, ids=ids)).deleted


async def _remove_here(here: "Here", collection_name: str, ids: list[str]) -> int:
    from pgrerank.usecases.documents import delete_selected

    done = await delete_selected(here.services, here.tenant_id, collection_name, Selection(ids=ids))
    return done.deleted
