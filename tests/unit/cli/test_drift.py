"""What `pgrerank drift` shows of the checks of collections."""

import pytest

from pgrerank.cli import drift
from pgrerank.domain.drift import Finding, HealthState


def finding(state, check="score_psi", collection="docs", value=0.123456):
    return Finding(
        tenant="acme",
        collection=collection,
        check_name=check,
        state=HealthState(state),
        value=value,
        warn_at=0.1,
        alert_at=0.25,
        samples=40,
        reranker="bundled",
        advice=f"advice for {check}",
    )


def shown(capsys, *findings):
    drift._show(findings)
    return capsys.readouterr().out.splitlines()


def test_a_check_is_a_row_with_what_it_rests_on(capsys):
    lines = shown(capsys, finding("ok"), finding("unknown", value=None))

    assert [line.split() for line in lines[1:3]] == [
        ["ok", "acme", "docs", "score_psi", "0.123", "0.1", "40"],
        ["unknown", "acme", "docs", "score_psi", "-", "0.1", "40"],
    ]


@pytest.mark.parametrize(
    ("state", "check", "is_advised"),
    [
        ("ok", "score_psi", False),
        ("unknown", "score_psi", False),
        ("warn", "score_psi", True),
        ("alert", "score_psi", True),
        # Searches that were not counted make every other check incomplete.
        ("ok", "counted", True),
    ],
)
def test_advice_is_given_where_something_is_to_be_done(capsys, state, check, is_advised):
    lines = shown(capsys, finding(state, check))

    assert (f"acme docs {check}: advice for {check}" in lines) is is_advised


def test_a_check_of_a_reference_set_has_no_collection(capsys):
    lines = shown(capsys, finding("alert", "reference", collection=None))

    assert lines[-1] == "acme  reference: advice for reference"


def test_no_checks_are_told(capsys):
    (line,) = shown(capsys)

    assert line.startswith("No search ran in the last seven days")


@pytest.mark.parametrize(
    ("state", "reached"),
    [("unknown", []), ("ok", []), ("warn", ["warn"]), ("alert", ["warn", "alert"])],
)
def test_too_little_data_is_no_failure(state, reached):
    found = finding(state)

    assert [name for name in ("warn", "alert") if found.reaches(HealthState(name))] == reached
