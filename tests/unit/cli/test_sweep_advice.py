"""What `pgrerank sweep` recommends, and the plot that it draws."""

from dataclasses import replace

import pytest

from pgrerank.cli.sweep import advice
from pgrerank.cli.sweep_plot import draw
from pgrerank.domain.significance import Difference
from pgrerank.usecases.evaluation.sweep import Knobs, SweepPoint, SweepVerdict

GAIN = Difference(
    queries=40,
    before=0.5,
    after=0.6,
    low=0.05,
    high=0.15,
    p_value=0.001,
    wins=30,
    losses=5,
    deviation=0.2,
)


def point(depth, value, ms, *, candidates=100, reranker="bundled"):
    knobs = Knobs(candidates=candidates, depth=depth, reranker=reranker)
    return SweepPoint(knobs=knobs, values=(value,) * 40, times_ms=(ms,) * 40)


BARE = point(None, 0.5, 4.0, reranker=None)
BEST = point(50, 0.6, 80.0)


def verdict(difference=GAIN, enough=BEST):
    return SweepVerdict(reranker="bundled", bare=BARE, best=BEST, gain=difference, enough=enough)


def test_a_quicker_depth_that_keeps_the_gain_is_recommended_with_its_cost():
    quick = point(20, 0.599, 20.0, candidates=50)

    assert advice(verdict(enough=quick), "nDCG@10") == [
        (
            "Reranking with bundled pays on this collection, beyond chance: +20.0 % of nDCG@10, "
            "interval +10.0 to +30.0 %, p = 0.001, 40 queries."
        ),
        "Depth 20 of 50 candidates keeps 99 % of the gain of depth 50 of 100, at 0.25 of the time.",
    ]


def test_the_best_depth_is_recommended_where_none_is_as_good_and_quicker():
    said = advice(verdict(), "nDCG@10")

    assert said[1:] == [
        "Depth 50 of 100 candidates is best, and nothing quicker keeps 99 % of its gain."
    ]


def test_a_loss_gives_no_depth():
    loss = replace(GAIN, after=0.4, low=-0.15, high=-0.05)

    (said,) = advice(verdict(loss), "AP")

    assert said.startswith(
        "Reranking with bundled loses on this collection, beyond chance: -20.0 %"
    )


def test_what_is_undecided_says_how_many_queries_would_decide():
    (said,) = advice(verdict(replace(GAIN, low=-0.01, p_value=0.2)), "AP")

    assert said.startswith("40 queries cannot tell whether reranking with bundled pays")
    assert said.endswith("; about 41 queries would tell a difference of this size.")


def test_a_first_stage_of_zero_is_no_division_by_zero():
    (first, _) = advice(verdict(replace(GAIN, before=0.0, after=0.1)), "AP")

    assert "+10.0 % of AP" in first


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_a_plot_is_written_in_the_format_of_its_suffix(tmp_path, suffix):
    target = tmp_path / f"sweep.{suffix}"

    draw([BARE, point(10, 0.55, 30.0), BEST], "nDCG@10", target)

    beginning = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[suffix]
    assert target.read_bytes().startswith(beginning)


def test_a_plot_has_a_line_for_each_reranker_and_number_of_candidates(tmp_path):
    target = tmp_path / "sweep.svg"
    other = [point(10, 0.4, 9.0, reranker="other"), point(13, 0.45, 12.0, reranker="other")]

    deep = [point(37, 0.6, 80.0), point(37, 0.61, 90.0, candidates=200)]
    draw([BARE, *deep, *other], "AP", target)

    # matplotlib draws letters as outlines, and writes each text beside them as a comment.
    written = target.read_text()
    labels = [
        "not reranked",
        "bundled, 100 candidates",
        "bundled, 200 candidates",
        "other, 100 candidates",
        "mean AP, 40 queries",
        "100 candidates",
    ]
    assert [label for label in labels if f"<!-- {label} -->" not in written] == []
    assert {depth: written.count(f"<!-- {depth} -->") for depth in (37, 13)} == {37: 2, 13: 1}
