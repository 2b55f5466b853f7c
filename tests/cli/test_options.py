"""Options that contradict each other, or name what cannot be, are refused before any work."""

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_named_options import unwrapped


def refused(result, said):
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "fault of pgrerank" not in result.stderr


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("sweep", "-t", "acme", "-c", "docs"), "--plot"),
        (("report", "-t", "acme"), "--out"),
        (("rerank-run", "RUN", "--data", "FOLDER"), "--out"),
    ],
    ids=lambda each: each[0],
)
def test_a_result_that_could_not_be_written_is_told_before_it_is_computed(
    modelled, beir, tmp_path, command, option
):
    run = tmp_path / "run.trec"
    run.write_text("q1 Q0 keys 1 9 t\n")
    words = [{"RUN": run, "FOLDER": beir}.get(word, word) for word in command]
    folder = tmp_path / "none"

    result = modelled(*words, option, folder / "x.svg")

    assert result.exit_code == 2
    assert f"Invalid value for '{option}': there is no folder" in unwrapped(result.stderr)


def test_judgments_of_a_folder_need_the_folder(modelled, beir):
    qrels = beir / "qrels" / "test.tsv"

    result = modelled("evaluate", "-t", "acme", "-c", "docs", "--qrels", qrels)

    refused(result, "--qrels needs a labelled FOLDER")


def test_an_existing_collection_needs_no_tenant_to_keep(modelled, beir):
    result = modelled("evaluate", beir, "-t", "acme", "-c", "docs", "--keep", "bench")

    refused(result, "--keep is for a collection made from FOLDER")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give one of --model, --cut-over, --roll-back and --drop"),
        (("--model", "m", "--drop"), "give one of --model"),
    ],
)
def test_reembedding_takes_one_step_at_a_time(modelled, options, said):
    refused(modelled("reembed", "-t", "acme", *options), said)


@pytest.mark.parametrize("options", [(), ("--precision", "0.9", "--min-relevance", "0.2")])
def test_a_threshold_is_a_precision_or_a_probability(modelled, options):
    result = modelled("threshold", "set", "x", "-t", "acme", "-c", "docs", *options)

    refused(result, "give either --precision or --min-relevance")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("reference set canary FILE -t acme --pairs 200", "--pairs is for --from-log"),
        ("reference set canary FILE -t acme -c docs", "--collection is for --from-log"),
        ("replay ID -t acme --last 100", "--last is for searches that no id names"),
        ("replay ID -t acme --since 2026-01-01", "--since is for searches that no id names"),
        ("replay ID -t acme --until 2026-01-01", "--until is for searches that no id names"),
        ("replay -t acme --fusion weighted --rrf-k 60", "--rrf-k is for --fusion rrf"),
        (
            "threshold set x -t acme -c docs --min-relevance 0.2 --confidence 0.95",
            "--confidence is for --precision",
        ),
        ("reembed -t acme --drop --chunks-per-second 5", "--chunks-per-second is for --model"),
        ("compare -t acme --measure R@100", "--measure is for two evaluations"),
        ("compare -t acme --examples 5", "--examples is for two evaluations"),
        ("judge -t acme -c docs --query q --most 5", "--most is for queries of the log"),
        ("judgment ask m -t acme -c docs --query q --judged", "--judged is for queries of the log"),
        (
            "evaluate -t acme -c docs --text-search english",
            "--text-search is for a collection made",
        ),
        ("evaluate -t acme -c docs --store-tokens", "--store-tokens is for a collection made"),
        ("evaluate -t acme -c docs --no-rerank --ablate", "--ablate needs reranking"),
        ("tune -t acme -c docs --no-rerank --depth 5", "--depth is for reranking"),
        ("tune -t acme -c docs --no-rerank --cascade 5", "--cascade is for reranking"),
        ("worker --list --once", "--once is for running jobs"),
        ("evaluate -t acme -c docs --no-rerank --depth 5", "--depth is for reranking"),
        ("evaluate -t acme -c docs --no-rerank --cascade 5", "--cascade is for reranking"),
        ("search q -t acme -c docs --rerank never --depth 5", "--depth is for reranking"),
        ("search q -t acme -c docs --rerank never --cascade 5", "--cascade is for reranking"),
        (
            "search q -t acme -c docs --strategy keyword --min-similarity 0.1",
            "--min-similarity is for the dense leg",
        ),
        ("train BEIR --out OUT --teacher-weight 0.5", "--teacher-weight is for --teacher"),
        ("train BEIR --out OUT --distillation mse", "--distillation is for --teacher"),
        ("train BEIR --out OUT --temperature 1", "--temperature is for --teacher"),
        ("train ROWS --out OUT --temperature 1", "--temperature is for --teacher, or for rows"),
        (
            "train ROWS --out OUT --keep-false-negatives",
            "--drop-false-negatives is for --teacher",
        ),
        ("train ROWS --out OUT --mine 20", "--mine is for BEIR folders"),
        (
            "train ROWS --out OUT --teacher bundled --teacher-weight 1 --loss bce",
            "--loss is for labels, which --teacher-weight 1 leaves out",
        ),
    ],
)
def test_an_option_without_effect_is_refused_even_at_its_default(
    modelled, beir, tmp_path, command, said
):
    file = tmp_path / "pairs.tsv"
    file.write_text("query\ttext\n")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"query": "q", "positive": "a", "negatives": ["b"]}\n')
    words = {
        "FILE": file,
        "ID": "0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b",
        "ROWS": rows,
        "BEIR": beir,
        "OUT": tmp_path / "out",
    }

    refused(modelled(*(words.get(word, word) for word in command.split())), said)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("term add a=.5 b a=.6 -t acme -c docs", "'TERMS...': `a` is given twice"),
        ("term add Falcon falcon=0.7 -t acme -c docs", "`falcon` is given twice"),
        ("term remove a A -t acme -c docs", "`a` is given twice"),
        ("train ROWS ROWS --out OUT", "rows.jsonl` is given twice"),
        ("train ROWS --out OUT --weight a=1 --weight a=2", "'--weight': `a` is given twice"),
        ("train ROWS --out OUT --licence a=MIT --licence a=MIT", "`a` is given twice"),
        ("train ROWS --out OUT --licence MIT --licence CC0-1.0", "`*` is given twice"),
        ("sweep -t acme -c docs --depth 5 --depth 9 --depth 5", "`5` is given twice"),
        ("sweep -t acme -c docs --candidates 5 --candidates 5", "`5` is given twice"),
        ("sweep -t acme -c docs --reranker r --reranker r", "`r` is given twice"),
        ("judge -t acme -c docs --query q --query q", "'--query': `q` is given twice"),
        ("key add k -t acme --scope search --scope search", "`search` is given twice"),
        ("login add ana --kind analyst -t acme -t acme", "`acme` is given twice"),
        ("compare one one -t acme", "`one` is given twice"),
        ("backend check cloud cloud", "`cloud` is given twice"),
        ("replay ID ID -t acme", "0e9d3b` is given twice"),
    ],
)
def test_what_is_given_twice_is_refused(modelled, tmp_path, command, said):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"query": "q", "positive": "a", "negatives": ["b"]}\n')
    words = {"ID": "0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b", "ROWS": rows, "OUT": tmp_path / "out"}

    result = modelled(*(words.get(word, word) for word in command.split()))

    assert result.exit_code == 2
    # Without spaces, since a long path is broken anywhere.
    assert said.replace(" ", "") in unwrapped(result.stderr).replace(" ", "")


def test_a_licence_of_an_unknown_data_set_is_refused(modelled, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"query": "q", "positive": "a", "negatives": ["b"]}\n')

    result = modelled("train", rows, "--out", tmp_path / "out", "--licence", "raws=MIT")

    assert result.exit_code == 1
    assert "--licence: there is no data set raws; there are: rows" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_reranker_is_named_or_the_default(modelled):
    result = modelled(
        "collection", "set", "docs", "-t", "acme", "--reranker", "cloud", "--default-reranker"
    )

    refused(result, "give either --reranker or --default-reranker")


def test_training_needs_data_or_a_tenant(modelled, tmp_path):
    refused(
        modelled("train", "--out", tmp_path / "out"), "name the data to train on, or a --tenant"
    )


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PGRERANK_KEY", "pgr with gaps", "key: must consist of visible ASCII"),
        ("PGRERANK_URL", "ftp://host", "url: must be an http or https URL"),
    ],
)
def test_the_mcp_server_does_not_start_with_what_it_cannot_use(modelled, variable, value, said):
    given = {"PGRERANK_KEY": "pgr_key", variable: value}

    result = Cli({**modelled.environment, **given})("mcp")

    refused(result, said)
    assert "with gaps" not in result.stderr


def test_ingest_of_an_unknown_suffix_asks_for_the_format(modelled, tmp_path):
    (tmp_path / "notes.odt").write_text("x")

    result = modelled("ingest", tmp_path / "notes.odt", "-t", "acme", "-c", "docs")

    refused(result, "use --format")


def test_json_of_a_threshold_set_by_hand_is_json(cli, tenant):
    place = ("-t", tenant, "-c", "docs")

    stored = cli.json("threshold", "set", "browse", *place, "--min-relevance", "0.25")
    said = cli.well("threshold", "set", "browse", *place, "--min-relevance", "0.5")

    (listed,) = cli.json("threshold", "list", "-t", tenant)
    assert (stored["name"], stored["min_relevance"]) == ("browse", 0.25)
    assert said == "`browse` cuts results with a relevance below 0.5.\n"
    assert (listed["collection"], listed["min_relevance"]) == ("docs", 0.5)
