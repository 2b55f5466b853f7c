"""pgrerank rerank-run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pgrerank.cli import command, option, output, progress
from pgrerank.cli.command import Command, examples, read_settings
from pgrerank.domain.count import counted
from pgrerank.domain.document import passage
from pgrerank.domain.request import MAX_DEPTH
from pgrerank.formats import beir
from pgrerank.settings import Settings

_INTERRUPT_NOTE = (
    "The run is only written at the end, so nothing was stored; run it again to start over."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    run: Mapping[str, list[str]]
    queries: Mapping[str, str]
    passages: Mapping[str, str]
    depth: int


@click.command(
    cls=Command,
    name="rerank-run",
    epilog=examples(
        "pgrerank rerank-run bm25.trec --data dl21/ --out reranked.trec",
        "pgrerank rerank-run bm25.trec --data dl21/ --out r.trec --qrels dl21/qrels/test.tsv",
    ),
)
@click.argument("run", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="BEIR folder with the run's corpus and queries.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    callback=option.require_writable,
    help="File to write the reordered run to.",
)
@click.option(
    "--depth",
    type=click.IntRange(1, MAX_DEPTH),
    default=100,
    show_default=True,
    help="Number of documents to rerank for each query; the rest follow in their old order.",
)
@click.option(
    "--agreement/--no-agreement",
    default=True,
    help="Whether the similarity to the best documents counts besides the score. "
    "[default: agreement]",
)
@click.option(
    "--qrels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Judgments file, to print the measures of the run before and after.",
)
@option.as_json
@click.pass_context
def rerank_run(
    context: click.Context,
    *,
    run: Path,
    data: Path,
    out: Path,
    depth: int,
    agreement: bool,
    qrels: Path | None,
    as_json: bool,
) -> None:
    """Rerank a first-stage run in TREC format. Needs no database.

    Reads `query Q0 document rank score tag` lines, reranks the top documents of each query and
    writes the new order in the same format. Queries missing from the folder are left out.

    The similarity of documents to the best ones counts besides the score, where a model makes token
    vectors (PGRERANK_TOKEN_MODEL). The service receives lists in parts, so it leaves that out.
    """
    work = _work(run, beir.Dataset(folder=data), depth)
    after, missing = command.run(
        _reorder(read_settings(context), work, agreement=agreement), interrupt_note=_INTERRUPT_NOTE
    )
    beir.write_run(out, after, "pgrerank")
    summary: dict[str, object] = {
        "run": str(out),
        "queries": len(after),
        "depth": depth,
        "missing_documents": missing,
    }
    if qrels is not None:
        summary["metrics"] = _measures(work.run, after, beir.qrels(qrels))
    if as_json:
        output.as_json(summary)
    else:
        _show(summary)


def _work(run: Path, data: beir.Dataset, depth: int) -> _Work:
    run_documents = beir.run(run)
    document_ids = {name for documents in run_documents.values() for name in documents}
    passages = {
        document.external_id: passage(document.title, document.text)
        for document in data.documents(output.say_left_out)
        if document.external_id in document_ids
    }
    return _Work(run=run_documents, queries=data.queries(), passages=passages, depth=depth)


async def _reorder(settings: Settings, work: _Work, *, agreement: bool) -> tuple[beir.Run, int]:
    from pgrerank import wiring
    from pgrerank.usecases.evaluation.rerank_run import rerank_run as reranked

    after: dict[str, Mapping[str, float]] = {}
    missing = 0
    async with wiring.load_models(settings) as models:
        reader = models.reader if agreement else None
        answers = reranked(
            models.scorer, reader, work.run, work.queries, work.passages, depth=work.depth
        )
        with progress.count("reranking queries", len(work.run)) as step:
            async for answer in answers:
                after[answer.query_id] = beir.scores_by_order(answer.document_ids)
                missing += answer.missing
                step()
    return after, missing


def _measures(
    before: Mapping[str, list[str]], after: beir.Run, qrels: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, float]]:
    from pgrerank.usecases.evaluation.evaluate import mean_measures

    judged = {query: grades for query, grades in qrels.items() if query in after}
    first = {query: beir.scores_by_order(before[query]) for query in judged}
    return {"before": mean_measures(first, judged), "after": mean_measures(after, judged)}


def _show(summary: Mapping[str, Any]) -> None:
    metrics: Mapping[str, Mapping[str, float]] = summary.get("metrics", {})
    if metrics:
        names = list(metrics["before"])
        rows = [
            [label, *(f"{values[name]:.4f}" for name in names)] for label, values in metrics.items()
        ]
        output.table(["", *names], rows)
    click.echo(
        f"{counted(summary['queries'], 'query', 'queries')} reordered to depth {summary['depth']}, "
        f"{counted(summary['missing_documents'], 'document')} not in the corpus: {summary['run']}"
    )
