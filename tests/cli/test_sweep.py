import pytest

PLACE = ("-c", "animals-english")
GRID = ("--candidates", 4, "--candidates", 8, "--depth", 2, "--depth", 4)


def test_sweep_measures_every_combination_and_gives_advice(cli, zoo):
    found = cli.json("sweep", "-t", zoo, *PLACE, *GRID, "--measure", "RR@10")

    knobs = [(point["candidates"], point["depth"]) for point in found["points"]]
    assert knobs == [(4, None), (8, None), (4, 2), (4, 4), (8, 2), (8, 4)]
    assert found["queries"] == 12
    assert all(0 <= point["value"] <= 1 for point in found["points"])
    assert all(0 < point["p50_ms"] <= point["p95_ms"] for point in found["points"])
    [verdict] = found["verdicts"]
    assert verdict["reranker"] == "late-interaction"
    assert verdict["advice"]


def test_sweep_draws_a_picture_and_says_in_words_what_it_shows(cli, zoo, tmp_path):
    target = tmp_path / "sweep.svg"

    shown = cli.well("sweep", "-t", zoo, *PLACE, *GRID, "--max-queries", 10, "--plot", target)

    assert "10 queries cannot tell whether reranking with late-interaction pays" in shown
    assert target.read_text().lstrip().startswith("<?xml")
    assert "</svg>" in target.read_text()


def test_rerankers_are_swept_one_after_the_other(cli, zoo):
    two = ("--reranker", "late-interaction", "--reranker", "bundled")
    found = cli.json(
        "sweep", "-t", zoo, *PLACE, "--candidates", 4, "--depth", 2, "--max-queries", 10, *two
    )

    assert [point["reranker"] for point in found["points"]] == [
        None,
        "late-interaction",
        "bundled",
    ]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--plot", "sweep.gif"], 2, ".svg"),
        (["--max-queries", "3"], 2, "at least 10"),
        (["--reranker", "no/such-model"], 1, "no/such-model"),
    ],
)
def test_sweep_that_cannot_be_is_refused(cli, zoo, options, code, said):
    result = cli("sweep", "-t", zoo, *PLACE, *GRID, *options)

    assert (result.exit_code, said in result.stderr) == (code, True)
