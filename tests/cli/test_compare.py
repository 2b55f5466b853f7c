import pytest

PLACE = ("-c", "animals-english", "--no-rerank")


@pytest.fixture(scope="module")
def runs(cli, zoo):
    """Stored runs: two that are the same, of all queries, and one of ten."""
    for label in ("words", "words again"):
        cli.well("evaluate", "-t", zoo, *PLACE, "--strategy", "keyword", "--save", label)
    cli.well("evaluate", "-t", zoo, *PLACE, "--max-queries", 10, "--save", "both legs")
    return zoo


def test_comparison_is_of_the_queries_that_both_runs_have(cli, runs):
    found = cli.json("compare", "words", "both legs", "-t", runs, "--measure", "RR@10")

    assert (found["queries"], found["left_out"]) == (10, 2)
    assert found["differences"]["RR@10"]["before"] == 1
    assert found["before"]["strategy"] == "keyword"
    assert found["measure"] == "RR@10"


def test_comparison_is_shown_in_words_and_with_examples(cli, runs):
    shown = cli.well("compare", "words", "words again", "-t", runs)

    assert "not beyond chance" in shown
    assert "Judged@10" in shown
    assert "Better" not in shown


def test_what_became_better_is_shown_with_its_documents(cli, zoo, animals):
    wrong = animals / "wrong.tsv"
    wrong.write_text("q-walrus\tseal\t1\nq-otter\totter\t1\n")
    run = ("evaluate", animals, "-t", zoo, *PLACE, "--qrels", wrong)
    cli.well(*run, "--candidates", 1, "--save", "one")
    cli.well(*run, "--candidates", 12, "--save", "twelve")

    shown = cli.well("compare", "one", "twelve", "-t", zoo, "--measure", "RR@10")

    assert "Better" in shown
    assert "walrus food" in shown
    assert "otter food" not in shown
    assert "walrus (?)" in shown


def test_stored_runs_are_listed(cli, runs):
    listed = cli.json("compare", "-t", runs)
    shown = cli.well("compare", "-t", runs)

    assert {"words", "both legs"} <= {run["label"] for run in listed}
    assert "both legs" in shown


@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        (["words"], 2, "name two"),
        (["words", "nothing"], 1, "no evaluation `nothing`"),
    ],
)
def test_comparison_with_nothing_is_refused(cli, runs, names, code, said):
    result = cli("compare", *names, "-t", runs)

    assert (result.exit_code, said in result.stderr) == (code, True)
