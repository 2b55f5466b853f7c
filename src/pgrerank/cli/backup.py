"""pgrerank backup and pgrerank restore."""

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgrerank.cli import option, output, progress
from pgrerank.cli.command import Command, examples, read_settings, run
from pgrerank.settings import subprocess_environment

if TYPE_CHECKING:
    from pgrerank.storage.archive import Manifest
    from pgrerank.storage.backup import BackupStep

Outcome = TypeVar("Outcome")

_MEGABYTE = 1_000_000


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank backup pgrerank.backup",
        "pgrerank backup backups/$(date +%F).backup  # daily, from cron or a systemd timer",
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@option.as_json
@click.pass_context
def backup(context: click.Context, *, file: Path, as_json: bool) -> None:
    """Back up the whole database to a new file, while searches and ingest continue.

    The file holds a consistent snapshot of every table, with grants, policies and a checksum for
    each. It holds no login passwords. Needs PGRERANK_ADMIN_DATABASE_URL if you run your own server.
    """
    from pgrerank import wiring
    from pgrerank.storage import backup as backups

    with wiring.open_database(read_settings(context)) as database:
        work = partial(backups.create, database.admin_url, file, environ=subprocess_environment())
        manifest = _run_with_bar(
            work, interrupt_note=f"{file} was not written; run the same command to start over."
        )
    _show(file, manifest, as_json=as_json)


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank restore pgrerank.backup",
        "pgrerank --data-dir /srv/new restore pgrerank.backup  # into an embedded server",
        "PGRERANK_ADMIN_DATABASE_URL=postgresql://... pgrerank restore pgrerank.backup",
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@option.as_json
@click.pass_context
def restore(context: click.Context, *, file: Path, as_json: bool) -> None:
    """Restore a backup into an empty database, and verify each table against its checksum.

    Runs in one transaction: if it fails, nothing is left behind and you can try again. Works
    between an embedded server and your own in both directions, and to a newer Postgres. A backup
    has no logins: create them with `pgrerank login add`. Analysts' grants are restored by name.
    """
    from pgrerank import wiring
    from pgrerank.storage import restore as restores
    from pgrerank.storage import sqlfile

    with wiring.open_database(read_settings(context)) as database:
        work = partial(restores.load, database.admin_url, file, environ=subprocess_environment())
        done = _run_with_bar(
            work, interrupt_note="Nothing was restored; run the same command to start over."
        )
    _show(file, done.manifest, as_json=as_json)
    for login in done.missing_logins:
        click.echo(f"Create the login again: pgrerank login add {login} --kind analyst", err=True)
    if done.manifest.revision != sqlfile.revisions()[0]:
        click.echo("It is of an older version. Run: pgrerank migrate", err=True)


def _run_with_bar(
    work: Callable[..., Coroutine[Any, Any, Outcome]], *, interrupt_note: str
) -> Outcome:
    """Run `work` with a progress bar that shows megabytes or tables done."""
    with progress.bar("backup", None) as advance:

        def shown(step: "BackupStep") -> None:
            if step.total is None:
                advance(0, f"{step.name}, {step.done / _MEGABYTE:.1f} MB")
            else:
                advance(0, f"{step.name}, {step.done} of {step.total} tables")

        return run(work(progress=shown), interrupt_note=interrupt_note)


def _show(file: Path, manifest: "Manifest", *, as_json: bool) -> None:
    if as_json:
        output.as_json({"file": str(file), "bytes": file.stat().st_size, "manifest": manifest})
        return
    rows = sum(table.rows for table in manifest.tables.values())
    size = file.stat().st_size / _MEGABYTE
    click.echo(
        f"{file}: {size:.1f} MB, {len(manifest.tables)} tables, {rows} rows, "
        f"revision {manifest.revision}, as of {manifest.created_at}"
    )
