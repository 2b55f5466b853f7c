"""pgrerank judgment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgrerank.cli import option, output, remote
from pgrerank.cli.command import Commands, Failed, examples
from pgrerank.client.judgment import StoredJudgments
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.judgment import Judgment
from pgrerank.formats import beir

if TYPE_CHECKING:
    from pgrerank.cli.remote import CommandPlace, Here
    from pgrerank.client import AsyncClient

_SHOWN = 5
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


def _show(done: Imported) -> None:
    output.table(
        ["judgments", "queries", "new", "documents not stored"],
        [(done.judgments, done.queries, done.added, len(done.unknown))],
    )
    if done.unknown:
        names = ", ".join(done.unknown[:_SHOWN])
        more = len(done.unknown) - _SHOWN
        click.echo(f"\nNot stored: {names}" + (f" and {more} more" if more > 0 else ""))
