"""pgrerank judgment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from pgrerank.cli import judge_model, option, output, remote
from pgrerank.cli.command import Commands, Failed, examples
from pgrerank.client.judgment import JudgmentPage, StoredJudgments
from pgrerank.domain.count import counted
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.judgment import Judgment, JudgmentSelection
from pgrerank.formats import beir

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client import AsyncClient

_SHOWN = 5
_MAX_PAGE = 1_000
#: judgments that are sent to a service at once: a body has at most 4 MiB
_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Result of an import."""

    judgments: int
    queries: int
    #: not stored before
    added: int
    #: judged documents that the collection does not hold
    unknown: tuple[str, ...]


@click.group(cls=Commands)
def judgment() -> None:
    """Manage judgments: which documents are relevant to a query, for training and measuring."""


for _command in (judge_model.ask, judge_model.sample, judge_model.check):
    judgment.add_command(_command)


@judgment.command(
    name="import",
    epilog=examples(
        "pgrerank judgment import data/qrels/test.tsv -t acme -c docs",
        "pgrerank judgment import qrels.trec -t acme -c docs --queries queries.jsonl --by ann",
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@remote.place
@option.collection
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON Lines with `_id` and `text` of each query. Default: queries.jsonl of the BEIR "
    "folder that contains FILE.",
)
@click.option(
    "--source",
    type=option.ORIGIN,
    default="import",
    show_default=True,
    help="Origin of these judgments.",
)
@click.option("--by", "judged_by", type=option.ORIGIN, metavar="NAME", help="Name of the judge.")
@option.as_json
def import_(
    place: "CommandPlace",
    *,
    file: Path,
    collection_name: str,
    queries: Path | None,
    source: str,
    judged_by: str | None,
    as_json: bool,
) -> None:
    """Import judgments into a collection.

    FILE has `query document grade` lines (BEIR, with a header) or `query 0 document grade` lines
    (TREC), separated by tabs if an id contains a space. On any other line the command reports it
    and stores nothing. Documents are named by the ids they were ingested with; grades are 0 to 3.
    Judgments already stored are skipped; contradicting ones are all kept.
    """
    judgments = _judgments(file, queries or file.parent.parent / "queries.jsonl", source, judged_by)
    stored = place.ask(
        lambda client: _sent(client, collection_name, judgments),
        lambda here: _stored(here, collection_name, judgments),
    )
    done = Imported(
        judgments=len(judgments),
        queries=len({each.query for each in judgments}),
        added=stored.added,
        unknown=tuple(stored.unknown),
    )
    if as_json:
        output.as_json(done)
    else:
        _show(done)


@judgment.command(
    name="list",
    epilog=examples(
        "pgrerank judgment list -t acme -c docs",
        'pgrerank judgment list -t acme -c docs --query "rotate a key"',
        "pgrerank judgment list -t acme -c docs --source click  # feedback of users",
    ),
)
@remote.place
@option.collection
@click.option("--query", help="Only those of this query, by its whole text.")
@click.option("--document", metavar="ID", help="Only those of this document.")
@click.option("--source", type=option.ORIGIN, help="Only those of this origin, such as human.")
@click.option("--by", type=option.ORIGIN, metavar="NAME", help="Only those of this judge.")
@click.option(
    "--limit",
    type=click.IntRange(1, _MAX_PAGE),
    default=100,
    show_default=True,
    help="Number of judgments to print.",
)
@click.option("--cursor", metavar="CURSOR", help="Continue a listing; it ends with its cursor.")
@option.as_json
def list_(
    place: "CommandPlace",
    *,
    collection_name: str,
    limit: int,
    cursor: str | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """List judgments as they are stored, newest first, feedback of users included.

    Contradicting ones are all listed: of each named judge the newest counts.
    """
    given: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
    page = place.ask(
        lambda client: client.judgment_page(collection_name, limit=limit, cursor=cursor, **given),
        lambda here: _page(here, collection_name, given, limit=limit, cursor=cursor),
    )
    if as_json:
        output.as_json(page)
        return
    output.table(
        ["id", "query", "document", "grade", "source", "by", "stored"],
        [
            (each.id, each.query, each.document, each.grade, each.source, each.by, each.created_at)
            for each in page.items
        ],
    )
    if page.cursor:
        click.echo(f"\nThere are more judgments: --cursor {page.cursor}", err=True)


@judgment.command(
    epilog=examples("pgrerank judgment delete 0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b -t acme")
)
@click.argument(
    "judgment_ids",
    metavar="ID...",
    nargs=-1,
    required=True,
    type=click.UUID,
    callback=option.distinct(),
)
@remote.place
@option.yes
def delete(place: "CommandPlace", *, judgment_ids: Sequence[UUID]) -> None:
    """Delete judgments, by the ids that `judgment list` shows. Calibrations stay as they are."""
    for judgment_id in judgment_ids:
        place.ask(
            lambda client, each=judgment_id: client.delete_judgment(each),
            lambda here, each=judgment_id: here.services.judgments.delete(here.tenant_id, each),
        )
    click.echo(f"Deleted {counted(len(judgment_ids), 'judgment')}.")


def _judgments(
    file: Path, queries: Path, source: str, judged_by: str | None
) -> tuple[Judgment, ...]:
    if not queries.is_file():
        raise Failed(f"{queries} is missing: give the file of the queries with --queries")
    texts = beir.texts(queries)
    return tuple(
        _judgment(file, texts, queries, row, source=source, judged_by=judged_by)
        for row in beir.judgment_lines(file)
    )


def _judgment(
    file: Path,
    texts: Mapping[str, str],
    queries: Path,
    row: beir.JudgmentLine,
    *,
    source: str,
    judged_by: str | None,
) -> Judgment:
    if row.query not in texts:
        raise Failed(f"{file}, line {row.line}: {queries} has no query `{row.query}`")
    try:
        return Judgment(
            query=texts[row.query],
            external_id=row.document,
            grade=row.grade,
            source=source,
            judged_by=judged_by,
        )
    except InvalidRequestError as error:
        raise Failed(f"{file}, line {row.line}: {error}") from error


async def _sent(
    client: "AsyncClient", collection_name: str, judgments: Sequence[Judgment]
) -> StoredJudgments:
    from pgrerank.client import Judgment as Sent

    added, unknown = 0, set[str]()
    for start in range(0, len(judgments), _BATCH):
        batch = [
            Sent(
                query=each.query,
                document=each.external_id,
                grade=each.grade,
                source=each.source,
                by=each.judged_by,
            )
            for each in judgments[start : start + _BATCH]
        ]
        done = await client.judge(collection_name, batch)
        added += done.added
        unknown.update(done.unknown)
    return StoredJudgments(added=added, unknown=sorted(unknown))


async def _stored(
    here: "Here", collection_name: str, judgments: Sequence[Judgment]
) -> StoredJudgments:
    from pgrerank.usecases.calibration.judge import judge

    done = await judge(here.services, here.tenant_id, collection_name, judgments)
    return StoredJudgments(added=done.added, unknown=list(done.unknown))


async def _page(
    here: "Here",
    collection_name: str,
    filters: Mapping[str, str],
    *,
    limit: int,
    cursor: str | None,
) -> JudgmentPage:
    from pgrerank.api.v1.schema.judgments import JudgmentPage as Served

    collection = await here.services.collections.by_name(here.tenant_id, collection_name)
    selection = JudgmentSelection(
        query=filters.get("query"),
        external_id=filters.get("document"),
        source=filters.get("source"),
        judged_by=filters.get("by"),
    )
    page = await here.services.judgments.page(
        here.tenant_id, collection, selection, limit=limit, cursor=cursor
    )
    return remote.as_client(Served.of(page), JudgmentPage)


def _show(done: Imported) -> None:
    output.table(
        ["judgments", "queries", "new", "documents not stored"],
        [(done.judgments, done.queries, done.added, len(done.unknown))],
    )
    if done.unknown:
        names = ", ".join(done.unknown[:_SHOWN])
        more = len(done.unknown) - _SHOWN
        click.echo(f"\nNot stored: {names}" + (f" and {more} more" if more > 0 else ""))
