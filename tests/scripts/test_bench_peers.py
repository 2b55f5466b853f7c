"""What scripts/bench-peers counts, draws and reports, and the pipelines that need no other library."""

import importlib
import json
import os
import sys
import threading
from argparse import Namespace
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from pgrerank.domain.document import Document
from pgrerank.formats.beir import Dataset
from pgrerank.inference.model_files import files, packaged_folder
from tests.fixtures.postgres import Database

SCRIPTS = Path(__file__).parents[2] / "scripts"


def loaded(name, folder=SCRIPTS):
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


bench = loaded("bench_peers")
clients = loaded("bench_clients")
alternatives = loaded("bench_alternatives")
NAMES = [each.name for each in alternatives.ALTERNATIVES]


def documents(count):
    return [
        Document(external_id=str(n), title="", text=f"text {n}", metadata={}) for n in range(count)
    ]


def measured(*, rate=1.0, cpu_s=10.0, quality=0.5, failures=()):
    """Ten searches of a client, from 1 to 10 seconds."""
    load = clients.Load(
        seconds=list(range(1, 11)), failures=failures, elapsed_s=10 / rate, cpu_s=cpu_s
    )
    return bench.Measured(quality=quality, alone=load, crowd=load, memory_mib=100.4)


class Handler(BaseHTTPRequestHandler):
    """Answers a search for `fail` with an error, and any other with its query."""

    def do_GET(self):
        (query,) = parse_qs(urlsplit(self.path).query)["query"]
        self.server.asked.append(query)
        body = json.dumps([query]).encode()
        self.send_response(500 if query.startswith("fail") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def serving():
    """A target, and the queries that it was asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield target(server.server_port), server.asked
        finally:
            server.shutdown()
            thread.join()


def target(port):
    return clients.Target(
        port=port,
        pid=os.getpid(),
        request=lambda query: clients.Request("GET", f"/search?query={query.replace(' ', '+')}"),
        documents=lambda answer: answer,
    )


@pytest.fixture
def folder(tmp_path):
    """A BEIR folder of 30 documents: one is relevant to each of 5 queries, none to the sixth."""
    corpus = [{"_id": str(n), "title": "", "text": f"text {n}"} for n in range(30)]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    asked = [{"_id": f"q{n}", "text": f"query {n}"} for n in range(6)]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    grades = [f"q{n}\t{n}\t{int(n < 5)}" for n in range(6)]
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("\n".join(["query\tdocument\tgrade", *grades]))
    return tmp_path


def test_queries_are_drawn_among_those_with_a_relevant_document(folder):
    every = bench.sample(Dataset(folder=folder), 10)
    some = bench.sample(Dataset(folder=folder), 2)

    assert set(every.queries) == set(every.qrels) == {f"q{n}" for n in range(5)}
    assert len(some.queries) == 2
    assert some.queries.items() <= every.queries.items()
    assert some == bench.sample(Dataset(folder=folder), 2)


def test_a_subset_of_the_documents_keeps_all_judged_ones_in_their_order():
    qrels = {"a": {"7": 1, "3": 0}, "b": {"29": 2}}

    some = [each.external_id for each in bench.subset(documents(30), qrels, 10)]

    assert len(some) == 10
    assert {"3", "7", "29"} < set(some)
    assert some == sorted(some, key=int)
    assert [each.external_id for each in bench.subset(documents(30), qrels, 1)] == ["3", "7", "29"]
    assert len(bench.subset(documents(30), qrels, 99)) == 30
    assert len(bench.subset(documents(30), qrels, None)) == 30


def test_rows_compare_with_the_tutorial():
    rows = bench.rows(
        {"tutorial": measured(), "pgrerank": measured(rate=20.0, cpu_s=0.4, quality=0.6)}, 16
    )

    assert rows[1] == {
        "alternative": "pgrerank",
        "nDCG@10": 0.6,
        "p50 of 1": 5000,
        "p95 of 1": 10000,
        "p50 of 16": 5000,
        "p95 of 16": 10000,
        "searches/s": 20.0,
        "ratio": 20.0,
        "cpu ms": 40,
        "cpu ratio": 25.0,
        "memory MiB": 100,
        "note": "",
    }
    assert (rows[0]["ratio"], rows[0]["cpu ratio"]) == (1, 1)


@pytest.mark.parametrize("tutorial", [{}, {"tutorial": "it cannot be installed"}])
def test_rows_without_the_tutorial_have_no_ratio(tutorial):
    *_, row = bench.rows({**tutorial, "pgrerank": measured()}, 16)

    assert row["searches/s"] == 1
    assert row["ratio"] is None
    assert row["cpu ratio"] is None


def test_a_row_says_why_it_is_empty_or_how_many_searches_failed():
    empty, full = bench.rows(
        {"langchain": "it cannot be installed", "tutorial": measured(failures=["status 500"])}, 2
    )

    assert empty["note"] == "it cannot be installed"
    assert {value for name, value in empty.items() if name not in {"alternative", "note"}} == {None}
    assert full["note"] == "2 of 22 searches failed: status 500"
    assert [*empty] == [*full]


def test_clients_ask_each_query_once_and_count_answers_and_failures():
    with serving() as (service, asked):
        load = clients.load(service, 3, 0.2, ["one", "fail"])

    assert len(asked) == len(set(asked)) == len(load.seconds) + len(load.failures)
    assert {each.partition(" ")[0] for each in asked} == {"one", "fail"}
    assert all(failure.startswith('status 500: ["fail ') for failure in load.failures)
    assert load.elapsed_s >= 0.2
    assert load.rate == len(load.seconds) / load.elapsed_s


def test_queries_of_different_clients_differ():
    first = [*islice(clients.number_queries(["a", "b", "c"], 5, 2), 3)]
    second = [*islice(clients.number_queries(["a", "b", "c"], 6, 2), 3)]

    assert first == ["c 5", "b 7", "a 9"]
    assert second == ["a 6", "c 8", "b 10"]


def test_loads_add_up():
    one = clients.Load(seconds=[1], failures=["x"], elapsed_s=1, cpu_s=2)
    two = clients.Load(seconds=[2, 3], failures=[], elapsed_s=3, cpu_s=4)

    assert clients.combine([one, two]) == clients.Load(
        seconds=[1, 2, 3], failures=["x"], elapsed_s=4, cpu_s=6
    )


def test_an_alternative_that_does_not_answer_does_not_end_the_run():
    given = Namespace(seconds=0.1, rounds=1, clients=2)
    questions = bench.Questions(queries={"q": "relevant"}, qrels={"q": {"relevant": 1}})
    with serving() as (gone, _):
        pass
    with serving() as (service, _):
        outcomes = bench.measure({"gone": gone, "here": service}, questions, given)

    assert outcomes["gone"].startswith("no answer: ConnectionRefusedError")
    assert outcomes["here"].quality == 1
    assert outcomes["here"].crowd.seconds


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--alternative", "tutorail"], "'tutorail'"),
        (["--clients", "0"], "must be at least 1, not 0"),
        (["--queries", "x"], "--queries"),
    ],
)
def test_an_argument_that_cannot_be_used_is_named(words, named, capsys):
    with pytest.raises(SystemExit):
        bench.arguments(["folder", *words])

    assert named in capsys.readouterr().err


def test_the_help_explains_every_alternative(capsys):
    with pytest.raises(SystemExit):
        bench.arguments(["--help"])

    text = capsys.readouterr().out
    assert [each.name for each in alternatives.ALTERNATIVES if each.about not in text] == []
    assert [name for name in NAMES if f"\n  {name}" not in text] == []


def test_pgrerank_answers_with_ten_documents_of_its_chunks():
    names = ["a", "b", "a", *"cdefghijk"]
    answer = {
        "rerank": {"status": "full"},
        "results": [{"document": {"id": name}} for name in names],
    }

    assert alternatives.distinct_documents(answer) == [*"abcdefghij"]
    with pytest.raises(clients.SearchFailedError, match="skipped"):
        alternatives.distinct_documents({**answer, "rerank": {"status": "skipped"}})


def test_pairs_of_the_bundled_cross_encoder_are_as_long_everywhere():
    assert alternatives.longest_pair(files("bundled").folder) == 256


def test_hybrid_search_of_supabase_fuses_words_and_vectors(empty_database: Database):
    peer = loaded("supabase", SCRIPTS / "peers")
    document = loaded("contract", SCRIPTS / "peers").Document
    texts = ["a wing in a slipstream", "heat transfer", "a wing", "shock waves"]
    vectors = np.eye(4, 384, dtype=np.float32)

    with empty_database.admin() as connection:
        peer.create(connection)
        peer.store(connection, [document(text, text) for text in texts], vectors)
        nearest = connection.execute(peer.FIND, ("supersonic", vectors[3], 1)).fetchall()
        both = connection.execute(peer.FIND, ("wing", vectors[2], 3)).fetchall()

    assert nearest == [("shock waves", "shock waves")]
    assert [name for name, _ in both][:2] == ["a wing", "a wing in a slipstream"]
    assert len(both) == 3


def test_the_tutorial_finds_and_reranks(empty_database: Database, tmp_path):
    tutorial = loaded("tutorial", SCRIPTS / "peers")
    texts = ["The cat sat on the mat.", "Postgres stores rows.", "Wings give lift to a plane."]
    stored = tmp_path / "documents.jsonl"
    stored.write_text("\n".join(json.dumps({"id": text, "text": text}) for text in texts))
    configuration = {
        "database": empty_database.admin_url,
        "documents": str(stored),
        "embedder": str(packaged_folder()),
        "reranker": str(files("bundled").folder),
        "length": 256,
        "depth": 3,
        "limit": 2,
    }

    with tutorial.open_search(configuration) as search:
        found = search("How does an aeroplane fly?")

    assert found[0] == "Wings give lift to a plane."
    assert len(found) == 2
