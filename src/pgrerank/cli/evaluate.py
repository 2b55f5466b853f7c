"""pgrerank evaluate."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import ingest, judged, option, output, progress, ragas_export
from pgrerank.cli.command import (
    Command,
    Failed,
    Misused,
    examples,
    read_settings,
    refuse_unused,
    run,
)
from pgrerank.cli.gain import plain, sentence
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.formats import beir
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.evaluation import Evaluation
    from pgrerank.ports.services import AdminServices, Services
    from pgrerank.usecases.evaluation.evaluate_labelled import (
        CollectionName,
        LabelledCollection,
        LabelledEvaluation,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    #: data set with documents and judgments; None: use those of the collection
    data: beir.Dataset | None
    qrels: Path | None
    max_queries: int | None
    #: tenant of an existing collection; None: create one from `data`
    tenant_name: str | None
    collection_name: str | None
    text_search: str
    #: name of a tenant to keep; None: a scratch tenant, deleted at the end
    keep: str | None
    #: store token vectors; None: as the collection does
    store_tokens: bool | None
    #: label to store the run under; None: do not store it
    label: str | None
    #: whether to show what each part of the log-odds is worth
    ablate: bool
    #: file for the samples of Ragas; None: none
    export: Path | None
    #: the search, without a query
    request: SearchRequest

    def __post_init__(self) -> None:
        if (self.tenant_name is None) != (self.collection_name is None):
            raise Misused("--tenant and --collection go together")
        if self.data is None and self.tenant_name is None:
            raise Misused("name a labelled FOLDER, or a collection with --tenant and --collection")
        if self.qrels is not None and self.data is None:
            raise Misused("--qrels needs a labelled FOLDER, which has the texts of the queries")
        if self.keep is not None and self.tenant_name is not None:
            raise Misused("--keep is for a collection made from FOLDER; --tenant names one to keep")
        if self.label is not None and self.tenant_name is None and self.keep is None:
            raise Misused("--save needs --keep: a run is deleted with its collection")
        if self.ablate and self.request.rerank is RerankMode.NEVER:
            raise Misused("--ablate needs reranking, without --no-rerank")
        if self.ablate and self.request.diversity:
            raise Misused("--ablate compares orders by relevance, without --diversity")

    @property
    def judgments(self) -> str:
        """Source of the judgments: `stored`, or the name of the data set."""
        return "stored" if self.data is None else self.data.name


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank evaluate data/cranfield",
        "pgrerank evaluate data/cranfield --strategy keyword --no-rerank --json",
        "pgrerank evaluate data/cranfield --qrels data/cranfield/qrels/test-graded.tsv",
        "pgrerank evaluate data/npl --keep eval --depth 100  # the next run skips embedding",
        "pgrerank evaluate -t acme -c docs --save baseline  # see `pgrerank compare`",
        "pgrerank evaluate -t acme -c docs --per-document 1 --diversity 0.3",
        "pgrerank evaluate -t acme -c docs --ablate  # what reranker, words and so on are worth",
        "pgrerank evaluate -t acme -c docs --export ragas.jsonl",
    ),
)
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False
)
@click.option(
    "--tenant",
    "-t",
    "tenant_name",
    envvar=option.TENANT,
    metavar="NAME",
    help=f"Tenant of the collection. Without FOLDER: default {option.TENANT}.",
)
@click.option(
    "--collection",
    "-c",
    "collection_name",
    envvar=option.COLLECTION,
    metavar="NAME",
    help="Search this existing collection instead of one created from FOLDER. Without FOLDER: "
    f"default {option.COLLECTION}.",
)
@option.strategy
@click.option("--rerank/--no-rerank", default=True, show_default=True, help="Whether to rerank.")
@option.candidates
@option.depth
@option.cascade
@option.per_document
@option.diversity
@option.store_tokens
@click.option(
    "--qrels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Judgments file. Default: qrels/test.tsv in the folder.",
)
@click.option(
    "--max-queries",
    type=click.IntRange(1),
    help="Number of judged queries to use, always the same ones. Default: all.",
)
@click.option(
    "--text-search",
    default="english",
    show_default=True,
    help="Postgres text search configuration for the keyword leg.",
)
@click.option(
    "--keep",
    type=option.NAME,
    metavar="TENANT",
    help="Use this tenant and keep it, so that the next run need not embed the documents again.",
)
@click.option(
    "--save",
    "label",
    type=option.LABEL,
    metavar="LABEL",
    help="Store the run, query by query, under this label.",
)
@click.option(
    "--ablate", is_flag=True, help="Show what each part of the log-odds is worth (nDCG@10)."
)
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the queries with the texts and ids of their results and of the relevant documents, "
    "as samples for Ragas (JSON Lines), and show its measures of ids. Replaces the file.",
)
@option.as_json
@click.pass_context
def evaluate(context: click.Context, *, folder: Path | None, as_json: bool, **options: Any) -> None:
    """Measure ranking quality on judged queries, with the pipeline that serves searches.

    FOLDER is in BEIR format: corpus.jsonl, queries.jsonl, qrels/test.tsv. It is ingested into a
    scratch tenant, each judged query is searched, and the tenant is deleted. With --tenant and
    --collection, that collection is searched instead; without FOLDER, with its stored judgments.
    Measures are means over the queries, computed by ir-measures; grades of 1 or more are relevant.
    R@100 is measured before reranking. They count each document once, at its best chunk; the line
    on the first ten results counts chunks as a user gets them, for --per-document and --diversity.

    With --ablate, the reranked results are also put in the order that they would have without one
    part of the log-odds (docs/relevance.md), for each part in turn.
    """
    if not options["rerank"]:
        refuse_unused(context, {"depth", "cascade"}, "is for reranking, without --no-rerank")
    if folder is not None:
        option.drop_defaults(context, options, "tenant_name", "collection_name")
    work = _work(folder, **options)
    if work.tenant_name is not None:
        refuse_unused(
            context, {"text_search", "store_tokens"}, "is for a collection made from FOLDER"
        )
    if work.export is not None and not work.export.absolute().parent.is_dir():
        raise Misused(f"--export: there is no folder {work.export.parent}")
    evaluation = run(
        _evaluate(read_settings(context), work), interrupt_note=_interruption_note(work)
    )
    summary = _summary(work, evaluation) | {
        "ragas": work.export and ragas_export.write(work.export, evaluation)
    }
    if as_json:
        output.as_json(summary)
    else:
        _show(summary)


def _work(
    folder: Path | None,
    *,
    strategy: str,
    rerank: bool,
    candidates: int,
    depth: int | None,
    cascade: int | None,
    per_document: int | None,
    diversity: float,
    **places: Any,
) -> _Work:
    request = option.request(
        rerank=rerank,
        strategy=strategy,
        candidates=candidates,
        depth=depth,
        cascade=cascade,
        per_document=per_document,
        diversity=diversity,
    )
    data = None if folder is None else beir.Dataset(folder=folder)
    return _Work(data=data, request=request, **places)


def _interruption_note(work: _Work) -> str:
    if work.keep is None:
        return "Nothing was stored; run the same command to start over."
    return "Documents embedded so far are kept; run it again to embed the rest and search again."


async def _evaluate(settings: Settings, work: _Work) -> "Evaluation":
    from pgrerank import wiring
    from pgrerank.usecases.evaluation.evaluate_labelled import evaluate_labelled, questions

    wanted = _wanted(work, settings.max_document_characters)

    async def check(admin_services: "AdminServices") -> None:
        if not await questions(admin_services, wanted):
            raise Failed(_no_question(work))

    async with wiring.all_services(settings, check=check) as services:
        return await evaluate_labelled(
            services, wanted, counter=partial(progress.count, "searching")
        )


def _wanted(work: _Work, max_characters: int) -> "LabelledEvaluation":
    from pgrerank.usecases.evaluation.evaluate_labelled import LabelledEvaluation

    return LabelledEvaluation(
        place=_place(work, max_characters),
        request=work.request,
        grades=None if work.data is None else judged.of_folder(work.data, work.qrels),
        judgments=work.judgments,
        max_queries=work.max_queries,
        label=work.label,
        ablate=work.ablate,
        contexts=work.export is not None,
    )


def _place(work: _Work, max_characters: int) -> "CollectionName | LabelledCollection":
    from pgrerank.usecases.evaluation.evaluate_labelled import CollectionName, LabelledCollection

    if work.data is None or work.collection_name is not None:
        return CollectionName(tenant=work.tenant_name or "", collection=work.collection_name or "")
    return LabelledCollection(
        dataset=work.data.name,
        ingest=partial(_ingest, work.data.folder / "corpus.jsonl", max_characters),
        text_search=work.text_search,
        store_tokens=work.store_tokens,
        keep=work.keep,
    )


def _no_question(work: _Work) -> str:
    if work.data is None:
        return f"{work.collection_name}: no query has a judgment; see `pgrerank judgment import`"
    return f"{work.data.folder}: no query has a judgment"


async def _ingest(
    file: Path, max_characters: int, services: "Services", tenant_id: TenantId, collection: str
) -> None:
    from pgrerank.formats.source import Format, sources

    place = ingest.Place(services=services, tenant_id=tenant_id, collection=collection)
    report = await ingest.into(place, sources([str(file)], Format.JSONL), max_characters)
    output.say_left_out(file, report.rejected)


def _summary(work: _Work, evaluation: "Evaluation") -> dict[str, Any]:
    from pgrerank.usecases.evaluation.evaluate import (
        first_results,
        gain_of_reranking,
        worth_of_parts,
    )

    first = first_results(evaluation)
    gain = gain_of_reranking(evaluation)
    worth = worth_of_parts(evaluation)
    return {
        "dataset": evaluation.collection if work.data is None else work.data.name,
        "strategy": work.request.strategy,
        "rerank": work.request.rerank is RerankMode.ALWAYS,
        "candidates": work.request.candidates,
        "depth": work.request.effective_depth,
        "cascade": work.request.cascade,
        "per_document": work.request.per_document,
        "diversity": work.request.diversity,
        "queries": evaluation.queries,
        "metrics": {name: round(value, 4) for name, value in evaluation.metrics.items()},
        "first_results": first
        and {"documents": round(first.documents, 2), "nDCG@10": round(first.ndcg, 4)},
        "latency_ms": {"p50": evaluation.p50_ms, "p95": evaluation.p95_ms},
        "statuses": evaluation.statuses,
        "reranking": gain and {**plain(gain), "sentence": sentence("nDCG@10", gain)},
        "parts": {part: plain(difference) for part, difference in worth.items()},
        "saved": None if work.label is None else evaluation.id,
    }


def _show(summary: Mapping[str, Any]) -> None:
    rerank = f"reranked to depth {summary['depth']}" if summary["rerank"] else "not reranked"
    title = f"{summary['dataset']}: {summary['queries']} queries, {summary['strategy']}, {rerank}"
    metrics, latency = summary["metrics"], summary["latency_ms"]
    columns = [*metrics, *(f"{name} ms" for name in latency)]
    figures = [f"{value:.4f}" for value in metrics.values()]
    output.table(
        columns, [[*figures, *(f"{value:.1f}" for value in latency.values())]], title=title
    )
    _show_first(summary["first_results"])
    if summary["reranking"]:
        click.echo(f"First stage to answer: {summary['reranking']['sentence']}")
    _show_parts(summary["parts"])
    odd = {name: count for name, count in summary["statuses"].items() if name != "full"}
    if summary["rerank"] and odd:
        click.echo(
            "rerank status of some queries: " + ", ".join(f"{n} {c}" for n, c in odd.items())
        )
    if summary["ragas"]:
        click.echo(ragas_export.sentence(summary["ragas"]))
    if summary["saved"]:
        click.echo(f"Stored as {summary['saved']}.")


def _show_first(first: Mapping[str, Any] | None) -> None:
    if first is not None:
        click.echo(
            f"First ten results: {first['documents']:.2f} different documents, nDCG@10 "
            f"{first['nDCG@10']:.4f} if a document's second chunk counts as not relevant."
        )


def _show_parts(worth: Mapping[str, Mapping[str, Any]]) -> None:
    if not worth:
        return
    rows = [
        (
            part,
            f"{gain['before']:.4f}",
            f"{gain['mean']:+.4f}",
            f"{gain['low']:+.4f} to {gain['high']:+.4f}",
            f"{gain['p_value']:.3f}",
        )
        for part, gain in worth.items()
    ]
    columns = ("part", "nDCG@10 without it", "it adds", "95 % interval", "p")
    output.table(columns, rows, title="What each part of the log-odds is worth")
