"""Acknowledged writes survive a kill of the service and of Postgres."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest
from psycopg.sql import SQL

from pgrerank.storage import embedded
from pgrerank.usecases.collections import BATCH_CHUNKS
from pgrerank.usecases.ingest import BATCH_DOCUMENTS
from tests.fixtures.held import held_document
from tests.resilience.running import COLLECTION, Service, eventually

TOPICS = ["tea", "rain", "iron", "bread", "wolves", "glass", "maps", "salt"]
#: two batches
DOCUMENTS = [
    {
        "id": f"d{i}",
        "title": f"About {TOPICS[i % 8]}",
        "text": f"Number {i} on {TOPICS[i % 8]}.",
    }
    for i in range(2 * BATCH_DOCUMENTS)
]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="pgr"))
    try:
        with closing(Service(folder)) as running:
            yield running
        # A killed service leaves Postgres running; its last user stops it.
        with embedded.running(folder):
            pass
    finally:
        shutil.rmtree(folder)


def test_killed_in_the_middle_of_an_ingest_only_whole_documents_stay_and_a_retry_completes(service):
    own = [{**document, "id": f"killed-{document['id']}"} for document in DOCUMENTS]

    def stored():
        every = {document["id"]: document for document in service.documents()}
        return {id_: kept for id_, kept in every.items() if id_.startswith("killed-")}

    with (
        ThreadPoolExecutor(1) as background,
        service.admin() as connection,
        held_document(connection, COLLECTION, own[BATCH_DOCUMENTS]["id"]),
    ):
        sent = background.submit(service.ingest, own)
        eventually(stored)
        service.stop(signal.SIGKILL)
        with pytest.raises(httpx.HTTPError):
            sent.result()
    service.start()
    before = stored()

    report = service.ingest(own).raise_for_status().json()

    assert 0 < len(before) < len(own)
    assert report["unchanged"] == len(before)
    assert report["created"] == len(own) - len(before)
    after = stored()
    assert len(after) == len(own)
    assert all(after[id_]["chunk_count"] == kept["chunk_count"] for id_, kept in before.items())


def test_killed_while_giving_chunks_token_vectors_a_second_run_completes_it(service):
    # Another test may have made the collection store them.
    none = service.command("collection", "tokens", COLLECTION, "--tenant", "acme", "--remove")
    assert none.wait() == 0
    one_more = [{**DOCUMENTS[0], "id": f"more-{n}"} for n in range(BATCH_CHUNKS + 1)]
    service.ingest(one_more).raise_for_status()
    chunks = service.rows("chunk")

    with service.admin() as connection:
        # The batch that holds the last chunk waits for this lock.
        connection.execute("select from pgrerank.chunk order by id desc limit 1 for update")
        filling = service.command("collection", "tokens", COLLECTION, "--tenant", "acme")
        eventually(lambda: service.rows("chunk_tokens"))
        filling.kill()
        filling.wait()
        # Without the lock, Postgres may still commit what the killed process had sent.
        before = service.rows("chunk_tokens")
    again = service.command("collection", "tokens", COLLECTION, "--tenant", "acme")

    assert again.wait() == 0
    assert 0 < before < chunks
    assert service.rows("chunk_tokens") == chunks


def test_every_answered_search_is_in_the_log_after_a_kill(service):
    service.ingest(DOCUMENTS[:100]).raise_for_status()
    answered = []

    def search_until_killed():
        with suppress(httpx.TransportError):
            while True:
                found = service.search(f"a book about {TOPICS[len(answered) % 8]}")
                answered.append(found.raise_for_status().json()["id"])

    with ThreadPoolExecutor(1) as background:
        searching = background.submit(search_until_killed)
        eventually(lambda: len(answered) >= 5)
        service.stop(signal.SIGKILL)
        searching.result()
    service.start()

    logged = [service.client.get(f"/v1/rankings/{id_}").status_code for id_ in answered]

    assert logged == [200] * len(answered)


def test_service_comes_back_by_itself_when_postgres_was_killed(service):
    service.ingest(DOCUMENTS[:100]).raise_for_status()
    answered = service.search("a book about wolves").raise_for_status().json()["id"]
    count = len(list(service.documents()))
    killed = service.postmaster

    os.kill(killed, signal.SIGKILL)
    refused = service.search("a book about wolves")
    eventually(lambda: service.client.get("/health/ready").status_code == 200)

    assert refused.status_code in {200, 503}
    if refused.status_code == 503:
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) >= 1
    assert service.postmaster != killed
    assert service.client.get(f"/v1/rankings/{answered}").status_code == 200
    assert len(list(service.documents())) == count
    assert service.search("a book about wolves").status_code == 200


def test_stopped_service_finishes_the_request_it_is_working_on(service):
    fresh = [{**document, "id": f"last-{document['id']}"} for document in DOCUMENTS]
    with ThreadPoolExecutor(1) as background, service.admin() as connection:
        with held_document(connection, COLLECTION, fresh[BATCH_DOCUMENTS]["id"]):
            sent = background.submit(service.ingest, fresh)
            eventually(lambda: any(d["id"].startswith("last-") for d in service.documents()))
            service.signal(signal.SIGTERM)
        report = sent.result().raise_for_status().json()

    assert report["created"] == len(fresh)
    assert service.wait() == 0
    service.start()
    assert sum(d["id"].startswith("last-") for d in service.documents()) == len(fresh)


def test_killed_while_relating_documents_a_batch_is_lost_and_a_second_run_completes_it(service):
    own = [{**DOCUMENTS[n % 100], "id": f"related-{n}"} for n in range(300)]
    service.ingest(own).raise_for_status()
    assert service.command("collection", "tokens", COLLECTION, "--tenant", "acme").wait() == 0
    place = ("--tenant", "acme", "--collection", COLLECTION)

    def lists(condition):
        with service.admin() as connection:
            counted = SQL("select count(*) from pgrerank.related_list where {}")
            return connection.execute(counted.format(SQL(condition))).fetchone()[0]

    # Batches of 64 lists, one a second.
    enriching = service.command("enrich", *place, "--depth", "1000", "--throttle", "64")
    eventually(lambda: lists("list_revision > 0"))
    eventually(lambda: lists("leased_until > now()"))
    with service.admin() as connection:
        # What it computes cannot be stored.
        connection.execute("select from pgrerank.enrichment for update")
        enriching.kill()
        enriching.wait()
    before = lists("list_revision > 0")
    with service.admin() as connection:  # as a minute later
        connection.execute("update pgrerank.related_list set leased_until = now()")
    again = service.command("enrich", *place)

    assert again.wait() == 0
    assert 0 < before < service.rows("document")
    assert lists("list_revision > 0") == service.rows("document")
    assert lists("due_revision > list_revision") == 0
