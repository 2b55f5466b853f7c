"""Figures and tables that the benchmarks print."""

import importlib.util
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

PATH = Path(__file__).parents[2] / "scripts" / "bench_report.py"


def loaded():
    spec = importlib.util.spec_from_file_location("bench_report", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bench_report = loaded()


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, 10), (0.01, 10), (0.25, 10), (0.26, 20), (0.5, 20), (0.51, 30), (0.99, 40), (1, 40)],
)
def test_a_percentile_is_a_value_that_was_measured(share, expected):
    assert bench_report.percentile([40, 10, 30, 20], share) == expected


@given(st.lists(st.integers(), min_size=1), st.floats(0.001, 1))
def test_no_smaller_value_has_that_share_at_or_below_it(values, share):
    found = bench_report.percentile(values, share)

    def at_most(bound):
        return sum(value <= bound for value in values) / len(values)

    assert found in values
    assert at_most(found) >= share
    assert all(at_most(value) < share for value in values if value < found)


def test_a_percentile_of_nothing_is_no_number():
    assert math.isnan(bench_report.percentile([], 0.5))


def test_a_table_is_as_wide_as_its_cells():
    rows = [{"model": "small", "ms": 1.23456}, {"model": None, "ms": 1234.5}]

    assert bench_report.table(rows).splitlines() == [
        "| model | ms   |",
        "|-------|------|",
        "| small | 1.23 |",
        "|       | 1234 |",
    ]
    assert bench_report.table([]) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.000123, "0.000123"), (99.95, "100"), (99.94, "99.9"), (100.0, "100"), (-250.4, "-250"),
     (7, "7"), ("x", "x")],
)  # fmt: skip
def test_figures_have_three_digits_or_are_whole(value, shown):
    assert bench_report.table([{"a": value}]).splitlines()[-1].strip("| ") == shown


def test_a_result_is_printed_as_json_or_part_by_part(capsys):
    result = {"machine": {"cores": "2"}, "rate": 0.5, "runs": [{"ms": 3}]}

    bench_report.show(result, as_json=True)
    assert json.loads(capsys.readouterr().out) == result

    bench_report.show(result, as_json=False)
    text = capsys.readouterr().out
    assert text.startswith("cores 2\nrate: 0.5\n\nruns\n\n| ms |\n")


def test_the_machine_is_described():
    facts = bench_report.machine()

    assert int(facts["cores"]) >= 1
    assert facts["memory"].endswith(" GiB")
    assert "torch" in facts
