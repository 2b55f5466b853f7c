"""pgrerank document."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pgrerank.cli import option, output, remote
from pgrerank.cli.command import Commands, Failed, Misused, examples
from pgrerank.domain.count import counted
from pgrerank.domain.deletion import MAX_DELETED, SHOWN_IDS, Selection
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import read_object
from pgrerank.domain.merge_patch import DocumentPatch

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace
    from pgrerank.client.answers import DeletionResponse, DocumentPage, DocumentResponse
    from pgrerank.client.related import RelatedResponse

_MAX_PAGE = 1_000


@click.group(cls=Commands)
def document() -> None:
    """Manage documents: list, show and delete them, and change their metadata."""


@document.command(
    name="list",
    epilog=examples(
        "pgrerank document list -t acme -c docs",
        "PGRERANK_KEY=pgr_... pgrerank document list -c docs --url http://127.0.0.1:8080",
    ),
)
@remote.place
@option.collection
@click.option(
    "--limit",
    type=click.IntRange(1, _MAX_PAGE),
    default=100,
    show_default=True,
    help="Number of documents to print.",
)
@click.option("--cursor", metavar="CURSOR", help="Continue a listing; it ends with its cursor.")
@option.as_json
def list_(
    place: "CommandPlace", *, collection_name: str, limit: int, cursor: str | None, as_json: bool
) -> None:
    """List documents, sorted by id, without their text."""
    page = place.ask(
        lambda client: client.document_page(collection_name, limit=limit, cursor=cursor),
        lambda here: _page(here, collection_name, limit, cursor),
    )
    if as_json:
        output.as_json(page)
        return
    output.table(
        ["id", "title", "chunks", "updated"],
        [(each.id, each.title, each.chunk_count, each.updated_at) for each in page.items],
    )
    if page.cursor:
        click.echo(f"\nThere are more documents: --cursor {page.cursor}", err=True)


@document.command(
    epilog=examples(
        "pgrerank document get guide/install -t acme -c docs",
        "pgrerank document get guide/install -t acme -c docs --json",
    )
)
@click.argument("document_id", metavar="ID")
@remote.place
@option.collection
@option.as_json
def get(place: "CommandPlace", *, document_id: str, collection_name: str, as_json: bool) -> None:
    """Show a document with its metadata and the text of its chunks."""
    found = place.ask(
        lambda client: client.document(collection_name, document_id),
        lambda here: _one(here, collection_name, document_id),
    )
    if as_json:
        output.as_json(found)
    else:
        _show(found)


@document.command(
    epilog=examples(
        "pgrerank document related guide/install -t acme -c docs",
        "PGRERANK_KEY=pgr_... pgrerank document related install -c docs "
        "--url http://127.0.0.1:8080",
    )
)
@click.argument("document_id", metavar="ID")
@remote.place
@option.collection
@click.option(
    "--limit",
    type=click.IntRange(1, _MAX_PAGE),
    default=10,
    show_default=True,
    help="Number of documents to print.",
)
@click.option("--cursor", metavar="CURSOR", help="Continue a list; it ends with its cursor.")
@option.as_json
def related(
    place: "CommandPlace",
    *,
    document_id: str,
    collection_name: str,
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List the documents related to a document, from its stored list: no model runs.

    `pgrerank enrich` makes the lists of a collection, `pgrerank worker` renews them. Says on
    standard error if the list is stale or missing, and what to do.
    """
    found = place.ask(
        lambda client: client.related(collection_name, document_id, limit=limit, cursor=cursor),
        lambda here: _related(here, collection_name, document_id, limit, cursor),
    )
    if as_json:
        output.as_json(found)
        return
    output.table(
        ["rank", "score", "id", "title"],
        [(each.rank, f"{each.score:.4f}", each.id, each.title) for each in found.items],
    )
    if found.hint:
        click.echo(f"\n{found.hint}", err=True)
    if found.cursor:
        click.echo(f"\nThere are more documents: --cursor {found.cursor}", err=True)


@document.command(
    epilog=examples(
        """pgrerank document update guide/install -t acme -c docs --metadata '{"year": 2027}'""",
        """pgrerank document update guide/install -t acme -c docs --metadata '{"draft": null}'"""
        "  # remove a key",
        "pgrerank document update guide/install -t acme -c docs --uri https://example.org/install",
    )
)
@click.argument("document_id", metavar="ID")
@remote.place
@option.collection
@click.option(
    "--metadata",
    "metadata_json",
    metavar="JSON",
    help="Keys to change, as a JSON merge patch (RFC 7396): null removes a key, objects are "
    "merged, other values replace the old ones.",
)
@click.option("--uri", metavar="URI", help="New address. Empty: none.")
@option.as_json
def update(
    place: "CommandPlace",
    *,
    document_id: str,
    collection_name: str,
    metadata_json: str | None,
    uri: str | None,
    as_json: bool,
) -> None:
    """Change metadata or address of a document, without its text. Nothing is embedded again.

    Searches filter by the new metadata at once. To change text or title, ingest the document again.
    """
    patch = _patch(metadata_json, uri)
    changes: Any = patch.changes
    changed = place.ask(
        lambda client: client.update_document(collection_name, document_id, **changes),
        lambda here: _updated(here, collection_name, document_id, patch),
    )
    if as_json:
        output.as_json(msgspec.structs.replace(changed, chunks=None))
    else:
        _show(msgspec.structs.replace(changed, chunks=None))


@document.command(
    epilog=examples(
        "pgrerank document delete guide/old guide/older -t acme -c docs",
        """pgrerank document delete -t acme -c docs --filter '{"year": {"$lt": 2020}}' --dry-run"""
        "  # only say what would go",
        """pgrerank document delete -t acme -c docs --filter '{"year": {"$lt": 2020}}' --yes""",
    )
)
@click.argument("document_ids", metavar="[ID]...", nargs=-1, callback=option.distinct())
@remote.place
@option.collection
@click.option("--filter", "filter_json", metavar="JSON", help="Condition on document metadata.")
@click.option("--dry-run", is_flag=True, help="Delete nothing, only say what would be deleted.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@option.as_json
def delete(
    place: "CommandPlace",
    *,
    document_ids: Sequence[str],
    collection_name: str,
    filter_json: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Delete documents with their chunks, by id or by a filter on their metadata.

    Says how many it found, and asks before it deletes. If more documents match by then, it deletes
    none. They are deleted 1,000 at a time; to resume an interrupted run, run it again.

    Exit code: 0 done, or nothing to delete; 1 an ID is not stored, or not confirmed; 2 usage error.
    """
    selection = _selection(document_ids, filter_json)
    found = _delete(place, collection_name, selection, dry_run=True)
    if document_ids and found.matched < len(document_ids):
        missing = len(document_ids) - found.matched
        raise Failed(
            f"{counted(missing, 'document')} of {len(document_ids)} not stored in "
            f"`{collection_name}`. Nothing was deleted."
        )
    if found.matched and not dry_run:
        if not yes:
            click.echo(_summary(found), err=True)
            click.confirm("Delete? This cannot be undone.", abort=True, err=True)
        found = _delete(place, collection_name, selection, at_most=found.matched)
    if as_json:
        output.as_json(found)
    elif dry_run or not found.matched:
        click.echo(_summary(found))
    else:
        click.echo(f"Deleted {counted(found.deleted, 'document')}.")


def _selection(document_ids: Sequence[str], filter_json: str | None) -> Selection:
    if bool(document_ids) == (filter_json is not None):
        raise Misused("name documents by ID, or give --filter")
    if len(document_ids) > MAX_DELETED:
        raise Misused(f"give at most {MAX_DELETED} IDs")
    if filter_json is None:
        return Selection(ids=document_ids)
    try:
        return Selection(filter=read_object("--filter", filter_json))
    except InvalidRequestError as error:
        raise Misused(str(error)) from error


def _delete(
    place: "CommandPlace",
    collection_name: str,
    selection: Selection,
    *,
    dry_run: bool = False,
    at_most: int | None = None,
) -> "DeletionResponse":
    return place.ask(
        lambda client: client.delete_documents(
            collection_name,
            filter=selection.filter,
            ids=selection.ids,
            dry_run=dry_run,
            at_most=at_most,
        ),
        lambda here: _deletion(here, collection_name, selection, dry_run=dry_run, at_most=at_most),
    )


def _summary(found: "DeletionResponse") -> str:
    if not found.matched:
        return "No document matches."
    more = found.matched - len(found.documents)
    names = "\n".join(f"  {name}" for name in found.documents)
    rest = f"\n  and {more} more" if more > 0 and len(found.documents) == SHOWN_IDS else ""
    return f"{counted(found.matched, 'document')} found:\n{names}{rest}"


def _patch(metadata_json: str | None, uri: str | None) -> DocumentPatch:
    changes: dict[str, Any] = {}
    try:
        if metadata_json is not None:
            changes["metadata"] = read_object("--metadata", metadata_json)
        if uri is not None:
            changes["uri"] = uri or None
        return DocumentPatch(changes=changes)
    except InvalidRequestError as error:
        raise Misused(str(error) if changes else "give --metadata, --uri or both") from error


def _show(shown: "DocumentResponse") -> None:
    facts = {
        "id": shown.id,
        "title": shown.title or None,
        "uri": shown.uri,
        "metadata": msgspec.json.encode(shown.metadata).decode(),
        "chunks": shown.chunk_count,
        "created": shown.created_at,
        "updated": shown.updated_at,
    }
    output.table(["field", "value"], list(facts.items()))
    for chunk in shown.chunks or ():
        click.echo(f"\n--- chunk {chunk.ordinal + 1}, {counted(chunk.tokens, 'token')}")
        click.echo(chunk.content)


async def _page(
    here: "remote.Here", collection_name: str, limit: int, cursor: str | None
) -> "DocumentPage":
    from pgrerank.api.v1.schema.responses import DocumentPage as Served
    from pgrerank.client.answers import DocumentPage

    collection = await here.services.collections.by_name(here.tenant_id, collection_name)
    page = await here.services.documents.page(
        here.tenant_id, collection, limit=limit, cursor=cursor
    )
    return remote.as_client(Served.of(page), DocumentPage)


async def _one(here: "remote.Here", collection_name: str, document_id: str) -> "DocumentResponse":
    from pgrerank.api.v1.schema.responses import DocumentResponse as Served
    from pgrerank.client.answers import DocumentResponse

    collection = await here.services.collections.by_name(here.tenant_id, collection_name)
    found = await here.services.documents.get(here.tenant_id, collection, document_id)
    return remote.as_client(Served.whole(found), DocumentResponse)


async def _related(
    here: "remote.Here", collection_name: str, document_id: str, limit: int, cursor: str | None
) -> "RelatedResponse":
    from pgrerank.api.v1.schema.related import RelatedResponse as Served
    from pgrerank.client.related import RelatedResponse

    collection = await here.services.collections.by_name(here.tenant_id, collection_name)
    page = await here.services.related.page(
        here.tenant_id, collection, document_id, limit=limit, cursor=cursor
    )
    return remote.as_client(Served.of(page, collection_name), RelatedResponse)


async def _updated(
    here: "remote.Here", collection_name: str, document_id: str, patch: DocumentPatch
) -> "DocumentResponse":
    from pgrerank.api.v1.schema.responses import DocumentResponse as Served
    from pgrerank.client.answers import DocumentResponse
    from pgrerank.usecases.documents import update_document

    changed = await update_document(
        here.services, here.tenant_id, collection_name, document_id, patch
    )
    return remote.as_client(Served.whole(changed), DocumentResponse)


async def _deletion(
    here: "remote.Here",
    collection_name: str,
    selection: Selection,
    *,
    dry_run: bool,
    at_most: int | None,
) -> "DeletionResponse":
    from pgrerank.api.v1.schema.documents import DeletionResponse as Served
    from pgrerank.client.answers import DeletionResponse
    from pgrerank.usecases.documents import delete_every

    done = await delete_every(
        here.services,
        here.tenant_id,
        collection_name,
        selection,
        dry_run=dry_run,
        at_most=at_most,
    )
    return remote.as_client(Served.of(done), DeletionResponse)
