import json

import pytest

from pgrerank.domain.evaluation import MEASURES


@pytest.mark.parametrize("strategy", ["dense", "keyword", "hybrid"])
def test_evaluation_runs_the_judged_queries_through_postgres(cli, beir, strategy):
    found = cli.json("evaluate", beir, "--strategy", strategy)

    assert found["dataset"] == "Tiny Set"
    assert (found["strategy"], found["rerank"], found["queries"]) == (strategy, True, 2)
    assert list(found["metrics"]) == list(MEASURES)
    assert found["metrics"]["nDCG@10"] == 1.0
    assert found["metrics"]["P@5"] == 0.2
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p95"]


def test_evaluation_prints_a_table_and_leaves_no_tenant(cli, beir):
    shown = cli.well("evaluate", beir, "--no-rerank")

    assert "2 queries, hybrid, not reranked" in shown
    assert "nDCG@10" in shown
    assert [t for t in cli.json("tenant", "list") if t["name"].startswith("scratch")] == []


def test_collection_is_evaluated_by_its_own_judgments_and_leaves_the_log_alone(cli, zoo, database):
    count = "select count(*) from pgrerank.rerank_log"
    with database.admin() as connection:
        before = connection.execute(count).fetchone()
        connection.commit()

        found = cli.json("evaluate", "-t", zoo, "-c", "animals-english", "--no-rerank")

        assert connection.execute(count).fetchone() == before
    assert (found["dataset"], found["queries"]) == ("animals-english", 12)
    assert found["metrics"]["RR@10"] == 1


def test_evaluation_counts_the_documents_of_the_first_results(cli, zoo):
    place = ("-t", zoo, "-c", "animals-english", "--max-queries", 3)
    found = cli.json("evaluate", *place, "--per-document", 1, "--diversity", 0.5)
    shown = cli.well("evaluate", *place, "--per-document", 1)
    refused = cli("evaluate", *place, "--diversity", 0.5, "--ablate")

    assert (found["per_document"], found["diversity"]) == (1, 0.5)
    assert 1 < found["first_results"]["documents"] <= 10
    assert 0 < found["first_results"]["nDCG@10"] <= 1
    assert f"{found['first_results']['documents']:.2f} different documents" in shown
    assert refused.exit_code == 2


def test_ablation_says_what_each_part_of_the_log_odds_is_worth(cli, zoo, animals):
    place = ("-t", zoo, "-c", "animals-english", "--max-queries", 3)
    parts = cli.json("evaluate", animals, *place, "--ablate")["parts"]
    shown = cli.well("evaluate", animals, *place, "--ablate")
    plain = cli.json("evaluate", animals, *place)

    assert set(parts) == {"reranker", "similarity", "words", "agreement", "boost"}
    for gain in parts.values():
        assert gain["queries"] == 3
        assert gain["after"] == pytest.approx(plain["metrics"]["nDCG@10"], abs=1e-4)
    assert "What each part of the log-odds is worth" in shown
    assert plain["parts"] == {}


def test_evaluation_is_stored_when_asked(cli, zoo, animals, database):
    place = ("-t", zoo, "-c", "animals-english", "--no-rerank", "--max-queries", 3)
    found = cli.json("evaluate", animals, *place, "--save", "three")

    with database.admin() as connection:
        rows = connection.execute(
            "select label, judgments, queries from pgrerank_analytics.eval_run "
            "where evaluation_id = %s",
            [found["saved"]],
        ).fetchall()
    assert rows == [("three", "animals", 3)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "labelled FOLDER"),
        (["-t", "zoo"], "go together"),
    ],
)
def test_evaluation_of_nothing_in_particular_is_refused(cli, options, said):
    result = cli("evaluate", *options)

    assert result.exit_code == 2
    assert said in result.stderr


def test_run_of_a_scratch_tenant_cannot_be_stored(cli, beir):
    result = cli("evaluate", beir, "--save", "x")

    assert (result.exit_code, "--keep" in result.stderr) == (2, True)


def test_evaluation_that_is_kept_is_found_again(cli, beir):
    cli.well("evaluate", beir, "--keep", "bench")
    cli.well("evaluate", beir, "--keep", "bench", "--strategy", "keyword")

    (collection,) = cli.json("collection", "list", "-t", "bench")
    assert (collection["name"], collection["documents"]) == ("tiny-set-english", 3)


def test_other_judgments_are_taken_by_name(cli, beir):
    path = beir / "qrels" / "other.tsv"
    path.write_text("q1\t0\tcars\t1\n")

    found = cli.json("evaluate", beir, "--qrels", path, "--no-rerank")

    assert found["queries"] == 1
    assert found["metrics"]["RR@10"] < 1


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_folder_that_is_not_whole_is_refused(cli, beir, missing):
    (beir / missing).unlink()

    result = cli("evaluate", beir)

    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1


def test_malformed_judgment_is_named_by_line(cli, beir):
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tkeys\n")

    result = cli("evaluate", beir)

    assert result.exit_code == 1
    assert "test.tsv, line 2" in result.stderr


def test_texts_are_ordered_by_relevance_without_a_database(modelled, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("Cars need oil.\n\nBananas are yellow.\n")

    found = modelled.json("rerank", "what colour is a banana", path)

    assert [(result["line"], result["text"]) for result in found["results"]] == [
        (3, "Bananas are yellow."),
        (1, "Cars need oil."),
    ]
    assert found["results"][0]["rerank_score"] > found["results"][1]["rerank_score"]


def test_query_that_the_reranker_cannot_read_is_warned_of(modelled, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("Cars need oil.\nกล้วยสีเหลือง\n")

    found = modelled.json("rerank", "กล้วยสีอะไร", path)
    shown = modelled("rerank", "กล้วยสีอะไร", path)

    said = ["100% of the query is unknown to `late-interaction`, so its scores say little about it"]
    assert found["warnings"] == said
    assert f"warning: {said[0]}" in shown.stderr
    assert modelled.json("rerank", "oil", path)["warnings"] == []


def test_texts_may_come_as_json_from_standard_input(modelled):
    lines = '{"title": "Fruit", "text": "Bananas are yellow."}\n"Cars need oil."\n"Not" json\n'

    shown = modelled.well("rerank", "banana", "-", "--limit", 1, stdin=lines)

    assert "Fruit" in shown
    assert "Cars" not in shown


def test_object_without_text_is_named_by_line(modelled):
    result = modelled("rerank", "x", "-", stdin='fine\n{"title": "t"}\n')

    assert result.exit_code == 1
    assert "line 2" in result.stderr


def test_run_is_reordered_without_a_database(modelled, beir, tmp_path):
    run, out = tmp_path / "run.trec", tmp_path / "out.trec"
    run.write_text(
        "q1 Q0 cars 1 9 first\nq1 Q0 keys 2 8 first\nq1 Q0 gone 3 7 first\n"
        "nobody Q0 cars 1 1 first\n"
    )

    found = modelled.json(
        "rerank-run", run, "--data", beir, "--out", out, "--qrels", beir / "qrels" / "test.tsv"
    )

    lines = [line.split() for line in out.read_text().splitlines()]
    assert [(line[0], line[2], line[3]) for line in lines] == [
        ("q1", "keys", "1"),
        ("q1", "cars", "2"),
        ("q1", "gone", "3"),
    ]
    assert [line[5] for line in lines] == ["pgrerank"] * 3
    assert (found["queries"], found["missing_documents"]) == (1, 1)
    assert found["metrics"]["before"]["RR@10"] == 0.5
    assert found["metrics"]["after"]["RR@10"] == 1.0


def test_depth_bounds_what_is_reordered(modelled, beir, tmp_path):
    run, out = tmp_path / "run.trec", tmp_path / "out.trec"
    run.write_text("q1 Q0 cars 1 9 t\nq1 Q0 fruit 2 8 t\nq1 Q0 keys 3 7 t\n")

    modelled.well("rerank-run", run, "--data", beir, "--out", out, "--depth", 1)

    assert [line.split()[2] for line in out.read_text().splitlines()] == ["cars", "fruit", "keys"]


@pytest.mark.parametrize("line", ["q1 Q0 cars 1 9", "q1 Q0 cars one 9 t"])
def test_malformed_run_is_named_by_line(modelled, beir, tmp_path, line):
    run = tmp_path / "run.trec"
    run.write_text(f"q1 Q0 keys 1 9 t\n{line}\n")

    result = modelled("rerank-run", run, "--data", beir, "--out", tmp_path / "out.trec")

    assert result.exit_code == 1
    assert "line 2" in result.stderr


def test_queries_are_exported_as_samples_of_ragas(cli, beir, tmp_path):
    file = tmp_path / "ragas.jsonl"
    found = cli.json("evaluate", beir, "--export", file)
    samples = [json.loads(line) for line in file.read_text().splitlines()]

    assert found["ragas"]["samples"] == len(samples) == 2
    assert found["ragas"]["context_recall"] == 1.0
    assert 0 < found["ragas"]["context_precision"] <= 1
    for sample in samples:
        assert len(sample["retrieved_contexts"]) == len(sample["retrieved_context_ids"]) > 0
        assert set(sample["reference_context_ids"]) <= set(sample["retrieved_context_ids"])
        assert set(sample["reference_contexts"]) <= set(sample["retrieved_contexts"])
    assert "Ragas: 2 samples, context_recall 1.0000" in cli.well("evaluate", beir, "--export", file)
    assert cli.json("evaluate", beir)["ragas"] is None


def test_an_export_needs_a_folder(cli, beir, tmp_path):
    result = cli("evaluate", beir, "--export", tmp_path / "none" / "ragas.jsonl")

    assert result.exit_code == 2
    assert "there is no folder" in result.output
