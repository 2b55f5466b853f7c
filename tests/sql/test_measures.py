"""Measures of an order in SQL, compared with ir-measures."""

import ir_measures
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = [f"d{i:02}" for i in range(16)]
#: scores with few distinct values, so that many are tied
SCORES = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), min_size=1)
JUDGED = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), min_size=1)
#: ir-measures orders tied documents by id: descending in trec_eval, ascending in others
UPWARDS, DOWNWARDS = False, True


@pytest.fixture(scope="module")
def connection(database):
    with database.admin() as connection:
        yield connection


def call(connection, function, *arguments):
    placed = ", ".join(["%s::integer[]"] * sum(isinstance(a, list) for a in arguments))
    tail = "".join(", %s" for a in arguments if isinstance(a, int))
    return connection.execute(
        f"select pgrerank_analytics.{function}({placed}{tail})", arguments
    ).fetchone()[0]


def expected(name, run, qrels):
    [metric] = ir_measures.iter_calc(
        [ir_measures.parse_measure(name)],
        {"q": qrels},
        {"q": {d: float(s) for d, s in run.items()}},
    )
    return metric.value


def found(run, qrels, ties):
    """Grades in the order of a run, None for unjudged documents."""
    ordered = sorted(sorted(run, reverse=ties), key=run.get, reverse=True)
    return [qrels.get(document) for document in ordered]


MEASURES = {
    "nDCG": ("ndcg_at_k_v1", DOWNWARDS, "fjk"),
    "RR": ("mrr_at_k_v1", UPWARDS, "fk"),
    "P": ("precision_at_k_v1", DOWNWARDS, "fk"),
    "R": ("recall_at_k_v1", DOWNWARDS, "fjk"),
    "AP": ("average_precision_v1", DOWNWARDS, "fj"),
    "Judged": ("judged_at_k_v1", UPWARDS, "fk"),
}


@pytest.mark.parametrize("measure", MEASURES)
@given(run=SCORES, qrels=JUDGED, k=st.sampled_from([1, 3, 10, 20]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_measure_is_that_of_ir_measures(connection, measure, run, qrels, k):
    function, ties, takes = MEASURES[measure]
    arguments = {"f": found(run, qrels, ties), "j": list(qrels.values()), "k": k}

    value = call(connection, function, *(arguments[name] for name in takes))

    name = measure if measure == "AP" else f"{measure}@{k}"
    assert value == pytest.approx(expected(name, run, qrels), abs=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_empty_list_has_nothing(connection, measure):
    function, _, takes = MEASURES[measure]

    assert call(connection, function, *({"f": [], "j": [1, 2], "k": 10}[t] for t in takes)) == 0


@pytest.mark.parametrize(
    ("function", "arguments", "value"),
    [
        ("ndcg_at_k_v1", ([None, 1], [1], 10), 0.6309297535714575),
        ("ndcg_at_k_v1", ([0, 0], [0, 0], 10), 0),
        ("mrr_at_k_v1", ([0, None, 3], 10), 1 / 3),
        ("mrr_at_k_v1", ([0, None, 3], 2), 0),
        ("precision_at_k_v1", ([1, 1], 5), 0.4),
        ("recall_at_k_v1", ([1, 0], [1, 0, 2, 3, 1], 2), 0.25),
        ("average_precision_v1", ([1, None, 2], [1, 2]), (1 + 2 / 3) / 2),
        ("judged_at_k_v1", ([0, None, 1, None], 4), 0.5),
        ("judged_at_k_v1", ([0], 10), 1),
    ],
)
def test_measure_of_the_textbook(connection, function, arguments, value):
    assert call(connection, function, *arguments) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("function", "arguments", "value"),
    [
        # Three chunks of the only judged document gain as much as the first of them.
        ("ndcg_at_k_v1", ([3, 3, 3], [3], 10), 1),
        ("ndcg_at_k_v1", ([0, 3, 3], [3, 0], 10), 0.6309297535714575),
        ("recall_at_k_v1", ([1, 1, 1], [1, 0], 10), 1),
        ("average_precision_v1", ([0, 1, 1], [1]), 1 / 2),
        ("mrr_at_k_v1", ([1, 1], 10), 1),
        ("precision_at_k_v1", ([1, 1, 1], 2), 1),
        ("ndcg_at_k_v1", ([3], [], 10), 0),
    ],
)
def test_repeated_documents_count_once(connection, function, arguments, value):
    assert call(connection, function, *arguments) == pytest.approx(value, abs=1e-12)


GRADES = st.lists(st.one_of(st.none(), st.integers(-2, 9)), max_size=12)


@pytest.mark.parametrize("measure", MEASURES)
@given(found=GRADES, judged=GRADES, k=st.integers(1, 15))
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_measured_lies_between_0_and_1(connection, measure, found, judged, k):
    function, _, takes = MEASURES[measure]

    value = call(connection, function, *({"f": found, "j": judged, "k": k}[t] for t in takes))

    assert 0 <= value <= 1
