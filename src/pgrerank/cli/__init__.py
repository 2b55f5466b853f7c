"""The command line: parse arguments, call one use case, print."""

import sys
from pathlib import Path

import click
from rich_click import RichCommandPanel

from pgrerank import __version__
from pgrerank.cli.command import examples
from pgrerank.cli.deferred import DeferredCommand, DeferredCommands
from pgrerank.domain import secret
from pgrerank.settings import secrets

#: commands with the first paragraph of their help, by panel; a test holds each against the command
_PANELS = {
    "Search": {
        "search": "Search a collection, and show what each stage did.",
        "why": "Explain why DOCUMENT is, or is not, among the results of a logged search.",
        "rerank": "Order texts by relevance to a query. Needs no database, and with --url no model.",
        "ingest": "Ingest documents into a collection, replacing those whose content changed.",
        "document": "Manage documents: list, show and delete them, and change their metadata.",
        "collection": "Manage collections: sets of documents that are searched together.",
        "term": "Manage what boosts candidates: terms such as product names, and fields of metadata.",
    },
    "Run the service": {
        "serve": "Run the HTTP service until it is stopped; requests in progress are finished first.",
        "mcp": "Run a Model Context Protocol server for assistants on standard input and output.",
        "migrate": "Migrate the database to this version of pgrerank.",
        "maintain": "Run the jobs of `pgrerank worker` that need no model, once and without its queue.",
        "backup": "Back up the whole database to a new file, while searches and ingest continue.",
        "restore": "Restore a backup into an empty database, and verify each table against its checksum.",
        "reembed": "Move collections to another embedder: fill a second set of vectors, then switch.",
        "enrich": "Make or renew the related documents of every document of a collection.",
        "worker": "Run scheduled jobs: partitions, words, indexes, drift, references, related documents.",
        "doctor": "Check everything a search needs, and suggest a remedy for each problem.",
        "backend": "Check the rerankers, embedders and judges on other servers that PGRERANK_BACKENDS names.",
        "completion": "Print a script that completes commands, options and files in bash 4.4, zsh or fish.",
        "models": "List the packaged models, and models of the Hugging Face hub that are known to run.",
    },
    "Watch": {
        "drift": "Show the health of collections: score drift, agreement, lift, calibration, references.",
        "reference": "Manage reference sets: pairs scored regularly to detect a changed model.",
    },
    "Who may do what": {
        "tenant": "Manage tenants: customers whose data is isolated from each other.",
        "key": "Manage API keys, which a tenant's applications send as `Authorization: Bearer`.",
        "login": "Manage PostgreSQL logins of the service and of analysts, who read with SQL.",
    },
    "Measure": {
        "evaluate": "Measure ranking quality on judged queries, with the pipeline that serves searches.",
        "compare": "Compare two stored evaluations, and tell whether the difference is significant.",
        "sweep": "Measure quality and latency across candidates, depths and rerankers.",
        "tune": "Fit BM25, fusion, boosts by fields, candidates and depth to judged queries.",
        "replay": "Replay logged searches with other settings, and compare the rankings.",
        "report": "Write a report on recent searches as one self-contained HTML page.",
        "rerank-run": "Rerank a first-stage run in TREC format. Needs no database.",
        "demo": "Show a complete run: real documents, reranked searches, and the log in SQL.",
    },
    "Calibrate": {
        "judge": "Grade results one by one, with one key each. Every grade is stored at once.",
        "judgment": "Manage judgments: which documents are relevant to a query, for training and measuring.",
        "calibrate": "Fit probabilities of relevance to judged queries. The order of results stays the same.",
        "calibration": "Manage calibrations: what turns scores into probabilities. `pgrerank calibrate` fits one.",
        "threshold": "Manage thresholds: named cut-offs for results, such as one that keeps a precision.",
    },
    "Train": {
        "train": "Train a reranker from labelled data.",
    },
}
#: modules that define a command of another name
_MODULES = {"restore": "backup"}


@click.group(
    cls=DeferredCommands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "pgrerank demo  # see it work, with nothing to set up",
        "pgrerank migrate && pgrerank serve  # run the service",
        "pgrerank ingest --help  # every command explains itself",
    ),
)
@click.version_option(__version__, prog_name="pgrerank")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the embedded Postgres keeps its data. Default: PGRERANK_DATA_DIR, or the user's "
    "data folder.",
)
@click.pass_context
def main(context: click.Context, data_dir: Path | None) -> None:
    """Two-stage search on Postgres: find candidates, rerank them, keep every decision in SQL.

    Settings come from PGRERANK_* variables; with PGRERANK_DATABASE_URL set, that server is used
    in place of the embedded one.
    """
    context.obj = data_dir
    _configure_logging()


def _configure_logging() -> None:
    """Send log lines to standard error, looked up at each call because a stream may be replaced."""
    import structlog  # with rich.traceback, a fifth of a second that help does not need

    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            # Tracebacks carry no local variables, and secrets are redacted from every line.
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
            lambda _logger, _method, line: secret.redact(str(line), secrets()),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


for _title, _summaries in _PANELS.items():
    main.add_panel(RichCommandPanel(_title, commands=list(_summaries)))
    for _name, _summary in _summaries.items():
        main.add_command(DeferredCommand(_name, _summary, _MODULES.get(_name)))
