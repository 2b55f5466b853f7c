"""The command line: parse arguments, call one use case, print."""

import sys
from pathlib import Path

import click
import structlog
from rich_click import RichCommandPanel

from pgrerank import __version__
from pgrerank.cli import (
    backend,
    backup,
    calibrate,
    collection,
    compare,
    demo,
    doctor,
    drift,
    evaluate,
    ingest,
    judge,
    judgment,
    key,
    login,
    maintain,
    mcp,
    migrate,
    models,
    reembed,
    reference,
    replay,
    report,
    rerank,
    rerank_run,
    search,
    serve,
    sweep,
    tenant,
    term,
    threshold,
    train,
    tune,
    why,
    worker,
)
from pgrerank.cli.command import Commands, examples
from pgrerank.domain import secret
from pgrerank.settings import secrets

_PANELS = {
    "Search": ["search", "why", "rerank", "ingest", "collection", "term"],
    "Run the service": [
        "serve",
        "mcp",
        "migrate",
        "maintain",
        "backup",
        "restore",
        "reembed",
        "worker",
        "doctor",
        "backend",
        "models",
    ],
    "Watch": ["drift", "reference"],
    "Who may do what": ["tenant", "key", "login"],
    "Measure": ["evaluate", "compare", "sweep", "tune", "replay", "report", "rerank-run", "demo"],
    "Calibrate": ["judge", "judgment", "calibrate", "threshold"],
    "Train": ["train"],
}


@click.group(
    cls=Commands,
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
    # Logs go to standard error, looked up at each log call because a stream may be replaced.
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


for _name, _commands in _PANELS.items():
    main.add_panel(RichCommandPanel(_name, commands=_commands))

for _command in (
    backend.backend,
    backup.backup,
    backup.restore,
    calibrate.calibrate,
    collection.collection,
    compare.compare,
    demo.demo,
    doctor.doctor,
    drift.drift,
    evaluate.evaluate,
    ingest.ingest,
    judge.judge,
    judgment.judgment,
    key.key,
    login.login,
    maintain.maintain,
    mcp.mcp,
    migrate.migrate,
    models.models,
    reembed.reembed,
    reference.reference,
    replay.replay,
    report.report,
    rerank.rerank,
    rerank_run.rerank_run,
    search.search,
    serve.serve,
    sweep.sweep,
    tenant.tenant,
    term.term,
    threshold.threshold,
    train.train,
    tune.tune,
    why.why,
    worker.worker,
):
    main.add_command(_command)
