from uuid import UUID, uuid4

import pytest

from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.usecases.evaluation.compare import compare, compare_runs
from tests.fakes import services
from tests.fixtures.evaluations import answer, evaluation

TENANT = TenantId(UUID(int=7))


def run(values, **changes):
    """A run with a value of AP for each query text."""
    answers = [answer(query, metrics={"AP": value}) for query, value in values.items()]
    return evaluation(*answers, **changes)


def test_queries_are_paired_by_their_text_whatever_their_order():
    before = run({"a": 0.1, "b": 0.5, "c": 0.9})
    after = run({"c": 0.9, "b": 0.25, "a": 0.6})

    found = compare_runs(before, after, measure="AP")

    difference = found.differences["AP"]
    assert (difference.before, difference.after) == (pytest.approx(0.5), pytest.approx(1.75 / 3))
    assert [each.query for each in found.wins] == ["a"]
    assert [(each.query, each.change) for each in found.losses] == [("b", -0.25)]
    assert found.left_out == 0


def test_wins_and_losses_come_with_the_largest_first():
    names = [f"q{i}" for i in range(5)]
    before = run(dict.fromkeys(names, 0.5))
    after = run(dict(zip(names, [0.6, 0.9, 0.1, 0.5, 0.4], strict=True)))

    found = compare_runs(before, after, measure="AP")

    assert [each.query for each in found.wins] == ["q1", "q0"]
    assert [each.query for each in found.losses] == ["q2", "q4"]


def test_queries_of_one_run_alone_or_judged_otherwise_are_left_out():
    before = evaluation(answer("both"), answer("old"), answer("changed", judged_grades=(1,)))
    after = evaluation(answer("both"), answer("new"), answer("changed", judged_grades=(1, 2)))

    found = compare_runs(before, after, measure="AP")

    assert found.differences["AP"].queries == 1
    assert found.left_out == 3


def test_runs_without_a_common_query_are_refused():
    with pytest.raises(InvalidRequestError, match="no query in common"):
        compare_runs(run({"a": 1}), run({"b": 1}), measure="AP")


async def test_runs_are_found_by_id_or_by_label():
    first, second = run({"a": 0.1}, label="base"), run({"a": 0.2}, label="base")
    third = run({"a": 0.4})
    admin_services = services()
    admin_services.evaluations.kept[TENANT] = [first, second, third]

    found = await compare(admin_services, TENANT, "base", str(third.id), measure="AP")

    assert (found.before, found.after) == (second, third)
    with pytest.raises(NotFoundError):
        await compare(admin_services, TENANT, "base", str(uuid4()), measure="AP")
