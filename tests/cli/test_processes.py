"""Commands as separate processes: interrupted, killed, and the whole tour."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import nullcontext

import pytest

from pgrerank.usecases.ingest import BATCH_DOCUMENTS
from tests.cli.conftest import environment
from tests.fixtures.held import held_document
from tests.resilience.running import PATIENCE_S, eventually

#: the first document of the second batch
SECOND = str(BATCH_DOCUMENTS)


@pytest.fixture
def started(database):
    """Starts commands, and ends them after the test."""
    running = []

    def start(*arguments, **options):
        process = subprocess.Popen(
            [sys.executable, "-m", "pgrerank", *map(str, arguments)],
            env=os.environ | environment(database),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        with process:
            process.kill()


@pytest.fixture
def new_corpus(tmp_path):
    """Writes documents of so many batches, each with this text."""

    def write(batches, text):
        path = tmp_path / "corpus.jsonl"
        numbers = range(batches * BATCH_DOCUMENTS)
        rows = [{"_id": str(i), "title": f"Note {i}", "text": f"{i} {text}"} for i in numbers]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def stored(database, collection):
    with database.admin() as connection:
        return connection.execute(
            "select count(*) from pgrerank.document as d "
            "join pgrerank.collection as c on (c.tenant_id, c.id) = (d.tenant_id, d.collection_id) "
            "where c.name = %s",
            [collection],
        ).fetchone()[0]


def halves(database):
    """Documents that are stored only in part."""
    with database.admin() as connection:
        return connection.execute(
            "select count(*) from pgrerank.document as d "
            "left join pgrerank.chunk as c on (c.tenant_id, c.document_id) = (d.tenant_id, d.id) "
            "left join pgrerank.chunk_embedding as e "
            "on (e.tenant_id, e.chunk_id) = (c.tenant_id, c.id) "
            "where e.chunk_id is null"
        ).fetchone()[0]


def test_ingest_that_is_killed_leaves_whole_documents_and_a_retry_does_the_rest(
    cli, database, tenant, new_corpus, started
):
    corpus = new_corpus(2, "keys")
    place = ["-t", tenant, "-c", "docs"]
    with database.admin() as connection, held_document(connection, "docs", SECOND):
        process = started("ingest", corpus, *place)
        eventually(lambda: stored(database, "docs"))
        process.kill()
        process.wait()

    before = stored(database, "docs")
    assert before == BATCH_DOCUMENTS
    assert halves(database) == 0
    report = cli.json("ingest", corpus, *place)
    assert (report["unchanged"], report["created"]) == (before, BATCH_DOCUMENTS)
    assert stored(database, "docs") == 2 * BATCH_DOCUMENTS


LONG = "Rotate the key of every service each month, and tell who uses it beforehand. " * 2


@pytest.mark.parametrize(
    ("sent", "batches", "text", "is_held"),
    [(signal.SIGINT, 4, LONG, False), (signal.SIGTERM, 2, "keys", True)],
    ids=["Ctrl-C as it embeds", "TERM as it stores"],
)
def test_interrupt_says_what_is_stored_and_the_same_command_does_the_rest(
    cli, database, tenant, *, new_corpus, started, sent, batches, text, is_held
):
    corpus = new_corpus(batches, text)
    name = f"cut-{sent.name.lower()}"
    cli.well("collection", "add", name, "-t", tenant)
    place = ["-t", tenant, "-c", name]
    with (
        database.admin() as connection,
        held_document(connection, name, SECOND) if is_held else nullcontext(),
    ):
        process = started("ingest", corpus, *place)
        eventually(lambda: stored(database, name))
        process.send_signal(sent)
        _, said = process.communicate(timeout=PATIENCE_S)
    before = stored(database, name)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert f"interrupted. {before} documents stored" in said
    assert "Run the same command again" in said
    assert halves(database) == 0
    report = cli.json("ingest", corpus, *place)
    assert (report["unchanged"], report["created"]) == (before, batches * BATCH_DOCUMENTS - before)


def test_interrupt_ends_a_command_that_waits_for_input(cli, database, tenant, started):
    cli.well("collection", "add", "piped", "-t", tenant)
    place = ["-t", tenant, "-c", "piped"]
    process = started("ingest", "-", *place, stdin=subprocess.PIPE)
    process.stdin.writelines(f'{{"_id": "{i}", "text": "t"}}\n' for i in range(BATCH_DOCUMENTS))
    process.stdin.flush()
    eventually(lambda: stored(database, "piped"))

    process.send_signal(signal.SIGINT)

    assert process.wait(PATIENCE_S) == 130
    said = process.stderr.read()
    assert "Traceback" not in said
    assert f"interrupted. {BATCH_DOCUMENTS} documents stored" in said


def test_port_that_is_taken_is_one_line(started):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = started("serve", "--port", port)
        _, said = process.communicate()

    assert process.returncode == 1
    assert said.splitlines()[-1].startswith(f"pgrerank: cannot listen on 127.0.0.1:{port}")


def test_tour_ends_by_itself_and_a_second_changes_nothing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tour")
    # Embedding the documentation of all its modules takes a minute of processor time.
    modules = ["--module", "datetime", "--module", "time"]
    command = [sys.executable, "-m", "pgrerank", "--data-dir", folder, "demo", *modules]

    first = subprocess.run(command, capture_output=True, text=True, check=False)
    second = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "0 documents are new, 0 have changed" in second.stdout
    assert "datetime, time of Python" in first.stdout
    assert "datetime.datetime.strptime" in first.stdout
    assert "candidates by late-interaction-stored" in first.stdout
    assert "from pgrerank_analytics.rerank_candidate" in first.stdout
    assert "curl" in first.stdout
    assert (folder / "demo.key").stat().st_mode & 0o777 == 0o600
